"""What the reports count: facts, one small row for each thing that counts on a day; figures, how
many there were; and the reckoning that makes both from the timeline.

All of it is derived, and can be made again (`ivr reports rebuild`), so no row here has a foreign
key: what is erased elsewhere leaves nothing but a count.
"""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Dimensions:
    """What a fact is told by, and so its figures, where services/reports/counting.py keeps it
    apart.
    """

    what: Mapped[str]
    """A word of services/reports/facts.py: opened, response, answer, ring …"""
    key: Mapped[str]
    """How it went: met, missed, answered, abandoned …"""
    customer_id: Mapped[int | None]
    team_id: Mapped[int | None]
    severity: Mapped[str | None]
    level: Mapped[int | None]
    technician_id: Mapped[int | None]
    hour: Mapped[int | None]
    """Of the week: 0 is Monday, midnight to one."""
    seconds: Mapped[int | None]
    """Of figures only of the time to answer: each is kept, so that percentiles are exact."""


class Fact(Dimensions, Base):
    __tablename__ = "facts"
    __table_args__ = (
        Index("ix_facts_day_what", "day", "what"),
        Index("ix_facts_what_key_day_id", "what", "key", "day", "id"),
        Index("ix_facts_customer_id_what_day", "customer_id", "what", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    """By the organization's clock."""
    ticket_id: Mapped[int | None] = mapped_column(index=True)
    call_id: Mapped[int | None]


class Figure(Dimensions, Base):
    __tablename__ = "figures"
    __table_args__ = (Index("ix_figures_span_what_first", "span", "what", "first"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    span: Mapped[str]
    """What it counts over, a word of services/reports/counting.py: a day, a month, a customer's
    month.
    """
    first: Mapped[date]
    """The day, or the first one of the month."""
    week: Mapped[date | None]
    """Of a day: the Monday of its week."""
    count: Mapped[int]


class Reckoning(Base):
    """Something that the reports do again and again: count, or mail."""

    __tablename__ = "reckonings"
    __table_args__ = (
        Index(
            "ix_reckonings_due",
            "due_at",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    """As of when the figures are."""
    version: Mapped[int] = mapped_column(default=0)
    """Counts every time that figures are written."""
    entry_id: Mapped[int] = mapped_column(default=0)
    """The line of the timeline up to which days were marked."""
    days: Mapped[list[str]] = mapped_column(default=list)
    """Those that are marked, and still to be counted."""
