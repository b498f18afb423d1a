"""Whose support line this is. One row."""

from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Organization(Base):
    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    time_zone: Mapped[str]
    holidays: Mapped[str]
    """Country and subdivision as the holidays library knows them: CA-ON."""
    languages: Mapped[list[str]]
