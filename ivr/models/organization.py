"""Whose support line this is. One row."""

from typing import Any

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
    business_hours: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """opens, closes (HH:MM) and days (0 is Monday); what is not given is 9 to 5 on weekdays."""
    targets: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What differs from services/tickets/targets.DEFAULTS, in the same shape."""
