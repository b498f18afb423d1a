"""A time during which a ticket's resolution clock does not run."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Why(StrEnum):
    WAITING = "waiting"
    """For the customer."""
    RESOLVED = "resolved"
    """Until the customer reopened it."""


class Pause(Base):
    __tablename__ = "pauses"
    __table_args__ = (
        Index(
            "uq_pauses_open_ticket",
            "ticket_id",
            unique=True,
            sqlite_where=text("ended_at is null"),
            postgresql_where=text("ended_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    why: Mapped[str]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
