"""Plain rows that the tests of the services begin with."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import (
    Call,
    Customer,
    Direction,
    Entry,
    Organization,
    Phone,
    Place,
    Policy,
    Technician,
    Ticket,
)
from ivr.models.policy import DEFAULT
from ivr.services.on_call import rota, rotas
from ivr.services.tickets import tickets, timeline
from ivr.services.tickets.timeline import Kind

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LEVELS: list[dict[str, Any]] = [
    {"level": 1, "ring": "all", "ring_for": 25, "repeat": 1, "escalate_after": 60},
    {"level": 2, "ring": "in_turn", "ring_for": 25, "repeat": 1, "escalate_after": 120},
    {"level": 3, "mail": "escalation@2n5.example", "repeat_every": 300},
]


def organization(db: Session) -> None:
    db.add(
        Organization(
            id=1,
            name="2N5",
            time_zone="America/Toronto",
            holidays="CA-ON",
            languages=["en-CA", "fr-CA"],
        )
    )
    levels = [
        one
        if "mail" in one
        else one | {"who": [{"rota": rotas.named(db, f"Level {one['level']}").id}]}
        for one in LEVELS
    ]
    db.add(Policy(id=DEFAULT, name="Default", levels=levels))


def technician(db: Session, name: str, level: int) -> Technician:
    person = Technician(
        name=name,
        email=f"{name.lower()}@2n5.example",
        phones=[Phone(number=f"+1514555{sum(map(ord, name)) % 10000:04}", verified_at=NOW)],
    )
    db.add(person)
    db.flush()
    on_call(db, level, [*on_call_now(db, level), person.id])
    return person


def on_call(db: Session, level: int, people: list[int]) -> None:
    """Nobody but these, always."""
    rotas.always(db, f"Level {level}", people)


def on_call_now(db: Session, level: int) -> list[int]:
    id_ = rotas.named(db, f"Level {level}").id
    return list(rota.on_call(db, NOW, [id_])[id_])


def ticket(db: Session, now: datetime = NOW) -> Ticket:
    customer = Customer(name="Acme")
    db.add(customer)
    db.flush()
    return tickets.open_ticket(
        db, now, title="SIP trunk down", severity=Severity.CRITICAL, customer=customer
    )


def held_call(db: Session, of: Ticket, now: datetime = NOW) -> Call:
    call = Call(
        sid="CA0001",
        direction=Direction.INBOUND,
        number="+15145550100",
        ticket_id=of.id,
        known={"at": "holding.wait"},
        status="in-progress",
        started_at=now,
        place=Place.HOLDING,
    )
    db.add(call)
    db.flush()
    return call


def told(db: Session, of: Ticket, kind: Kind) -> list[str]:
    """What the ticket's timeline says of a kind."""
    db.flush()
    entries = select(Entry).where(Entry.ticket_id == of.id, Entry.kind == kind).order_by(Entry.id)
    return [timeline.sentence(entry) for entry in db.scalars(entries)]
