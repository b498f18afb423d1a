"""A text that can be found: of a ticket, of a line of its timeline, or of a recording.

Triggers of the database keep these rows like the rows that they come from, whoever changes or
deletes those, and by what (migrations 0018 and 0024). The indexes over them are a GIN index on
PostgreSQL, the FTS5 table `passages_fts` on SQLite.
"""

from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Source(StrEnum):
    TICKET = "ticket"
    """Its title and description."""
    ENTRY = "entry"
    RECORDING = "recording"
    """Its transcript; that of a note dictated for a ticket is an entry."""


class Passage(Base):
    __tablename__ = "passages"
    __table_args__ = (UniqueConstraint("source", "source_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    """Grows with time, so the newest is the highest."""
    source: Mapped[str]
    source_id: Mapped[int]
    ticket_id: Mapped[int | None]
    """None: of a recording whose call belongs to no ticket."""
    text: Mapped[str]
