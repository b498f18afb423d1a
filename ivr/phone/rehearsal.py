"""The rehearsal before the first call: one that nobody makes, walked up to the hold and taken back.

What it loads and compiles is there when the first caller comes, and the web process's workers,
which are forked after it, share it.
"""

from datetime import datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callflows.turn import Heard
from ivr import clock
from ivr.database import engine, reading
from ivr.phone import twiml
from ivr.phone.door import log, xml
from ivr.services.calls import calls

KEYS = ("0", "1", "", "", "")
"""No ticket, critical, nothing said, holding."""


@cache
def rehearse() -> None:
    """Without a database there is none: the first call is a little slower."""
    try:
        with Session(engine()) as db:
            _call(db, clock.now())  # never committed
    except SQLAlchemyError as error:
        log.warning("no rehearsal: %s", type(error).__name__)
    finally:
        engine().dispose()  # no two processes may share a connection


def _call(db: Session, now: datetime) -> None:
    answer = calls.receive(db, now, "rehearsal", "anonymous")
    for keys in KEYS:
        xml(twiml.speak(answer))
        answer = calls.take_turn(db, now, "rehearsal", answer.turn + 1, Heard(keys)) or answer


def connect() -> None:
    """The first caller of a worker process does not wait for its connection either."""
    try:
        with reading() as db:
            db.execute(select(1))
    except SQLAlchemyError as error:
        log.warning("no database yet: %s", type(error).__name__)
