"""Who is on call and would be rung; shifts and absences as calendars, out and in."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ivr.commands.words import BY, Add, refuse

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from ivr.services.on_call.ical_import import Outcome
    from ivr.services.on_call.ical_reading import Found


def enter(add: Add) -> None:
    _enter_whom(add)
    one = add("on-call", on_call, "print who is on call")
    one.add_argument("--at", metavar="TIME", help="such as 2026-11-24T03:00; now if not given")
    one.add_argument("--rota", metavar="NAME", help="only this one")
    one = add("rota", _of_rota, "write a rota's shifts as iCalendar, or read shifts from a file")
    acts = one.add_subparsers(dest="what", required=True)
    made = acts.add_parser("export", help="print 30 days back and 90 ahead as iCalendar")
    made.add_argument("name", metavar="ROTA")
    made = acts.add_parser("import-ics", help="each event becomes an override")
    made.add_argument("name", metavar="ROTA")
    made.add_argument("file", type=Path, metavar="FILE")
    one = add("absences", absences, "read somebody's absences from an iCalendar file")
    one.add_argument("what", choices=["import-ics"])
    one.add_argument("email", metavar="EMAIL")
    one.add_argument("file", type=Path, metavar="FILE")


def on_call(args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import reading
    from ivr.services.calls import moments
    from ivr.services.on_call import rota, rotas
    from ivr.services.settings import house
    from ivr.services.staff import people

    with reading() as db:
        try:
            at = moments.given(args.at, house.ours(db).time_zone) if args.at else clock.now()
        except ValueError:
            return refuse(f"{args.at!r} is no time, such as 2026-11-24T03:00")
        rows = [one for one in rotas.all_of_them(db) if args.rota in (None, one.name)]
        if not rows and args.rota:
            return refuse(f"there is no rota {args.rota!r}")
        found = rota.on_call(db, at, [one.id for one in rows])
        known = people.by_ids(db, {id_ for those in found.values() for id_ in those})
    for one in rows:
        names = ", ".join(known[id_].name for id_ in found[one.id] if id_ in known)
        print(f"{one.name}: {names or 'nobody'}")
    return 0


def _of_rota(args: argparse.Namespace) -> int:
    return {"export": export, "import-ics": import_shifts}[args.what](args)


def export(args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import reading
    from ivr.services.on_call import ical_export, rotas

    with reading() as db:
        row = rotas.by_name(db, args.name)
        if row is None:
            return refuse(f"there is no rota {args.name!r}")
        content = ical_export.of_rota(db, clock.now(), row)
    sys.stdout.write(content.decode().replace("\r\n", "\n"))
    return 0


def import_shifts(args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import reading, transaction
    from ivr.services.on_call import ical_import, rotas

    with reading() as db:
        row = rotas.by_name(db, args.name)
    if row is None:
        return refuse(f"there is no rota {args.name!r}")
    found = _read(args.file, row.time_zone)
    if found is None:
        return 1
    with transaction() as db:
        told = ical_import.shifts(db, clock.now(), rotas.named(db, args.name), found)
        _note(db, f"rota-{row.id}", told)
    return _tell(args.file, told)


def absences(args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import reading, transaction
    from ivr.services.on_call import ical_import
    from ivr.services.staff import people

    with reading() as db:
        person = people.by_mail(db, args.email)
        zone = people.zone(db, person) if person else ""
    found = _read(args.file, zone) if person else None
    if person is None:
        return refuse(f"nobody on the staff has the e-mail {args.email}")
    if found is None:
        return 1
    with transaction() as db:
        told = ical_import.absences(db, clock.now(), db.merge(person, load=False), found)
        _note(db, f"person-{person.id}", told)
    return _tell(args.file, told)


def _note(db: "Session", about: str, outcome: "Outcome") -> None:
    from ivr import clock
    from ivr.services import audit

    audit.changed(db, clock.now(), BY, about, audit.Kind.CALENDAR_TAKEN, outcome=outcome.counts)


def _read(file: Path, zone: str) -> "Found | None":
    from ivr import clock
    from ivr.services.on_call import ical_reading
    from ivr.services.refusal import RefusedError

    try:
        return ical_reading.read(file.read_bytes(), zone, clock.now())
    except (OSError, RefusedError) as error:
        refuse(f"{file}: {error}\nnothing was imported")
        return None


def _tell(file: Path, outcome: "Outcome") -> int:
    from ivr.services import vocabulary

    for problem in outcome.problems:
        print(f"{file}: {problem.told(vocabulary.LANGUAGES[0])}", file=sys.stderr)
    print(outcome.told(vocabulary.LANGUAGES[0]))
    return 1 if outcome.problems else 0


# Who would be rung --------------------------------------------------------------------------------

NO_CUSTOMER = "-"


def _enter_whom(add: Add) -> None:
    one = add("whom", whom, "list who would be rung for a ticket, when, and on which number")
    one.add_argument("customer", metavar="CUSTOMER", help="by name; - for none")
    one.add_argument("severity", choices=["critical", "major", "minor"])
    one.add_argument("--at", metavar="TIME", help='such as "2026-11-24 03:00", by our clocks')
    one.add_argument("--team", help="the team that has the ticket")
    one.add_argument("--json", action="store_true", help="for programs")


def whom(args: argparse.Namespace) -> int:
    from zoneinfo import ZoneInfo

    from ivr import clock
    from ivr.database import reading
    from ivr.services.calls import moments
    from ivr.services.paging import whom as dry
    from ivr.services.refusal import RefusedError
    from ivr.services.settings import house

    customer = "" if args.customer == NO_CUSTOMER else args.customer
    with reading() as db:
        zone = house.ours(db).time_zone
        try:
            at = moments.given(args.at, zone) if args.at else clock.now()
            asked = dry.named(db, customer, args.severity, args.team or "")
        except (RefusedError, ValueError) as error:
            return refuse(str(error))
        record = dry.would_ring(db, at, asked, live=not args.at)
    if args.json:
        print(json.dumps(record, indent=2, ensure_ascii=False))
        return 0
    print(f"At {at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone}), if nobody answers:")
    print(dry.in_words(record))
    return 0
