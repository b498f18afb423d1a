"""A turn that was taken: what was heard and the answer given, so that a repeated webhook gets
the same answer again and no second effect.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class TakenTurn(Base):
    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("call_id", "number"), UniqueConstraint("call_id", "leaving"))

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    number: Mapped[int]
    leaving: Mapped[int | None]
    """The number of the turn whose hold this one ended."""
    step: Mapped[str]
    heard: Mapped[dict[str, Any]]
    """As JSON; a PIN is never in it."""
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime]
