"""Deliveries to webhooks: who may be sent now, sending, and what came of it.

All claims of a webhook take turns at its row, so the order of a ticket holds and one that hangs
keeps few of us busy. Whatever happens in a call or to a page never waits for that row.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from ivr import clock
from ivr.database import hurry, transaction
from ivr.models import Delivery, DeliveryState, Webhook
from ivr.services.calls.carrier import Carrier
from ivr.services.settings import house
from ivr.services.webhooks import bodies, endpoint, events, standard_webhooks
from ivr.services.webhooks.endpoint import Answer

LEASE = timedelta(seconds=30)
GIVE_UP_AFTER = timedelta(hours=24)
PAUSES = tuple(timedelta(seconds=one) for one in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800))
LONGEST_PAUSE = timedelta(days=1)
"""The longest that another side may ask for."""
A_MOMENT, A_WHILE = timedelta(seconds=1), timedelta(seconds=5)
MOST_AT_ONCE = 2
"""Deliveries of one webhook under way: one that hangs must leave room for mail and the others."""
MOST_WAITING = 1000
"""While it fails; the oldest are given up."""
AN_OUTAGE = 3
"""Failures one after the other, after which all that waits goes out as soon as one has got in."""
IN_A_ROW = 10.0
"""Seconds that a worker goes on with the next one of the same webhook."""
GONE = 410
OFF = "the webhook is switched off"
FIRST = 2**31 - 1
"""Stands for the sequence of one that was never tried: it comes after those that were."""


@dataclass(frozen=True)
class Job:
    """What is to be posted where, as it was when it was claimed."""

    delivery_id: int
    until: datetime
    url: str
    headers: dict[str, str]
    body: bytes


def attend(delivery_id: int, _carrier: Carrier) -> None:
    """Send what is due: claim, commit, post, write down; and the next one that it made room for."""
    began, now_this = monotonic(), [delivery_id]
    while now_this and monotonic() - began < IN_A_ROW:
        with transaction() as db:
            job = _claim(db, clock.now(), now_this[0])
        if job is None:
            return
        answer = endpoint.post(job.url, job.headers, job.body)
        with transaction() as db:
            now_this = _write_down(db, clock.now(), job, answer)


def _locked(db: Session, delivery_id: int) -> tuple[Webhook, Delivery] | None:
    """The webhook first, always. FOR NO KEY UPDATE: new deliveries may refer to it meanwhile."""
    of = select(Delivery.webhook_id).where(Delivery.id == delivery_id)
    webhook = db.scalar(
        select(Webhook)
        .where(Webhook.id == of.scalar_subquery())
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    delivery = db.get(Delivery, delivery_id, populate_existing=True)
    return (webhook, delivery) if webhook and delivery else None


# Claiming -----------------------------------------------------------------------------------------


def _claim(db: Session, now: datetime, delivery_id: int) -> Job | None:
    due_at = db.scalar(select(Delivery.due_at).where(Delivery.id == delivery_id))
    found = _locked(db, delivery_id) if due_at and due_at <= now else None
    if found is None:
        return None
    webhook, delivery = found
    if delivery.due_at is None or delivery.due_at > now:
        return None
    if not webhook.active:
        _end(delivery, DeliveryState.DISMISSED, OFF)
        return None
    wait = _wait(db, now, webhook, delivery)
    if wait:
        if delivery.due_at:  # it may just have been given up
            delivery.state, delivery.due_at = DeliveryState.DUE, wait
        return None
    delivery.state, delivery.due_at = DeliveryState.SENDING, now + LEASE
    delivery.tries += 1
    if delivery.sequence is None:
        delivery.sequence = _last_sequence(db, delivery) + 1
    if webhook.failing_since:  # the others wait for what becomes of this one
        webhook.rests_until = now + LEASE
    try:
        return _job(db, now, webhook, delivery)
    except (LookupError, ValueError, TypeError) as error:
        _end(delivery, DeliveryState.DEAD, f"cannot be written: {type(error).__name__}")
        return None


def _wait(db: Session, now: datetime, webhook: Webhook, delivery: Delivery) -> datetime | None:
    """Until when it may not be sent; it is looked at earlier when what it waits for is over."""
    before = _due_before(db, delivery)
    if before:
        return max(before, now + A_MOMENT)
    rests = webhook.rests_until
    if rests and rests > now and delivery.event != events.TEST:
        _bound(db, webhook.id)
        return rests
    if _under_way(db, now, webhook.id) >= MOST_AT_ONCE:
        return now + A_WHILE
    return None


def _earlier(one: Any, than: Any) -> ColumnElement[bool]:
    """Of two of the same ticket; those that were tried before are in their order already."""
    of_one, of_than = (func.coalesce(each.sequence, literal(FIRST)) for each in (one, than))
    return or_(of_one < of_than, and_(of_one == of_than, one.id < than.id))


def _due_before(db: Session, delivery: Delivery) -> datetime | None:
    other, this = aliased(Delivery), aliased(Delivery)
    found: datetime | None = db.scalar(
        select(other.due_at)
        .join(this, and_(this.webhook_id == other.webhook_id, this.order_key == other.order_key))
        .where(this.id == delivery.id, other.due_at.is_not(None), _earlier(other, this))
        .order_by(other.due_at.desc())
        .limit(1)
    )
    return found


def _under_way(db: Session, now: datetime, webhook_id: int) -> int:
    under_way = (Delivery.state == DeliveryState.SENDING, Delivery.due_at > now)
    counted = select(func.count()).where(Delivery.webhook_id == webhook_id, *under_way)
    return db.scalar(counted) or 0


def _last_sequence(db: Session, delivery: Delivery) -> int:
    of = (Delivery.webhook_id == delivery.webhook_id, Delivery.order_key == delivery.order_key)
    last = select(func.max(Delivery.sequence)).where(*of, Delivery.sequence.is_not(None))
    return db.scalar(last) or 0


def _job(db: Session, now: datetime, webhook: Webhook, delivery: Delivery) -> Job:
    body = bodies.body(webhook.form, house.ours(db).languages[0], delivery)
    before = webhook.secret_before if now < (webhook.secret_before_until or now) else None
    secrets_ = [one for one in (webhook.secret, before) if one]
    signed = standard_webhooks.headers(now, delivery.key, body, secrets_)
    headers = {"Content-Type": "application/json", "User-Agent": "ivr-webhooks/1", **signed}
    assert delivery.due_at
    return Job(delivery.id, delivery.due_at, webhook.url, headers, body)


# What came of it ----------------------------------------------------------------------------------


def _write_down(db: Session, now: datetime, job: Job, answer: Answer) -> list[int]:
    """Returns the next one that may go at once, if there is one."""
    found = _locked(db, job.delivery_id)
    assert found, "a delivery under way is not deleted"
    webhook, delivery = found
    delivery.code = answer.code
    if answer.cause is None:
        _arrived(db, now, webhook, delivery)
        return _next(db, now, webhook.id)
    delivery.cause = answer.cause
    luck = 0.8 + secrets.randbelow(400) / 1000  # so that not all come back at the same instant
    _failed(db, now, webhook, answer, luck)
    if delivery.due_at != job.until:  # given up or sent again while it was under way
        return []
    if answer.code == GONE or now - (delivery.urged_at or delivery.made_at) > GIVE_UP_AFTER:
        _end(delivery, DeliveryState.DEAD, answer.cause)
    else:
        delivery.state = DeliveryState.DUE
        delivery.due_at = now + _pause(delivery.tries, answer, luck)
    return []


def _arrived(db: Session, now: datetime, webhook: Webhook, delivery: Delivery) -> None:
    _end(delivery, DeliveryState.SENT, None)
    delivery.sent_at = now
    if webhook.failures >= AN_OUTAGE:
        try_at_once(db, now, webhook)
    webhook.failures, webhook.failing_since, webhook.rests_until = 0, None, None


def _failed(db: Session, now: datetime, webhook: Webhook, answer: Answer, luck: float) -> None:
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or now
    webhook.rests_until = now + _pause(webhook.failures, answer, luck)
    if answer.code == GONE:
        webhook.active, webhook.stopped = False, "it answered 410 (gone)"
        events.forget()
        let_be(db, webhook.id)
    too_old = func.coalesce(Delivery.urged_at, Delivery.made_at) < now - GIVE_UP_AFTER
    _give_up(db, webhook.id, too_old, "it could not be reached for a day")


def _pause(failures: int, answer: Answer, luck: float) -> timedelta:
    planned = PAUSES[min(failures, len(PAUSES)) - 1] * luck
    return max(planned, min(LONGEST_PAUSE, timedelta(seconds=answer.after)))


def _bound(db: Session, webhook_id: int) -> None:
    waiting = (Delivery.webhook_id == webhook_id, Delivery.due_at.is_not(None))
    newest = select(Delivery.id).where(*waiting).order_by(Delivery.id.desc())
    oldest_kept = db.scalar(newest.offset(MOST_WAITING - 1).limit(1))
    if oldest_kept:
        too_many = Delivery.id < oldest_kept
        _give_up(db, webhook_id, too_many, f"more than {MOST_WAITING} were waiting")


def _give_up(db: Session, webhook_id: int, those: ColumnElement[bool], cause: str) -> None:
    db.execute(
        update(Delivery)
        .where(Delivery.webhook_id == webhook_id, Delivery.state == DeliveryState.DUE, those)
        .values(state=DeliveryState.DEAD, due_at=None, cause=cause)
        .execution_options(synchronize_session="fetch")
    )


def _next(db: Session, now: datetime, webhook_id: int) -> list[int]:
    """The oldest one that was never tried and waits for nothing but its turn."""
    other = aliased(Delivery)
    same = and_(other.webhook_id == Delivery.webhook_id, other.order_key == Delivery.order_key)
    before = select(other.id).where(same, other.due_at.is_not(None), _earlier(other, Delivery))
    fresh = (Delivery.webhook_id == webhook_id, Delivery.state == DeliveryState.DUE)
    found = db.scalar(
        select(Delivery)
        .where(*fresh, Delivery.due_at.is_not(None), Delivery.tries == 0, ~before.exists())
        .order_by(Delivery.id)
        .limit(1)
    )
    if found is None:
        return []
    found.due_at = min(now, found.due_at or now)
    hurry(db)  # should it not be us
    return [found.id]


def try_at_once(db: Session, now: datetime, webhook: Webhook) -> None:
    """It may be well again: nothing waits any longer."""
    webhook.rests_until = None
    waiting = (Delivery.webhook_id == webhook.id, Delivery.state == DeliveryState.DUE)
    db.execute(update(Delivery).where(*waiting, Delivery.due_at > now).values(due_at=now))
    hurry(db)


def let_be(db: Session, webhook_id: int) -> None:
    """It is off: what waits for it is not sent."""
    waiting = (Delivery.webhook_id == webhook_id, Delivery.state == DeliveryState.DUE)
    off = {"state": DeliveryState.DISMISSED, "due_at": None, "cause": OFF}
    db.execute(update(Delivery).where(*waiting).values(off))


def _end(delivery: Delivery, state: DeliveryState, cause: str | None) -> None:
    delivery.state, delivery.due_at, delivery.cause = state, None, cause
