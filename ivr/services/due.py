"""What is due: the one list of rows that something must be done about, and the doing of it.

The ticker reads it and hands each row to a worker; the beat, the web process as understudy and a
caller who holds do the same. A row may be handed out many times: who attends to it claims it
first by a conditional UPDATE.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import Utc, transaction
from ivr.models import (
    Canary,
    Check,
    Clock,
    Delivery,
    Erasure,
    Heartbeat,
    Leg,
    Mail,
    Message,
    Page,
    Reckoning,
    Recording,
    Retention,
    Rota,
    Transcription,
)
from ivr.services.calls import forgetting, recordings, retention, transcribing
from ivr.services.calls.carrier import Carrier
from ivr.services.erasure import erasure
from ivr.services.mail import inbox, outbox
from ivr.services.on_call import hand_over
from ivr.services.paging import paging, ringing
from ivr.services.reports import reckonings
from ivr.services.sureness import canary, checks
from ivr.services.tickets import overdue
from ivr.services.webhooks import delivering

MOST = 200
"""Rows of a kind handed out at a time."""

Row = (
    Page | Leg | Message | Recording | Clock | Mail | Delivery | Canary | Check | Rota
    | Retention | Erasure | Reckoning | Transcription
)  # fmt: skip
TABLES: dict[str, type[Row]] = {
    "page": Page,
    "leg": Leg,
    "message": Message,
    "recording": Recording,
    "clock": Clock,
    "mail": Mail,
    "canary": Canary,
    "check": Check,
    "webhook": Delivery,
    "rota": Rota,
    "retention": Retention,
    "erasure": Erasure,
    "reckoning": Reckoning,
    "transcription": Transcription,
}

URGENT = {"page", "leg"}
"""Somebody is to be rung: much mail must not stand before them."""


@dataclass(frozen=True)
class Due:
    """A row that something must be done about: what kind, which one, since when."""

    kind: str
    id: int
    at: datetime


def _query() -> CompoundSelect[Any]:
    """One statement; `until` is a bound value, so that the partial indexes on due_at are used."""
    until = bindparam("until", type_=Utc())
    each = [
        select(literal(kind).label("kind"), table.id, table.due_at)
        .where(table.due_at <= until)
        .order_by(table.due_at)
        .limit(MOST)
        .subquery()
        for kind, table in TABLES.items()
    ]
    return union_all(*(select(one) for one in each))


QUERY = _query()


def until(db: Session, moment: datetime) -> list[Due]:
    """Rows due by that moment, the longest due first."""
    found = [Due(kind, id_, at) for kind, id_, at in db.execute(QUERY, {"until": moment})]
    return sorted(found, key=lambda due: due.at)


def attend(kind: str, id_: int, carrier: Carrier) -> list[int]:
    """Do what is due about a row. Returns legs that are to be rung at once, side by side."""
    if kind == "page":
        with transaction() as db:
            return paging.advance(db, clock.now(), id_)
    ATTEND[kind](id_, carrier)
    return []


def _recording(id_: int, carrier: Carrier) -> None:
    """To be fetched, or to be deleted: each claims only its own."""
    recordings.attend(id_, carrier)
    forgetting.attend(id_, carrier)


ATTEND: dict[str, Callable[[int, Carrier], None]] = {
    "leg": ringing.attend,
    "message": outbox.attend,
    "recording": _recording,
    "clock": overdue.attend,
    "mail": inbox.attend,
    "canary": canary.attend,
    "check": checks.attend,
    "webhook": delivering.attend,
    "rota": hand_over.attend,
    "retention": retention.attend,
    "erasure": erasure.attend,
    "reckoning": reckonings.attend,
    "transcription": transcribing.attend,
}


def beat(db: Session, now: datetime, name: str) -> None:
    """Show that a process lives."""
    heart = db.get(Heartbeat, name)
    if heart:
        heart.at = now
    else:
        db.add(Heartbeat(name=name, at=now))


def last_beat(db: Session, name: str) -> datetime | None:
    heart = db.get(Heartbeat, name)
    return heart.at if heart else None
