"""How a customer's contact gets into the portal: the links that were mailed, who is signed in
where, and how often somebody tried. Tokens are kept as hashes only.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.contact import Contact


class SignInLink(Base):
    """Good once, for a short time."""

    __tablename__ = "sign_in_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignIn(Base):
    """A browser that is signed in."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    browser: Mapped[str]
    """What it says it is, so that its owner knows it again."""
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    contact: Mapped[Contact] = relationship()


class SignInAttempt(Base):
    """A link that was asked for, or a password that was tried, whether or not anybody is there."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_whom_at", "whom", "at"),
        Index("ix_sign_in_attempts_source_at", "source", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    way: Mapped[str]
    """link or password."""
    whom: Mapped[str]
    """Hash of the address."""
    source: Mapped[str]
    """Hash of where it came from."""
    at: Mapped[datetime]
