"""The outbox: a mail, a text or a call that says something, which must go out, however often it
takes.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class MessageState(StrEnum):
    DUE = "due"
    SENT = "sent"
    KEPT = "kept"
    """No mail server is set: kept here and as a file in VAR_DIR/mail."""
    DEAD = "dead"
    """Refused for good, or given up; staff see it."""
    DISMISSED = "dismissed"
    """Dead, and one of us has said that it need not be sent."""


class Message(Base):
    __tablename__ = "messages"
    __table_args__ = (
        Index(
            "ix_messages_due",
            "due_at",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
        Index(
            "ix_messages_dead",
            "id",
            sqlite_where=text("state = 'dead'"),
            postgresql_where=text("state = 'dead'"),
        ),
        Index("uq_messages_message_id", "message_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Says what it is for, so that the same occasion writes it once."""
    channel: Mapped[str]
    """mail, text, or call: the body of a call is the path of what it says."""
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"))
    """The line of the timeline whose files go out with it."""
    to: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(default="")
    body: Mapped[str]
    html: Mapped[str | None]
    """The same for mail readers that show HTML."""
    message_id: Mapped[str | None]
    """RFC 5322, 3.6.4: an answer names it."""
    references: Mapped[list[str]] = mapped_column(default=list)
    """Message-IDs of the thread, the one that is answered last."""
    by_hand: Mapped[bool] = mapped_column(default=False)
    """Written by one of us, so not Auto-Submitted (RFC 3834)."""
    unsubscribe_url: Mapped[str | None]
    """Where a mail program posts that its reader wants no more of this kind (RFC 8058)."""
    state: Mapped[str] = mapped_column(default=MessageState.DUE)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    written_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    urged_at: Mapped[datetime | None]
    """When one of us last asked for it to be sent again: it is tried for a day from then on."""
    cause: Mapped[str | None]
