"""A recording: a message, a dictated note or a conversation; and its transcript."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class RecordingState(StrEnum):
    DUE = "due"
    """To be fetched from the carrier."""
    STORED = "stored"
    MISSING = "missing"
    """Given up after a day of tries; said on the ticket."""
    DELETING = "deleting"
    """Its time is over: our file, its transcript and the carrier's copy are being deleted."""
    DELETED = "deleted"
    """Only the row is left: when it was, how long, and that it is gone."""


class Recording(Base):
    __tablename__ = "recordings"
    __table_args__ = (
        Index(
            "ix_recordings_due",
            "due_at",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
        Index(
            "ix_recordings_kept",
            "kind",
            "made_at",
            sqlite_where=text("state not in ('deleting', 'deleted')"),
            postgresql_where=text("state not in ('deleting', 'deleted')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(unique=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[str]
    """message, description, note or conversation."""
    seconds: Mapped[int | None]
    state: Mapped[str] = mapped_column(default=RecordingState.DUE)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    made_at: Mapped[datetime]
    file: Mapped[str | None]
    """Name below VAR_DIR/recordings."""
    sha256: Mapped[str | None]
    transcript: Mapped[str | None]
    transcript_status: Mapped[str | None]
    """completed or failed; none while it is not known."""
    sentences: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    """The transcript's lines, each with when it is said (services/calls/sentences); none where the
    carrier has told no times.
    """
