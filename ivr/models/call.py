"""A telephone call, from a customer or to a technician, and where its walk stands."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
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


class Call(Base):
    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_number_started_at", "number", "started_at"),)

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
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
