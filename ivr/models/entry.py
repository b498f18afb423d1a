"""A line of a ticket's timeline. Only ever added, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Entry(Base):
    __tablename__ = "entries"
    __table_args__ = (
        Index(
            "ix_entries_lifeline",
            "id",
            sqlite_where=text("kind = 'lifeline'"),
            postgresql_where=text("kind = 'lifeline'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    kind: Mapped[str]
    """What happened, a word of services/tickets/timeline.py: called, paged, rang, accepted, note …
    """
    at: Mapped[datetime] = mapped_column(index=True)
    data: Mapped[dict[str, Any]]
