"""What one of us changed of people, rotas, policies and settings. Only ever added to."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Change(Base):
    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_about_id", "about", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    """By name: a person who is renamed, or gone, did it all the same."""
    about: Mapped[str]
    """person-3, rota-1, policy-2."""
    what: Mapped[str]
