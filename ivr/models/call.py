"""A telephone call, from a customer or to a technician, and where its walk stands."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Place(StrEnum):
    """Where the person on the line is."""

    TALKING_TO_US = "flow"
    HOLDING = "holding"
    BRIDGED = "bridged"
    GONE = "gone"


class Outcome(StrEnum):
    """What came of a call, for whoever reads the list of calls."""

    ANSWERED = "answered"
    """The caller talked to one of us."""
    MESSAGE = "message"
    CALLBACK = "callback"
    LEFT_HOLDING = "left-holding"
    STATUS = "status"
    OPENED = "opened"
    """It opened a ticket, and nobody was needed at once."""
    NOTED = "noted"
    """How bad it is was put on a ticket that was there."""
    UNKNOWN_NUMBER = "unknown-number"
    """What was keyed is no ticket, and then the caller hung up."""
    LEFT_EARLY = "left-early"
    BLOCKED = "blocked"
    STAFF_LINE = "staff-line"
    CANARY = "canary"
    ACCEPTED = "accepted"
    """This, and what follows, of a call to one of us."""
    PASSED = "passed"
    UNACCEPTED = "unaccepted"
    TAKEN = "taken"
    """Picked up when somebody else had it."""
    RUNG = "rung"
    """Anything else of such a call."""


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Call(Base):
    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_number_started_at", "number", "started_at"),
        Index("ix_calls_started_at", "started_at"),
        Index("ix_calls_outcome", "outcome", "started_at", **_where("outcome is not null")),
        Index(
            "ix_calls_customer", "customer_id", "started_at", **_where("customer_id is not null")
        ),
        Index("ix_calls_contact", "contact_id", "started_at", **_where("contact_id is not null")),
        Index("ix_calls_staff", "staff_id", "started_at", **_where("staff_id is not null")),
        Index(
            "ix_calls_live",
            "started_at",
            sqlite_where=text("ended_at is null"),
            postgresql_where=text("ended_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(unique=True)
    direction: Mapped[str]
    number: Mapped[str]
    """The other side: the caller, or the technician's phone. May be "anonymous"."""
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    """Who of us it is that calls, once the staff PIN was right."""
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    known: Mapped[dict[str, Any]]
    """The walk's frozen state: callflows.turn.Known as JSON."""
    turn: Mapped[int] = mapped_column(default=0)
    """The number of the next turn."""
    place: Mapped[str] = mapped_column(default=Place.TALKING_TO_US)
    wish: Mapped[str | None]
    """What the caller chose instead of holding: callback or message."""
    status: Mapped[str]
    """The carrier's word; only ever moves forward."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    """None while it goes on."""
    outcome_seconds: Mapped[int | None]
    """After which it was answered, or the caller who held gave up."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    """Whose it is: the ticket's, else the contact's; with the outcome."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    """Who of us was on it: who answered, was rung, or called us; with the outcome."""
    moved_at: Mapped[datetime | None]
    """When one of us last put it on another ticket than the one that was keyed."""
