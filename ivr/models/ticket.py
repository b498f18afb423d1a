"""A customer's problem, whatever door it came in by."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.contact import Contact
from ivr.models.customer import Customer
from ivr.models.team import Team
from ivr.models.technician import Technician


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


UNRESOLVED = "status in ('new', 'open', 'waiting')"
"""The few that indexes of their own are kept of. Literally, so that the database knows them again
in a query.
"""


def _few(name: str, *columns: str, where: str = UNRESOLVED) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Ticket(Base):
    __tablename__ = "tickets"
    __table_args__ = (
        Index("uq_tickets_form_key", "form_key", unique=True),
        Index("ix_tickets_assignee_id_status", "assignee_id", "status"),
        # each list by its own, in the order of the list
        Index("ix_tickets_customer_id_id", "customer_id", "id"),
        Index("ix_tickets_team_id_id", "team_id", "id"),
        Index("ix_tickets_assignee_id_id", "assignee_id", "id"),
        _few("ix_tickets_unresolved", "id"),
        _few("ix_tickets_unresolved_team_id", "team_id", "id"),
        _few("ix_tickets_unresolved_assignee_id", "assignee_id", "id"),
        _few("ix_tickets_unresolved_severity", "severity", "id"),
        _few("ix_tickets_level", "level", "id", where="level > 1"),
        Index("ix_tickets_customer_id_opened_at", "customer_id", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    """As printed: digits only. Ours end in a check digit, imported ones are kept as they are."""
    dialled: Mapped[str] = mapped_column(unique=True)
    """The number without leading zeros, as it is compared with what is keyed."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    tags: Mapped[list[str]] = mapped_column(default=list)
    severity: Mapped[str]
    status: Mapped[str] = mapped_column(default=Status.NEW)
    level: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    """The ticket that this one is a duplicate of."""
    opened_by_number: Mapped[str | None] = mapped_column(index=True)
    """The caller's number, for a ticket that a call opened."""
    canary: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Of the line ringing itself (services/sureness/cage.py): in no list, and nobody is told of it.
    """
    form_key: Mapped[str | None]
    """The form that it came by, so that one that is sent twice opens one ticket."""

    customer: Mapped[Customer | None] = relationship()
    contact: Mapped[Contact | None] = relationship()
    team: Mapped[Team | None] = relationship()
    assignee: Mapped[Technician | None] = relationship()
