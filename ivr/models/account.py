"""How one of us proves who they are: a password, and a second step for those who want one.

Beside the technicians' own table, so that nothing that only rings somebody ever reads it.
"""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Account(Base):
    __tablename__ = "accounts"

    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), primary_key=True)
    password_hash: Mapped[str | None]
    """argon2."""
    totp_secret: Mapped[str | None]
    """RFC 6238; a code of it is asked for after the password."""
    totp_step: Mapped[int | None]
    """The time step of the code that was used last: no code of it or before is good again."""


class RecoveryCode(Base):
    """Stands in for a code, once."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), index=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]
