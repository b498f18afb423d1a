"""A legal hold: a recording, or all that is on a ticket, is not deleted as long as it lasts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.recording import Recording
from ivr.models.ticket import Ticket

LASTS = text("lifted_at is null")


class Hold(Base):
    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("(ticket_id is null) <> (recording_id is null)", name="of_one"),
        Index(
            "uq_holds_ticket", "ticket_id", unique=True, sqlite_where=LASTS, postgresql_where=LASTS
        ),
        Index(
            "uq_holds_recording",
            "recording_id",
            unique=True,
            sqlite_where=LASTS,
            postgresql_where=LASTS,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recordings.id"))
    why: Mapped[str]
    by: Mapped[str]
    """By name: a person who is renamed, or gone, did it all the same."""
    placed_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]

    ticket: Mapped[Ticket | None] = relationship()
    recording: Mapped[Recording | None] = relationship()
