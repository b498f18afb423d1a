"""One ring of one technician's phone for a page."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.page import Page
from ivr.models.technician import Technician


class LegState(StrEnum):
    DUE = "due"
    WAITING = "waiting"
    """Their phone rings for another page, or they talk to a customer: rung when that is over."""
    PLACING = "placing"
    """Handed to the carrier, outcome not known yet; the lease says until when to wait."""
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


class Leg(Base):
    __tablename__ = "legs"
    __table_args__ = (
        UniqueConstraint("page_id", "technician_id", "round", "number"),
        Index(
            "ix_legs_due",
            "due_at",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
        Index(
            "ix_legs_live",
            "technician_id",
            sqlite_where=text("ended_at is null"),
            postgresql_where=text("ended_at is null"),
        ),
        Index("ix_legs_technician_id_placed_at", "technician_id", "placed_at"),
        Index("ix_legs_number_placed_at", "number", "placed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Opaque; in every URL that the carrier is given for this ring."""
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    number: Mapped[str]
    level: Mapped[int]
    round: Mapped[int]
    """Counts through the life of the page, so that a task delivered twice makes one ring."""
    state: Mapped[str] = mapped_column(default=LegState.DUE)
    outcome: Mapped[str | None]
    """Why it ended: accepted, passed, unaccepted, no-answer, busy, failed, cancelled, limited; or,
    while it waits, engaged: on a call with a customer.
    """
    cause: Mapped[str | None]
    """What the carrier said of a failure."""
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    """When somebody must look at it: to ring, to find out what came of it, or to stop it."""
    stopping: Mapped[bool] = mapped_column(default=False)
    """Somebody else has the page: stop ringing."""
    sid: Mapped[str | None] = mapped_column(unique=True)
    sequence: Mapped[int] = mapped_column(default=-1)
    placed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    page: Mapped[Page] = relationship()
    technician: Mapped[Technician] = relationship()
