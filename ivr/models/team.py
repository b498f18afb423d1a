"""A team of technicians that tickets are assigned to, and the rules by which they are."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.technician import Technician


class Membership(Base):
    __tablename__ = "memberships"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), primary_key=True)


class Team(Base):
    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)

    members: Mapped[list[Technician]] = relationship(
        secondary="memberships", order_by=Technician.id
    )


class AssignmentRule(Base):
    """A ticket that has all of what is given here goes to the team; the first rule that fits."""

    __tablename__ = "assignment_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    severity: Mapped[str | None]
    category: Mapped[str | None]
    words: Mapped[list[str]] = mapped_column(default=list)
    """Any of them in the title."""
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))

    team: Mapped[Team] = relationship()
