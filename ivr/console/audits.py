"""The audit: looked through by its address, and taken away as a file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Response, abort, request

from ivr import clock
from ivr.console import audit_words, csv_file, tongue
from ivr.console.csv_file import Cell
from ivr.console.door import console, page
from ivr.console.fields import FIRST_YEAR, LAST_YEAR, by_name
from ivr.console.forms import LONGEST_LINE, row
from ivr.console.guard import needs
from ivr.console.staff import staff
from ivr.console.words import local
from ivr.database import reading, transaction
from ivr.models import Act, AuditLine
from ivr.services import audit, audit_search
from ivr.services.audit import Kind
from ivr.services.audit_search import Search
from ivr.services.settings import house
from ivr.services.staff import people
from ivr.services.staff.roles import May

FIELDS = ("by", "act", "about", "kind", "since", "until", "text")
HEAD = ("at", "by", "act", "about", "kind", "told")


@dataclass
class Asked:
    """What the address asks for, and what is wrong with it."""

    given: dict[str, str]
    search: Search
    wrong: dict[str, str] = field(default_factory=dict)


@console.get("/audit", endpoint="audit")
@needs(May.SEE_AUDIT)
def all_of_it() -> Response:
    before = request.args.get("before", type=row)
    with reading() as db:
        zone = house.ours(db).time_zone
        asked = _asked(zone)
        leaf = audit_search.Leaf([], None)
        if not asked.wrong:
            leaf = asked.search.newest(db, before)
        called = audit_words.names(db, leaf.lines)
        return page(
            db,
            "audit.html",
            asked=asked,
            days=_days(leaf.lines, zone),
            leaf=leaf,
            before=before,
            looked=tongue.number(audit_search.LOOKED),
            about=lambda line: audit_words.about(line, called),
            everybody=[name for _, name in by_name(people.names(db))],
            acts=list(Act),
            sorts=audit_words.sorts(tongue.language()),
        )


def _days(lines: Iterable[AuditLine], zone: str) -> list[tuple[date, list[AuditLine]]]:
    days = groupby(lines, lambda one: local(one.at, zone).date())
    return [(day, list(those)) for day, those in days]


def _asked(zone: str) -> Asked:
    given = {name: " ".join(request.args.get(name, "").split())[:LONGEST_LINE] for name in FIELDS}
    given = {name: value.replace("\0", "") for name, value in given.items() if value}
    wrong: dict[str, str] = {}
    return Asked(given, _search(given, zone, wrong), wrong)


def _search(given: Mapping[str, str], zone: str, wrong: dict[str, str]) -> Search:
    text = given.get("text", "")
    sentences = audit_words.sorts(tongue.language())
    act = given.get("act", "")
    return Search(
        by=given.get("by", ""),
        act=Act(act) if act in list(Act) else None,
        about=given.get("about", ""),
        kind=given.get("kind", ""),
        since=_begin(given, "since", zone, wrong),
        until=_begin(given, "until", zone, wrong, days=1),
        text=text,
        kinds=[kind for kind, told in sentences.items() if text.casefold() in told.casefold()],
    )


def _begin(
    given: Mapping[str, str], name: str, zone: str, wrong: dict[str, str], days: int = 0
) -> datetime | None:
    """When a day begins, or the one after it, by the clock of the organization."""
    if name not in given:
        return None
    try:
        day = date.fromisoformat(given[name])
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        wrong[name] = tongue.say("audit.no_day")
        return None
    return datetime.combine(day + timedelta(days=days), time(), ZoneInfo(zone))


# Taken away ---------------------------------------------------------------------------------------


@console.get("/audit.csv")
@needs(May.SEE_AUDIT)
def audit_file() -> Response:
    """Asks for two rights, to see it and to take it away; and is in it itself."""
    if not staff().may(May.EXPORT):
        abort(403, description=tongue.say("audit.no_export"))
    with transaction() as db:
        zone = house.ours(db).time_zone
        asked = _asked(zone)
        last = audit_search.last(db)
        told = {"what": "audit", "filter": asked.given}
        audit.write(db, clock.now(), staff().name, Act.TOOK, "audit", Kind.EXPORTED, **told)
    head = [tongue.say(f"audit.csv_{name}") for name in HEAD]
    return csv_file.answer("audit", head, _rows(asked.search, last, zone))


def _rows(search: Search, last: int, zone: str) -> Iterator[list[Cell]]:
    """Some at a time: whoever is slow in taking them keeps no transaction open."""
    before: int | None = last + 1
    while before is not None:
        with reading() as db:
            leaf = search.newest(db, before, audit_search.TOGETHER)
        before = leaf.older
        yield from (_cells(line, zone) for line in leaf.lines)


def _cells(line: AuditLine, zone: str) -> list[Cell]:
    at = local(line.at, zone).isoformat(timespec="seconds")
    act = tongue.say(f"audit.act_{line.act}")
    return [at, audit_words.who(line.by), act, line.about, line.kind, audit_words.told(line)]
