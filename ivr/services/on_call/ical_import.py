"""An iCalendar file as absences of somebody, or as shifts of a rota (overrides that are in force).

Each row says which event it came from. The same file again changes nothing; an event that has
changed, or is not in it any more, changes or ends what came of it. What has been stays.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Absence, Override, Rota, Technician
from ivr.services import vocabulary
from ivr.services.on_call import rotas
from ivr.services.on_call.ical_reading import OURS, Event, Found, Problem

Row = Absence | Override


@dataclass
class Outcome:
    new: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    """One for each event that was left out."""

    @property
    def counts(self) -> dict[str, int]:
        return {name: value for name, value in vars(self).items() if name != "problems"}

    def told(self, language: str) -> str:
        return counted(language, self.counts)


def counted(language: str, counts: Mapping[str, int]) -> str:
    return vocabulary.sentence(language, "file", "outcome", **counts)


def absences(db: Session, now: datetime, one: Technician, found: Found) -> Outcome:
    """Every event is a time at which they are away."""
    known = select(Absence).where(
        Absence.technician_id == one.id, Absence.source.startswith(OURS), Absence.ends_at > now
    )
    wanted = {
        event.source: {
            "technician_id": one.id,
            "starts_at": event.begins_at,
            "ends_at": event.ends_at,
            "why": " ".join(event.summary.split())[:200],
        }
        for event in found.events
    }
    outcome = Outcome(problems=list(found.problems))
    _bring_in_line(db, now, db.scalars(known).all(), wanted, outcome, Absence)
    if outcome.new or outcome.changed or outcome.removed:
        rotas.look_again(db, now)
    return outcome


def shifts(db: Session, now: datetime, rota: Rota, found: Found) -> Outcome:
    """In each event somebody is on call alone: whom it invites, or names."""
    outcome = Outcome(problems=list(found.problems))
    find = _finder(db)
    wanted: dict[str, dict[str, Any]] = {}
    last: Event | None = None
    for event in found.events:
        person = find(event)
        if isinstance(person, Problem):
            outcome.problems.append(person)
        elif last and event.begins_at < last.ends_at:
            of_last = {"line": last.line, "uid": last.uid[:80]}
            outcome.problems.append(event.problem("event-overlaps", **of_last))
        else:
            last = event
            wanted[event.source] = {
                "rota_id": rota.id,
                "technician_id": person.id,
                "starts_at": event.begins_at,
                "ends_at": event.ends_at,
            }
    known = select(Override).where(
        Override.rota_id == rota.id,
        Override.source.startswith(OURS),
        Override.ends_at > now,
        Override.withdrawn_at.is_(None),
    )
    put = {"asked_at": now, "agreed_at": now}
    _bring_in_line(db, now, db.scalars(known).all(), wanted, outcome, Override, put)
    if outcome.new or outcome.changed or outcome.removed:
        rotas.look_again(db, now, rota)
    return outcome


def _bring_in_line(
    db: Session,
    now: datetime,
    known: Sequence[Row],
    wanted: dict[str, dict[str, Any]],
    outcome: Outcome,
    table: type[Row],
    put: dict[str, Any] | None = None,
) -> None:
    there = {row.source: row for row in known}
    for source, values in wanted.items():
        row = there.pop(source, None)
        if row is None:
            db.add(table(source=source, **values, **(put or {})))
            outcome.new += 1
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            outcome.changed += 1
        else:
            outcome.unchanged += 1
    for row in there.values():
        _remove(db, now, row)
        outcome.removed += 1
    db.flush()


def _remove(db: Session, now: datetime, row: Row) -> None:
    """One that runs ends now."""
    if row.starts_at < now.replace(microsecond=0):
        row.ends_at = now.replace(microsecond=0)
    elif isinstance(row, Override):
        row.withdrawn_at = now
    else:
        db.delete(row)


def _finder(db: Session) -> Callable[[Event], Technician | Problem]:
    staff = db.scalars(select(Technician).where(Technician.active)).all()
    by_mail = {one.email: one for one in staff}

    def find(event: Event) -> Technician | Problem:
        """Who is meant, or why nobody is."""
        summary = event.summary.casefold()
        mails = [*event.mails, *re.findall(r"[^\s<>()\"',;:]+@[^\s<>()\"',;:]+", summary)]
        found = {by_mail[mail].id: by_mail[mail] for mail in mails if mail in by_mail}
        found = found or {one.id: one for one in _named(staff, summary)}
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            names = ", ".join(sorted(one.name for one in found.values()))
            return event.problem("event-of-several", names=names)
        return event.problem("event-of-nobody", title=event.summary[:80])

    return find


def _named(staff: Iterable[Technician], summary: str) -> list[Technician]:
    """Whose whole name stands in it; of Bo and Bo Chan, Bo Chan."""
    found = [
        one
        for one in staff
        if re.search(rf"(?<!\w){re.escape(one.name.casefold())}(?!\w)", summary)
    ]
    names = [one.name.casefold() for one in found]
    return [
        one
        for one in found
        if not any(one.name.casefold() in name for name in names if name != one.name.casefold())
    ]
