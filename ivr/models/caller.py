"""A number that has called us, and the language it chose."""

from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Caller(Base):
    __tablename__ = "callers"

    number: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str]
