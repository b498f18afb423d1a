"""Who is on call now at a level, in which order."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.technician import Technician


class Shift(Base):
    __tablename__ = "shifts"
    __table_args__ = (UniqueConstraint("level", "technician_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[int]
    position: Mapped[int]
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))

    technician: Mapped[Technician] = relationship()
