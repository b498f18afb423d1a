"""Somebody of ours who can be rung or mailed: technician, senior, manager or admin."""

from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Role(StrEnum):
    TECHNICIAN = "technician"
    SENIOR = "senior"
    MANAGER = "manager"
    ADMIN = "admin"


class Technician(Base):
    __tablename__ = "technicians"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str | None] = mapped_column(index=True)
    role: Mapped[str] = mapped_column(default=Role.TECHNICIAN)
    language: Mapped[str] = mapped_column(default="en-CA")
    active: Mapped[bool] = mapped_column(default=True)
