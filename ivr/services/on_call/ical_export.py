"""Shifts as iCalendar (RFC 5545): the feed of a person or a rota, and a rota as a file.

An event keeps its UID as long as the shift begins when it does; what a program does not find any
more it removes. DTSTAMP is the day's, so that the same shifts are the same bytes all day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Feed, Rota, Technician
from ivr.services import vocabulary
from ivr.services.on_call import rota, shifts
from ivr.services.on_call.shifts import Shift
from ivr.services.settings import house
from ivr.services.staff import people
from ivr.settings import settings

BACK, AHEAD = timedelta(days=30), timedelta(days=90)
A_DAY = timedelta(days=1)
PRODUCT = "-//ivr//on call//EN"
REFRESH = timedelta(hours=1)


@dataclass(frozen=True)
class Event:
    uid: str
    begins_at: datetime
    ends_at: datetime
    summary: str


def feed(db: Session, now: datetime, of: Feed) -> bytes:
    if of.technician:
        return _of_person(db, now, of.technician)
    assert of.rota
    return of_rota(db, now, of.rota)


def _window(now: datetime) -> tuple[datetime, datetime]:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return today - BACK, today + A_DAY + AHEAD


def of_rota(db: Session, now: datetime, row: Rota) -> bytes:
    language = house.ours(db).languages[0]
    begin, end = _window(now)
    names = {one.id: one.name for one in db.scalars(select(Technician))}
    events = [
        Event(
            _uid(f"rota-{row.id}-{'-'.join(map(str, one.people))}", one, begin),
            one.begins_at,
            one.ends_at,
            vocabulary.word(language, "calendar", "rota").format(
                names=", ".join(names[id_] for id_ in one.people)
            ),
        )
        for one in shifts.shifts(rota.plan(db, row.id, begin, end), begin, end)
        if one.people
    ]
    return _written(language, row.name, begin, events, row.time_zone)


def _of_person(db: Session, now: datetime, one: Technician) -> bytes:
    begin, end = _window(now)
    events: list[Event] = []
    rotas = {row.id: row for row in db.scalars(select(Rota).order_by(Rota.id))}
    for id_, plan in rota.plans(db, begin, end).items():
        if one.id not in shifts.members(plan):
            continue
        told = vocabulary.word(one.language, "calendar", "yours").format(rota=rotas[id_].name)
        events += [
            Event(
                _uid(f"person-{one.id}-{id_}", shift, begin), shift.begins_at, shift.ends_at, told
            )
            for shift in _theirs(shifts.shifts(plan, begin, end), one.id)
        ]
    return _written(one.language, one.name, begin, events, people.zone(db, one))


def _theirs(found: list[Shift], person: int) -> Iterator[Shift]:
    """One shift as long as they stay on call, whoever comes and goes beside them."""
    for on_call, stretch in groupby(found, lambda one: person in one.people):
        if on_call:
            together = list(stretch)
            yield Shift(together[0].begins_at, together[-1].ends_at, (person,))


def _uid(what: str, shift: Shift, begin: datetime) -> str:
    since = "before" if shift.begins_at == begin else f"{shift.begins_at:%Y%m%dT%H%M%SZ}"
    return f"{what}-{since}@{settings().mail_domain}"


def _written(language: str, whose: str, stamp: datetime, events: list[Event], zone: str) -> bytes:
    from icalendar import Calendar
    from icalendar import Event as Entry

    told = vocabulary.word(language, "calendar", "name").format(whose=whose)
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("name", told)
    made.add("x-wr-calname", told)
    made.add("x-wr-timezone", zone)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    for one in sorted(events, key=lambda event: (event.begins_at, event.uid)):
        entry = Entry()
        entry.add("uid", one.uid)
        entry.add("dtstamp", stamp.astimezone(UTC))
        entry.add("dtstart", one.begins_at.astimezone(UTC))
        entry.add("dtend", one.ends_at.astimezone(UTC))
        entry.add("summary", one.summary)
        entry.add("transp", "TRANSPARENT")
        made.add_component(entry)
    return bytes(made.to_ical())
