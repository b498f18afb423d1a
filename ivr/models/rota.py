"""A rota: who is on call when, in layers of rotations, the higher one before the lower.

Overrides and absences have rows of their own. What comes of it all is computed, never kept:
services/on_call/shifts.py.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.team import Team
from ivr.models.technician import Technician


class Unit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    WEEKDAY = "weekday"
    """The first turn is Monday's, the seventh Sunday's."""


class Rota(Base):
    __tablename__ = "rotas"
    __table_args__ = (
        Index(
            "ix_rotas_due",
            "due_at",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    time_zone: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    """Who is told what is wrong with it."""
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    due_at: Mapped[datetime | None]
    """When somebody must look at who is on call: the next hand-over."""
    on_duty: Mapped[list[int]] = mapped_column(default=list)
    """Who was on call at the last look, and knows it."""
    looked_at: Mapped[datetime | None]
    """None: it is new, and those who are on call know from whoever made it."""
    told: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """The problems that its owner has been told of since last night: services/on_call/findings.py.
    """

    layers: Mapped[list["Layer"]] = relationship(
        order_by="Layer.position", cascade="all, delete-orphan"
    )
    owner: Mapped[Technician | None] = relationship()
    team: Mapped[Team | None] = relationship()


class Layer(Base):
    """One rotation. All times are wall-clock times of its zone."""

    __tablename__ = "layers"

    id: Mapped[int] = mapped_column(primary_key=True)
    rota_id: Mapped[int] = mapped_column(ForeignKey("rotas.id"), index=True)
    position: Mapped[int]
    """The highest that has somebody wins."""
    name: Mapped[str]
    time_zone: Mapped[str | None]
    """None: the rota's."""
    starts: Mapped[str]
    """The first hand-over, such as "2026-11-02T09:00"."""
    ends: Mapped[str | None]
    unit: Mapped[str] = mapped_column(default=Unit.WEEKS)
    every: Mapped[int] = mapped_column(default=1)
    people: Mapped[list[list[int]]]
    """The turns: who is on call together, in the order to be rung."""
    hours: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """When it counts: days (0 is Monday), from, until. Nothing: always."""
