"""A view of the list of tickets that somebody keeps: its filters, under a name."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.technician import Technician


class SavedView(Base):
    __tablename__ = "saved_views"
    __table_args__ = (
        Index(
            "ix_saved_views_shared",
            "id",
            sqlite_where=text("shared"),
            postgresql_where=text("shared"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"), index=True)
    """None: it was kept before anybody signed in."""
    name: Mapped[str]
    query: Mapped[str]
    """The filters, as they stand in the address of the page."""
    shared: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]

    owner: Mapped[Technician | None] = relationship()
