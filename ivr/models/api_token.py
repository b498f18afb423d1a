"""A token of the API: a program acts with it as the person it belongs to, within its scopes. Only
its hash is kept.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.technician import Technician


class ApiToken(Base):
    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), index=True)
    name: Mapped[str]
    """What it is for, as its owner says."""
    token_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]]
    """Words of services/staff/tokens.py."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    """To the minute."""
    revoked_at: Mapped[datetime | None]

    technician: Mapped[Technician] = relationship()


class ApiAnswer(Base):
    """What was answered to a write that carried a key of idempotence, so that the same request sent
    again is answered alike and done once.
    """

    __tablename__ = "api_answers"
    __table_args__ = (
        UniqueConstraint("token_id", "key"),
        Index("ix_api_answers_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"))
    key: Mapped[str]
    """A hash of the key: what a program makes it of is its own affair."""
    request: Mapped[str]
    """A hash of what was asked for: the same key for something else is a mistake."""
    body: Mapped[str]
    at: Mapped[datetime]
