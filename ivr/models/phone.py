"""A telephone of one of us: rung in the order that they give, verified by a code."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Phone(Base):
    __tablename__ = "phones"
    __table_args__ = (UniqueConstraint("technician_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    position: Mapped[int] = mapped_column(default=0)
    number: Mapped[str] = mapped_column(index=True)
    verified_at: Mapped[datetime | None]
    """None: nobody has proved that it is theirs. It is rung all the same, and warned of."""


class PhoneCheck(Base):
    """A code that was sent to a number, by a text or a call, to prove whose it is. The code itself
    is not kept: it is made again from the salt and a secret of ours.
    """

    __tablename__ = "phone_checks"
    __table_args__ = (Index("ix_phone_checks_technician_id_made_at", "technician_id", "made_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    number: Mapped[str]
    salt: Mapped[str]
    made_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
