"""The erasure of a person on request: its receipt, which names nobody, and what is left to do.

Beside it the door by which a line of the timeline may lose its words: the database lets `data` of
a line be changed only while the line's id is in `erasing`, and commits nothing while one is
(docs/decisions/20).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class ErasureState(StrEnum):
    DUE = "due"
    ERASING = "erasing"
    """Gone from the database; files and the carrier's copies follow."""
    DONE = "done"


class Erasure(Base):
    __tablename__ = "erasures"
    __table_args__ = (
        Index(
            "ix_erasures_due",
            "due_at",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    by: Mapped[str]
    """Who of us carried it out."""
    reference: Mapped[str] = mapped_column(default="")
    """The request's own number, wherever it came in; no name."""
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=ErasureState.DUE)
    due_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How much of what was erased, and kept by a hold."""
    left: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Files and copies at the carrier that are still to be deleted; empty in the end."""
    database_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class Erasing(Base):
    """A line of the timeline whose words are taken away in this very transaction."""

    __tablename__ = "erasing"
    __table_args__ = (
        CheckConstraint("entry_id > 0", name="entry"),
        CheckConstraint("never = 0", name="never"),
    )

    entry_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    never: Mapped[int] = mapped_column(
        ForeignKey("erasing.entry_id", deferrable=True, initially="DEFERRED"),
        default=0,
    )
    """Refers to a row that cannot be, which is looked at when the transaction is committed: so
    none can be with a row left in here.
    """
