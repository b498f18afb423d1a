"""A page: a summons of technicians to a critical ticket, until one presses 1.

An open page always has a due time, so none can be forgotten; every change is a conditional
UPDATE on `version`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.technician import Technician
from ivr.models.ticket import Ticket


class PageState(StrEnum):
    OPEN = "open"
    OWED = "owed"
    """Accepted, but the technician and the caller have not talked yet."""
    ACCEPTED = "accepted"
    CLOSED = "closed"


class Page(Base):
    __tablename__ = "pages"
    __table_args__ = (
        CheckConstraint("(state in ('open', 'owed')) = (due_at is not null)", name="due"),
        CheckConstraint("(state in ('open', 'closed')) or accepted_by_id is not null", name="by"),
        Index(
            "uq_pages_live_ticket",
            "ticket_id",
            unique=True,
            sqlite_where=text("state in ('open', 'owed')"),
            postgresql_where=text("state in ('open', 'owed')"),
        ),
        Index(
            "ix_pages_due",
            "due_at",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    """The caller to be put through, if there is one."""
    policy: Mapped[list[dict[str, Any]]]
    """The levels, frozen when the page was opened."""
    state: Mapped[str] = mapped_column(default=PageState.OPEN)
    version: Mapped[int] = mapped_column(default=0)
    level: Mapped[int] = mapped_column(default=0)
    """Index into the policy of the level being rung."""
    level_since: Mapped[datetime]
    round: Mapped[int] = mapped_column(default=0)
    """Counts every time the people of a level are gone through, or its mail is sent."""
    first_round: Mapped[int] = mapped_column(default=0)
    """The round with which the present level began."""
    due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    accepted_at: Mapped[datetime | None]
    calls_back: Mapped[bool] = mapped_column(default=False, server_default=false())
    """One of us calls the customer unasked, or is to take a conversation over: whatever comes of
    it, nobody else is summoned."""
    takes_over_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    """The page whose acceptor talks with the customer, and is to be relieved."""

    ticket: Mapped[Ticket] = relationship()
    accepted_by: Mapped[Technician | None] = relationship()
