"""Somebody of ours who can be rung or mailed: technician, senior, manager or admin."""

from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.phone import Phone


class Role(StrEnum):
    TECHNICIAN = "technician"
    SENIOR = "senior"
    MANAGER = "manager"
    ADMIN = "admin"


class HandOver(StrEnum):
    """How somebody wishes to be told that they come on call, or go off."""

    MAIL = "mail"
    TEXT = "text"
    NONE = "none"


class Technician(Base):
    __tablename__ = "technicians"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(default=Role.TECHNICIAN)
    language: Mapped[str] = mapped_column(default="en-CA")
    pin_hash: Mapped[str | None]
    """Of the staff PIN; None: there is none, and the staff line stays closed."""
    time_zone: Mapped[str | None]
    """None: the organization's."""
    active: Mapped[bool] = mapped_column(default=True)
    """False: has left; is never rung or told anything, and stays on record."""
    text_first: Mapped[int] = mapped_column(default=0)
    """Seconds between the text and the ring; 0: both at once."""
    second_phone_after: Mapped[int | None]
    """Seconds after which the next phone rings as well; None: only when the first one fails."""
    quiet_from: Mapped[str | None]
    quiet_until: Mapped[str | None]
    """Wall-clock times, as "22:00", between which only what is critical may ring."""
    hand_over: Mapped[str] = mapped_column(default=HandOver.MAIL, server_default=HandOver.MAIL)

    phones: Mapped[list[Phone]] = relationship(
        order_by=(Phone.position, Phone.id), cascade="all, delete-orphan"
    )

    @property
    def phone(self) -> str | None:
        """The number that is rung first."""
        return self.phones[0].number if self.phones else None
