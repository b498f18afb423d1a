"""How a page escalates: levels, as data. Every page carries a frozen copy.

Of several policies the first that fits the ticket counts; the one numbered DEFAULT fits all of
them.
"""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base

DEFAULT = 1


class Policy(Base):
    __tablename__ = "policies"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int] = mapped_column(default=0)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    severity: Mapped[str | None]
    hours: Mapped[str | None]
    """open or closed: only in business hours, or only outside them."""
    levels: Mapped[list[dict[str, Any]]]
    """Each rings `who`: rotas, people and teams, by ID; or mails. Its keys: docs/import.md."""
