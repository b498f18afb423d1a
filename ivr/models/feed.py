"""A calendar feed: a secret address at which a calendar program reads when somebody is on call.

Such programs cannot sign in: whoever has the address may read. Only its hash is kept.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.rota import Rota
from ivr.models.technician import Technician


class Feed(Base):
    """Of one person in all rotas, or of one rota."""

    __tablename__ = "feeds"
    __table_args__ = (
        CheckConstraint("(technician_id is null) <> (rota_id is null)", name="of_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"), index=True)
    rota_id: Mapped[int | None] = mapped_column(ForeignKey("rotas.id"), index=True)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    technician: Mapped[Technician | None] = relationship()
    rota: Mapped[Rota | None] = relationship()
