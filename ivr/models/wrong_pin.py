"""A staff PIN that did not match: too many of them, and for a while none is taken."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class WrongPin(Base):
    __tablename__ = "wrong_pins"
    __table_args__ = (Index("ix_wrong_pins_technician_id_at", "technician_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    at: Mapped[datetime]
