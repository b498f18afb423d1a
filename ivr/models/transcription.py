"""A recording that the carrier is asked to write down, sentence by sentence, with times. The row
lasts until it is written down or given up, and the carrier's copy of the sound is gone.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class TranscriptionState(StrEnum):
    DUE = "due"
    """To be asked for."""
    ASKED = "asked"
    """The carrier has taken it, and will call back."""
    OVER = "over"
    """Written down, or given up: the carrier's copy of the sound goes."""


class Transcription(Base):
    __tablename__ = "transcriptions"
    __table_args__ = (
        Index(
            "ix_transcriptions_due",
            "due_at",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), unique=True)
    state: Mapped[str] = mapped_column(default=TranscriptionState.DUE)
    key: Mapped[str]
    """However often it is asked for with the same key, the carrier does it once."""
    job: Mapped[str | None]
    """The carrier's name for it."""
    asked: Mapped[int] = mapped_column(default=0)
    """How often the carrier has taken it."""
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    made_at: Mapped[datetime]
