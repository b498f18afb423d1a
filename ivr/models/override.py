"""An override: for a while somebody is on call in another's place. A swap is two of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.rota import Rota
from ivr.models.technician import Technician


class Override(Base):
    __tablename__ = "overrides"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="lasts"),
        Index("ix_overrides_rota_id_ends_at", "rota_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rota_id: Mapped[int] = mapped_column(ForeignKey("rotas.id"))
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    instead_of_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    """Whose place is taken; None: everybody's."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    """None: by somebody at the console without a name of their own, or by a file."""
    asked_at: Mapped[datetime]
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    agreed_at: Mapped[datetime | None]
    """None: only asked for, and not in force."""
    withdrawn_at: Mapped[datetime | None]
    swap_id: Mapped[int | None] = mapped_column(index=True)
    """The first override of a swap; both are agreed to, or withdrawn, together."""
    source: Mapped[str | None] = mapped_column(index=True)
    """What it was read from: the UID of a calendar's event."""

    rota: Mapped[Rota] = relationship()
    technician: Mapped[Technician] = relationship(foreign_keys=technician_id)
    instead_of: Mapped[Technician | None] = relationship(foreign_keys=instead_of_id)
    asked_by: Mapped[Technician | None] = relationship(foreign_keys=asked_by_id)
    agreed_by: Mapped[Technician | None] = relationship(foreign_keys=agreed_by_id)
