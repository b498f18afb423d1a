"""How somebody gets into our pages, a customer's contact into the portal and one of us into the
console: the links that were given out, who is signed in where, and how often somebody tried.
Tokens are kept as hashes only.
"""

from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from ivr.models.base import Base
from ivr.models.contact import Contact
from ivr.models.technician import Technician


class SignInLink(Base):
    """Good once, for a short time."""

    __tablename__ = "sign_in_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class StaffLink(Base):
    """Lets one of us set a password: good once, for a day."""

    __tablename__ = "staff_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), index=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    technician: Mapped[Technician] = relationship()


class SignedIn(Base):
    """A browser that is signed in; whose, says each table."""

    __abstract__ = True
    LASTS: ClassVar[timedelta]
    """Since the last visit."""

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    browser: Mapped[str]
    """What it says it is, so that its owner knows it again."""
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    owner_id: Mapped[int]


class SignIn(SignedIn):
    """Of a contact, in the portal."""

    __tablename__ = "sign_ins"
    LASTS = timedelta(days=30)

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    owner_id: Mapped[int] = synonym("contact_id")

    contact: Mapped[Contact] = relationship()


class StaffSignIn(SignedIn):
    """Of one of us, in the console."""

    __tablename__ = "staff_sign_ins"
    LASTS = timedelta(days=14)

    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), index=True)
    owner_id: Mapped[int] = synonym("technician_id")

    technician: Mapped[Technician] = relationship()


class SignInAttempt(Base):
    """A link that was asked for, or a secret that was tried, whether or not anybody is there."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_whom_at", "whom", "at"),
        Index("ix_sign_in_attempts_source_at", "source", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    way: Mapped[str]
    """link or password: the portal's; staff: the console's."""
    whom: Mapped[str]
    """Hash of the address."""
    source: Mapped[str]
    """Hash of where it came from."""
    at: Mapped[datetime]
