"""A person at a customer, or one who called and whose customer is not known."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base
from ivr.models.customer import Customer


class Contact(Base):
    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(index=True)
    email: Mapped[str | None] = mapped_column(unique=True)
    language: Mapped[str | None]
    password_hash: Mapped[str | None]
    """argon2; who has none signs in by a mailed link."""
    no_feedback: Mapped[bool] = mapped_column(default=False)
    """Wants no requests for feedback."""

    customer: Mapped[Customer | None] = relationship()
