"""A request for feedback after a closing of a ticket, and what the customer answered."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.contact import Contact
from ivr.models.ticket import Ticket


class Channel(StrEnum):
    MAIL = "mail"
    PORTAL = "portal"
    PHONE = "phone"


class Feedback(Base):
    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint("score between 1 and 5", name="score"),
        CheckConstraint("(score is null) = (answered_at is null)", name="answered"),
        UniqueConstraint("ticket_id", "closing"),
        Index("ix_feedback_contact_id_asked_at", "contact_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    """Who was asked."""
    closing: Mapped[datetime]
    """Which closing of the ticket: the moment of the resolution that led to it."""
    token: Mapped[str] = mapped_column(unique=True)
    """Opaque; in the links of the mail, and nowhere else."""
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    """The channel; phone where it was answered before a mail went out."""
    answered_at: Mapped[datetime | None]
    """The first time."""
    answered_by: Mapped[str | None]
    """The channel."""
    score: Mapped[int | None]
    """From 1, poor, to 5, excellent."""
    comment: Mapped[str] = mapped_column(default="")

    ticket: Mapped[Ticket] = relationship()
    contact: Mapped[Contact | None] = relationship()
