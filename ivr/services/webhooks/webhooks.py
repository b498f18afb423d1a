"""Webhooks as staff set them up, and what staff do about their deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from ivr.database import changed, hurry
from ivr.models import Delivery, DeliveryState, Ticket, Webhook, WebhookForm
from ivr.services import links
from ivr.services.refusal import RefusedError
from ivr.services.settings import house
from ivr.services.webhooks import delivering, endpoint, events, standard_webhooks

CHANGE_OVER = timedelta(days=1)
"""How long we sign with the old secret as well."""
KEPT_FOR = timedelta(days=30)
MOST = 50
"""Deliveries on a page of the log."""
IS_DEAD = Delivery.state == literal(DeliveryState.DEAD.value, literal_execute=True)
"""Spelled out, so that SQLite uses the index on it."""


@dataclass(frozen=True)
class Wish:
    """A webhook as it was filled in."""

    name: str
    url: str
    form: str
    events: list[str]

    def check(self) -> None:
        if not self.name:
            raise RefusedError("no-name")
        if self.form not in list(WebhookForm):
            raise RefusedError("no-form")
        if not self.events or any(one not in events.CHOICES for one in self.events):
            raise RefusedError("no-event")
        endpoint.check(self.url)


# Setting up ---------------------------------------------------------------------------------------


def add(db: Session, now: datetime, wish: Wish) -> Webhook:
    wish.check()
    _only_one(db, wish.name, None)
    webhook = Webhook(**vars(wish), secret=standard_webhooks.new_secret(), made_at=now)
    db.add(webhook)
    db.flush()
    events.forget()
    return webhook


def change(db: Session, now: datetime, webhook: Webhook, wish: Wish) -> None:
    wish.check()
    _only_one(db, wish.name, webhook.id)
    moved = webhook.url != wish.url
    for name, value in vars(wish).items():
        setattr(webhook, name, value)
    if moved:
        _afresh(db, now, webhook)
    events.forget()


def _only_one(db: Session, name: str, but: int | None) -> None:
    same = db.scalar(select(Webhook.id).where(Webhook.name == name))
    if same not in (None, but):
        raise RefusedError("same-webhook", name=name)


def _afresh(db: Session, now: datetime, webhook: Webhook) -> None:
    """How it went until now tells nothing any more."""
    webhook.failures, webhook.failing_since, webhook.stopped = 0, None, None
    delivering.try_at_once(db, now, webhook)


def new_secret(db: Session, now: datetime, webhook: Webhook) -> None:
    """The old one is good for another day."""
    webhook.secret_before, webhook.secret_before_until = webhook.secret, now + CHANGE_OVER
    webhook.secret = standard_webhooks.new_secret()
    db.flush()


def switch(db: Session, now: datetime, webhook: Webhook, *, on: bool) -> None:
    """Off: nothing new is written for it, and what waits is not sent."""
    webhook.active = on
    db.flush()
    if on:
        _afresh(db, now, webhook)
    else:
        delivering.let_be(db, webhook.id)
    events.forget()


# Telling one of them ------------------------------------------------------------------------------


def post(
    db: Session, now: datetime, webhook_id: int, event: str, ticket: Ticket, **data: Any
) -> bool:
    """Tell one webhook, whatever it has chosen: a level of the policy names it. False when there
    is none, or it is off. Of `data` leaves the house what events.TOLD lists.
    """
    webhook = db.get(Webhook, webhook_id)
    if webhook is None or not webhook.active:
        return False
    events.put(db, now, event, ticket, [webhook_id], data)
    return True


def test(db: Session, now: datetime, webhook: Webhook) -> None:
    """Something to see whether it gets through; it waits for nothing that waits."""
    data = {
        **dict.fromkeys(("ticket", "status", "level", "page", "technician")),
        "title": house.ours(db).name,
        "severity": "minor",
        "url": links.webhook(webhook.id),
    }
    events.write(db, now, webhook.id, events.TEST, f"test {now.isoformat()}", data)


# The log ------------------------------------------------------------------------------------------


def all_of_them(db: Session) -> Sequence[tuple[Webhook, int]]:
    """Each with the number of its dead deliveries."""
    dead = select(func.count()).where(Delivery.webhook_id == Webhook.id, IS_DEAD)
    return [(one, number) for one, number in db.execute(
        select(Webhook, dead.scalar_subquery()).order_by(Webhook.name)
    )]  # fmt: skip


def log_of(
    db: Session, webhook: Webhook, before: int | None, state: str | None = None
) -> tuple[list[Delivery], int | None]:
    """The newest first, and where the next older ones begin."""
    found = select(Delivery).where(Delivery.webhook_id == webhook.id)
    if state == DeliveryState.DEAD:
        found = found.where(IS_DEAD)
    if before is not None:
        found = found.where(Delivery.id < before)
    rows = list(db.scalars(found.order_by(Delivery.id.desc()).limit(MOST + 1)))
    return rows[:MOST], rows[MOST - 1].id if len(rows) > MOST else None


def dead_of(db: Session, webhook: Webhook) -> int:
    return db.scalar(select(func.count()).where(Delivery.webhook_id == webhook.id, IS_DEAD)) or 0


def again(db: Session, now: datetime, webhook_id: int, delivery_id: int) -> bool:
    """Send one again that is out, dead or dismissed. False when it is under way already."""
    return _again(db, now, webhook_id, Delivery.id == delivery_id, Delivery.due_at.is_(None))


def all_again(db: Session, now: datetime, webhook_id: int) -> bool:
    """Send all dead ones again."""
    return _again(db, now, webhook_id, IS_DEAD)


def _again(db: Session, now: datetime, webhook_id: int, *those: ColumnElement[bool]) -> bool:
    webhook = db.get(Webhook, webhook_id, with_for_update={"key_share": True})
    if webhook is None or not webhook.active:
        return False
    webhook.rests_until = None
    urged = {"state": DeliveryState.DUE, "due_at": now, "urged_at": now, "tries": 0}
    hurry(db)
    of_it = Delivery.webhook_id == webhook_id
    return changed(db, update(Delivery).where(of_it, *those).values(urged))


def dismiss(db: Session, webhook_id: int, delivery_id: int) -> bool:
    """It need not be sent any more."""
    return _dismiss(db, webhook_id, Delivery.id == delivery_id)


def dismiss_all(db: Session, webhook_id: int) -> bool:
    return _dismiss(db, webhook_id)


def _dismiss(db: Session, webhook_id: int, *those: ColumnElement[bool]) -> bool:
    dead = (Delivery.webhook_id == webhook_id, IS_DEAD)
    off = {"state": DeliveryState.DISMISSED}
    return changed(db, update(Delivery).where(*dead, *those).values(off))


def sweep(db: Session, now: datetime) -> None:
    """Once a day: what is over for a month is forgotten, but for the last of each ticket, from
    which its sequence goes on.
    """
    later = aliased(Delivery)
    goes_on = select(later.id).where(
        later.webhook_id == Delivery.webhook_id,
        later.order_key == Delivery.order_key,
        later.sequence > Delivery.sequence,
    )
    db.execute(
        delete(Delivery)
        .where(
            Delivery.due_at.is_(None),
            Delivery.made_at < now - KEPT_FOR,
            or_(Delivery.sequence.is_(None), goes_on.exists(), Delivery.event == events.TEST),
        )
        .execution_options(synchronize_session=False)
    )
