"""An absence: for a while somebody is on call in no rota."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.technician import Technician


class Absence(Base):
    __tablename__ = "absences"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="lasts"),
        Index("ix_absences_technician_id_ends_at", "technician_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(default="")
    source: Mapped[str | None] = mapped_column(index=True)
    """What it was read from: the UID of a calendar's event."""

    technician: Mapped[Technician] = relationship()
