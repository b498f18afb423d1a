"""Outgoing webhooks: programs and chats that are told what happens, and each delivery to them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ivr.models.base import Base


class WebhookForm(StrEnum):
    """What is posted: the event itself, or a message as a chat takes it."""

    EVENT = "event"
    SLACK = "slack"
    TEAMS = "teams"


class Webhook(Base):
    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    """As good as a password: chats ask for no other. On no page but its form, and in no log."""
    secret: Mapped[str]
    """whsec_…: what we sign with."""
    secret_before: Mapped[str | None]
    """Signed with as well until `secret_before_until`, so that a receiver can change over."""
    secret_before_until: Mapped[datetime | None]
    form: Mapped[str] = mapped_column(default=WebhookForm.EVENT)
    events: Mapped[list[str]] = mapped_column(default=list)
    """Those that it wants, words of services/webhooks/events.py."""
    active: Mapped[bool] = mapped_column(default=True)
    stopped: Mapped[str | None]
    """Why it is off, where nobody of us has switched it off."""
    made_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    """Deliveries that have failed one after the other until now."""
    failing_since: Mapped[datetime | None]
    rests_until: Mapped[datetime | None]
    """While it fails: nothing is sent until then, and then one delivery to try it."""


class DeliveryState(StrEnum):
    DUE = "due"
    SENDING = "sending"
    """A worker has it; its due time is when that worker is taken for dead."""
    SENT = "sent"
    DEAD = "dead"
    """Given up; staff see it."""
    DISMISSED = "dismissed"
    """Not sent, and need not be."""


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Delivery(Base):
    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint("(state in ('due', 'sending')) = (due_at is not null)", name="due"),
        Index("ix_deliveries_due", "due_at", **_where("due_at is not null")),
        Index(
            "ix_deliveries_waiting", "webhook_id", "order_key", "id", **_where("due_at is not null")
        ),
        Index("ix_deliveries_dead", "webhook_id", "id", **_where("state = 'dead'")),
        Index("ix_deliveries_webhook_id_id", "webhook_id", "id"),
        Index(
            "uq_deliveries_sequence",
            *("webhook_id", "order_key", "sequence"),
            unique=True,
            **_where("sequence is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id"))
    key: Mapped[str] = mapped_column(unique=True)
    """Its `webhook-id`, the same however often it is tried: by it a receiver knows doubles."""
    event: Mapped[str]
    order_key: Mapped[str]
    """The ticket's number. One is not sent before all earlier ones of its key are out or dead."""
    sequence: Mapped[int | None]
    """1, 2, 3 … within its key, from when it is first tried."""
    data: Mapped[dict[str, Any]]
    """What it tells; the body is made of it, in the form that the webhook wants."""
    state: Mapped[str] = mapped_column(default=DeliveryState.DUE)
    tries: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    urged_at: Mapped[datetime | None]
    """When one of us last asked for it to be sent again: it is tried for a day from then on."""
    sent_at: Mapped[datetime | None]
    code: Mapped[int | None]
    """The HTTP status that it was answered with last."""
    cause: Mapped[str | None]
    """Why it did not get through."""

    webhook: Mapped[Webhook] = relationship()
