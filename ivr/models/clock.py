"""A clock that runs on a ticket, with a row of its own so that it cannot be forgotten."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.ticket import Ticket


class ClockKind(StrEnum):
    RESPONSE = "response"
    """Until a human of ours first says something to the customer."""
    RESOLUTION = "resolution"
    ESCALATION = "escalation"
    """Until a message to the escalation address is answered."""
    REMINDER = "reminder"
    """Until the customer, who was asked something, is reminded."""
    CLOSING = "closing"
    """Until a resolved ticket closes by itself."""


class Clock(Base):
    __tablename__ = "clocks"
    __table_args__ = (
        UniqueConstraint("ticket_id", "kind"),
        Index(
            "ix_clocks_due",
            "due_at",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
        Index(
            "ix_clocks_running",
            "ends_at",
            sqlite_where=text("met_at is null"),
            postgresql_where=text("met_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    kind: Mapped[str]
    started_at: Mapped[datetime]
    warn_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    """None while a pause keeps it from ending."""
    due_at: Mapped[datetime | None]
    """When somebody must look at it: to warn, or because it has ended."""
    warned_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship()
