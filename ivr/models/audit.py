"""What one of us did, changed, saw, heard or took away. Only ever added to: a trigger in the
database refuses everything else, whoever asks.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Act(StrEnum):
    CHANGED = "changed"
    DID = "did"
    SAW = "saw"
    HEARD = "heard"
    TOOK = "took"
    """Took away as a file, or by the API."""


class AuditLine(Base):
    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_about_id", "about", "id"),
        Index("ix_audit_by_id", "by", "id"),
        Index("ix_audit_kind_id", "kind", "id"),
        Index("ix_audit_act_id", "act", "id"),
        Index("ix_audit_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    """By name: a person who is renamed, or gone, did it all the same."""
    act: Mapped[str]
    about: Mapped[str]
    """What it was done to, by kind and row: person-3, rota-1, ticket-4411, recording-RE1."""
    kind: Mapped[str]
    """A word of services/audit.py: what exactly."""
    data: Mapped[dict[str, Any]]
    """The values of its sentence; no secret, no PIN, and nothing of a customer but row numbers."""
