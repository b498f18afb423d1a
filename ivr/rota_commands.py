"""`ivr on-call`, `ivr rota …` and `ivr absences …`: who is on call, and calendars in and out."""

import argparse
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ivr.services.ical_import import Outcome
    from ivr.services.ical_reading import Found

Add = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def enter(add: Add) -> None:
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
    from ivr.services import house, people, rota, rotas

    with reading() as db:
        try:
            at = _moment(args.at, house.ours(db).time_zone) if args.at else clock.now()
        except ValueError:
            return _fail(f"{args.at!r} is no time, such as 2026-11-24T03:00")
        rows = [one for one in rotas.all_of_them(db) if args.rota in (None, one.name)]
        if not rows and args.rota:
            return _fail(f"there is no rota {args.rota!r}")
        found = rota.on_call(db, at, [one.id for one in rows])
        known = people.by_ids(db, {id_ for those in found.values() for id_ in those})
    for one in rows:
        names = ", ".join(known[id_].name for id_ in found[one.id] if id_ in known)
        print(f"{one.name}: {names or 'nobody'}")
    return 0


def _moment(given: str, zone: str) -> datetime:
    """In the organization's zone where it names none."""
    from zoneinfo import ZoneInfo

    read = datetime.fromisoformat(given)
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))


def _of_rota(args: argparse.Namespace) -> int:
    return {"export": export, "import-ics": import_shifts}[args.what](args)


def export(args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import reading
    from ivr.services import ical_export, rotas

    with reading() as db:
        row = rotas.by_name(db, args.name)
        if row is None:
            return _fail(f"there is no rota {args.name!r}")
        content = ical_export.of_rota(db, clock.now(), row)
    sys.stdout.write(content.decode().replace("\r\n", "\n"))
    return 0


def import_shifts(args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import reading, transaction
    from ivr.services import ical_import, rotas

    with reading() as db:
        row = rotas.by_name(db, args.name)
    if row is None:
        return _fail(f"there is no rota {args.name!r}")
    found = _read(args.file, row.time_zone)
    if found is None:
        return 1
    with transaction() as db:
        told = ical_import.shifts(db, clock.now(), rotas.named(db, args.name), found)
    return _tell(args.file, told)


def absences(args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import reading, transaction
    from ivr.services import ical_import, people

    with reading() as db:
        person = people.by_mail(db, args.email)
        zone = people.zone(db, person) if person else ""
    found = _read(args.file, zone) if person else None
    if person is None:
        return _fail(f"nobody on the staff has the e-mail {args.email}")
    if found is None:
        return 1
    with transaction() as db:
        told = ical_import.absences(db, clock.now(), db.merge(person, load=False), found)
    return _tell(args.file, told)


def _read(file: Path, zone: str) -> "Found | None":
    from ivr import clock
    from ivr.services import ical_reading

    try:
        return ical_reading.read(file.read_bytes(), zone, clock.now())
    except (OSError, ical_reading.UnreadableError) as error:
        _fail(f"{file}: {error}\nnothing was imported")
        return None


def _tell(file: Path, outcome: "Outcome") -> int:
    for problem in outcome.problems:
        print(f"{file}: {problem}", file=sys.stderr)
    print(outcome.sentence)
    return 1 if outcome.problems else 0


def _fail(words: str) -> int:
    print(words, file=sys.stderr)
    return 1
