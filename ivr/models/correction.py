"""A transcript that one of us has corrected. Only ever added to, so that what was heard at first,
and every word in between, is kept.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Correction(Base):
    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    was: Mapped[str | None]
    """The transcript before it; none where there was none."""
    sentences: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    """Its lines with their times, where it had any."""
