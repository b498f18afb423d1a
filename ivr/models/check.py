"""A check: one thing that must be so for the line to be ready, and whether it was, last time."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class CheckState(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    OFF = "off"
    """Nothing to be checked: what it is about is not in use."""
    UNKNOWN = "unknown"
    """It has not been done yet."""


class Check(Base):
    __tablename__ = "checks"
    __table_args__ = (
        Index(
            "ix_checks_due",
            "due_at",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=CheckState.UNKNOWN)
    said: Mapped[str] = mapped_column(default="")
    """What is so, and what to do about it: services/sureness/found.py writes and reads it."""
    since: Mapped[datetime]
    """When it came into this state."""
    at: Mapped[datetime | None]
    """When it was done last."""
    due_at: Mapped[datetime | None]
