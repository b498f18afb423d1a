"""How a page escalates: levels, as data. One row; every page carries a frozen copy."""

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class Policy(Base):
    __tablename__ = "policies"

    id: Mapped[int] = mapped_column(primary_key=True)
    levels: Mapped[list[dict[str, Any]]]
