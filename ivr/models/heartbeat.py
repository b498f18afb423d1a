"""When a process last showed that it lives."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Heartbeat(Base):
    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
