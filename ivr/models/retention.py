"""How long recordings of a kind are kept: one row a kind, looked at again and again."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Retention(Base):
    __tablename__ = "retentions"
    __table_args__ = (
        CheckConstraint("days > 0", name="days"),
        Index(
            "ix_retentions_due",
            "due_at",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(unique=True)
    """Of recordings: a word of services/calls/recordings.KINDS."""
    days: Mapped[int]
    due_at: Mapped[datetime | None]
    """When to look for those whose time is over."""
