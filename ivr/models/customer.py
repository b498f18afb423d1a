"""A company that we support."""

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Customer(Base):
    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    pin_hash: Mapped[str | None]
    """argon2; the PIN opens what is confidential on the phone."""
    targets: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the customer's contract promises beyond the organization's targets, in that shape."""
