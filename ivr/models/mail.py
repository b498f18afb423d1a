"""A mail that came in. The raw mail is a file that is kept; the row says what became of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class MailOutcome(StrEnum):
    DUE = "due"
    """Kept, not read yet."""
    OPENED = "opened"
    JOINED = "joined"
    OWN = "own"
    """Our own mail, come back."""
    BOUNCE = "bounce"
    AUTOMATIC = "automatic"
    """An automatic answer, or a mailing list's."""
    LOOP = "loop"
    """One too many in an hour from the same sender: on the ticket, and nobody was told."""
    FAILED = "failed"
    """It could not be read, and has a ticket that says so."""
    DISMISSED = "dismissed"
    """It could not be read, and one of us has seen to it."""


class Mail(Base):
    __tablename__ = "mails"
    __table_args__ = (
        Index(
            "ix_mails_due",
            "due_at",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
        Index(
            "ix_mails_failed",
            "id",
            sqlite_where=text("outcome = 'failed'"),
            postgresql_where=text("outcome = 'failed'"),
        ),
        Index("ix_mails_sender_received_at", "sender", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    """Its own, or one made of its content where it has none."""
    file: Mapped[str]
    """Name below VAR_DIR/mail/in."""
    received_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(default=MailOutcome.DUE)
    cause: Mapped[str | None]
    sender: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
