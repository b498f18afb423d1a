"""Which team gets a ticket, and who in it: rules as data, the first that fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.models import AssignmentRule, Status, Team, Technician, Ticket
from ivr.services.on_call import rota
from ivr.services.tickets import life, timeline
from ivr.services.tickets.timeline import Kind

WORKING = (Status.NEW, Status.OPEN)


@dataclass(frozen=True)
class Member:
    id: int
    on_call: bool
    load: int
    """Tickets they have that are not waiting, resolved or closed."""


def fits(rule: AssignmentRule, ticket: Ticket) -> bool:
    title = ticket.title.casefold()
    return (
        rule.customer_id in (None, ticket.customer_id)
        and rule.severity in (None, ticket.severity)
        and rule.category in (None, ticket.category)
        and (not rule.words or any(word.casefold() in title for word in rule.words))
    )


def choose(members: Sequence[Member]) -> int | None:
    """Whoever is on call, else anybody; of those the one with the least to do."""
    by_load = sorted(members, key=lambda one: (not one.on_call, one.load, one.id))
    return by_load[0].id if by_load else None


def assign(db: Session, now: datetime, ticket: Ticket) -> None:
    """By the rules. Where none fits the ticket stays with those on call."""
    rules = db.scalars(select(AssignmentRule).order_by(AssignmentRule.position))
    rule = next((one for one in rules if fits(one, ticket)), None)
    if rule is not None:
        to(db, now, ticket, rule.team, None, "by rule")


def again(db: Session, now: datetime, ticket: Ticket) -> None:
    """Something that the rules ask for has changed: they are asked again where nobody has it."""
    if ticket.team is None and ticket.assignee is None and ticket.status not in life.OVER:
        assign(db, now, ticket)


def to(
    db: Session,
    now: datetime,
    ticket: Ticket,
    team: Team | None,
    person: Technician | None,
    by: str,
) -> bool:
    """Give a ticket to a team, to a person, or to the one in the team whose turn it is.

    False when they have it already.
    """
    if person is None and team is not None:
        chosen = choose(_members(db, now, team))
        person = db.get(Technician, chosen) if chosen else None
    if ticket.team is team and ticket.assignee is person:
        return False
    ticket.team, ticket.assignee = team, person
    db.flush()
    names = [one.name for one in (person, team) if one]
    timeline.write(
        db, Kind.ASSIGNED, now, ticket_id=ticket.id, to=", ".join(names) or "nobody", by=by
    )
    return True


def _members(db: Session, now: datetime, team: Team) -> list[Member]:
    ids = [one.id for one in team.members]
    on_call = {one for people in rota.on_call(db, now).values() for one in people}
    load = select(Ticket.assignee_id, func.count()).where(
        Ticket.assignee_id.in_(ids), Ticket.status.in_(WORKING)
    )
    loads: dict[int | None, int] = dict(iter(db.execute(load.group_by(Ticket.assignee_id))))
    return [Member(id_, id_ in on_call, loads.get(id_, 0)) for id_ in ids]
