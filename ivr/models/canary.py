"""A canary: the line ringing itself, from the call to the note, to see that it would for others."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class CanaryState(StrEnum):
    WAITING = "waiting"
    """For its time."""
    SINGING = "singing"
    PASSED = "passed"
    FAILED = "failed"


class Canary(Base):
    __tablename__ = "canaries"
    __table_args__ = (
        Index(
            "ix_canaries_due",
            "due_at",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Opaque; in every URL that the carrier is given for its call."""
    state: Mapped[str] = mapped_column(default=CanaryState.WAITING)
    attempt: Mapped[int] = mapped_column(default=1)
    """The second follows a first that failed; when it fails too, that is the alarm."""
    due_at: Mapped[datetime | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    sid: Mapped[str | None]
    """Of the call that it makes."""
    started_at: Mapped[datetime | None]
    placed_at: Mapped[datetime | None]
    """When the carrier took the call, or may have."""
    ended_at: Mapped[datetime | None]
    steps: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    """What was reached, and after how many seconds."""
    missing: Mapped[str | None]
    """The first step that was not."""
    cause: Mapped[str | None]
    """What the carrier said of a failure."""
