"""Shifts as calendars (iCalendar, RFC 5545): of a rota, or of one of us, under a secret address.

What it holds is computed when it is read. It names colleagues and rotas, never a ticket or a
customer.
"""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ivr.models import Feed, Rota, Technician
from ivr.services import house, people, rota, shifts, vocabulary
from ivr.services.shifts import Plan, Shift
from ivr.settings import settings

BACK, AHEAD = timedelta(days=30), timedelta(days=90)
READ_AGAIN = timedelta(minutes=15)
"""How soon a calendar program may ask again. Most come once in some hours, whatever we say."""

Whose = Rota | Technician


# The secret address -------------------------------------------------------------------------------


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _of(whose: Whose) -> dict[str, int]:
    return {"rota_id" if isinstance(whose, Rota) else "technician_id": whose.id}


def renew(db: Session, now: datetime, whose: Whose) -> str:
    """Make its address; the one before is good no more. Returns the secret, which is not kept."""
    end(db, whose)
    secret = secrets.token_urlsafe(24)
    db.add(Feed(token_hash=_digest(secret), made_at=now, **_of(whose)))
    db.flush()
    return secret


def end(db: Session, whose: Whose) -> None:
    db.execute(delete(Feed).filter_by(**_of(whose)))


def made_at(db: Session, whose: Whose) -> datetime | None:
    """Since when it has an address; None: it has none."""
    return db.scalar(select(Feed.made_at).filter_by(**_of(whose)))


def by_secret(db: Session, secret: str) -> Whose | None:
    """Nobody's where it is not good any more, or its owner has left."""
    feed = db.scalar(select(Feed).where(Feed.token_hash == _digest(secret)))
    if feed is None:
        return None
    if feed.rota_id is not None:
        return db.get(Rota, feed.rota_id)
    return people.by_ids(db, [feed.technician_id or 0]).get(feed.technician_id or 0)


# What is in it ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    uid: str
    begins_at: datetime
    ends_at: datetime
    title: str


def calendar(db: Session, now: datetime, whose: Whose) -> bytes:
    """From a month ago to three months from now. The same all day long while nothing changes."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    begin, end_ = today - BACK, today + AHEAD
    if isinstance(whose, Rota):
        events = _of_rota(db, begin, end_, whose)
    else:
        events = _of_person(db, begin, end_, whose)
    events.sort(key=lambda one: (one.begins_at, one.uid))
    return _written(today, f"{house.ours(db).name}, {whose.name}", events)


def _of_rota(db: Session, begin: datetime, end_: datetime, one: Rota) -> list[Event]:
    """A shift for each who is on call: a gap is nobody's, and is not in it."""
    found = shifts.shifts(rota.plan(db, one.id, begin, end_), begin, end_)
    names = people.by_ids(db, {id_ for shift in found for id_ in shift.people})
    return [
        _event(one.id, id_, shift, names[id_].name)
        for id_ in names
        for shift in _joined(found, id_)
    ]


def _of_person(db: Session, begin: datetime, end_: datetime, one: Technician) -> list[Event]:
    title = vocabulary.word(one.language, "calendar", "shift")
    names = {id_: name for id_, name in db.execute(select(Rota.id, Rota.name))}  # noqa: C416
    return [
        _event(id_, one.id, shift, title.format(rota=names[id_]))
        for id_, plan in rota.plans(db, begin, end_).items()
        if id_ in names and _mentions(plan, one.id)
        for shift in _joined(shifts.shifts(plan, begin, end_), one.id)
    ]


def _mentions(plan: Plan, person: int) -> bool:
    """Most rotas have nothing to do with most of us."""
    turns = (turn for layer in plan.layers for turn in layer.turns)
    return any(person in turn for turn in turns) or any(
        person == cover.person for cover in plan.covers
    )


def _joined(found: list[Shift], person: int) -> Iterator[Shift]:
    """One's own shifts, whoever else is on call beside."""
    mine: Shift | None = None
    for shift in found:
        if person not in shift.people:
            continue
        if mine and mine.ends_at == shift.begins_at:
            mine = Shift(mine.begins_at, shift.ends_at, (person,))
            continue
        if mine:
            yield mine
        mine = Shift(shift.begins_at, shift.ends_at, (person,))
    if mine:
        yield mine


def _event(rota_id: int, person: int, shift: Shift, title: str) -> Event:
    began = int(shift.begins_at.timestamp())
    uid = f"shift-{rota_id}-{person}-{began}@{settings().mail_domain}"
    return Event(uid, shift.begins_at, shift.ends_at, title)


def _written(today: datetime, title: str, events: list[Event]) -> bytes:
    import icalendar

    made = icalendar.Calendar()
    made.add("prodid", "-//ivr//shifts//EN")
    made.add("version", "2.0")
    made.add("name", title)  # RFC 7986, 5.1
    made.add("x-wr-calname", title)
    made.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})  # RFC 7986, 5.7
    made.add("x-published-ttl", "PT15M")
    for event in events:
        one = icalendar.Event()
        one.add("uid", event.uid)
        one.add("dtstamp", today)
        one.add("dtstart", event.begins_at)
        one.add("dtend", event.ends_at)
        one.add("summary", event.title)
        one.add("transp", "TRANSPARENT")  # who is on call may make other appointments
        made.add_component(one)
    return bytes(made.to_ical())
