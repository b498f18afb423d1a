"""A calendar that programs subscribe to by a secret address: of one rota, or of one of us."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Feed(Base):
    """Each has at most one; the secret itself is not kept."""

    __tablename__ = "feeds"
    __table_args__ = (
        CheckConstraint("(rota_id is null) != (technician_id is null)", name="whose"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    rota_id: Mapped[int | None] = mapped_column(ForeignKey("rotas.id"), unique=True)
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"), unique=True)
    made_at: Mapped[datetime]
