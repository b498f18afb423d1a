"""A month of use has something of every kind in it that a page can show: what does not appear is named
here, with why.
"""

import shutil
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.database import make_engine
from ivr.demo import month
from ivr.models import (
    Call,
    CanaryState,
    DeliveryState,
    Entry,
    ErasureState,
    Leg,
    LegState,
    Mail,
    MailOutcome,
    Message,
    MessageState,
    Outcome,
    Page,
    PageState,
    Recording,
    RecordingState,
)
from ivr.models.canary import Canary
from ivr.models.erasure import Erasure
from ivr.models.webhook import Delivery
from ivr.services import vocabulary
from ivr.services.tickets.timeline import Kind
from tests.demo.filling import UNTIL

SIZE = month.Size(tickets=800, calls=1_300, customers=50, contacts=130, days=30)
UNDER_WAY = "only while it is under way, as `ivr demo --busy --live` and whoever calls make it"
ABSENT: dict[str, str] = {
    "message due": UNDER_WAY,
    "message kept": "the month has a mail server, or its thousands of mails would all be kept",
    "mail due": UNDER_WAY,
    "page open": UNDER_WAY,
    "page owed": UNDER_WAY,
    "recording due": UNDER_WAY,
    "recording deleting": UNDER_WAY,
    "erasure due": UNDER_WAY,
    "erasure erasing": UNDER_WAY,
    "delivery due": UNDER_WAY,
    "delivery sending": UNDER_WAY,
    "canary waiting": UNDER_WAY,
    "canary singing": UNDER_WAY,
    **{f"ring {one}": UNDER_WAY for one in LegState if one != LegState.ENDED},
    "timeline not-taken-over": "nobody of the month takes over a conversation that is under way",
    "ring engaged": "until that call is over: then they are rung, and the timeline keeps that they "
    "were passed over",
}


def test_every_kind_of_thing_happens(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "ivr.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'ivr.db'}")
    with Session(engine) as db, db.begin():
        month.fill(db, UNTIL, size=SIZE)
        there = _there(db)
        engaged = [one for one in db.scalars(select(Entry.data).where(
            Entry.kind == Kind.PASSED_OVER)) if "on a call with a customer" in str(one)]  # fmt: skip
        languages = {one.known["language"] for one in db.scalars(select(Call)) if one.outcome}
    engine.dispose()
    missing = {f"{what} {one}" for what, those in _known().items() for one in those} - there
    assert missing == ABSENT.keys()
    assert engaged
    assert languages == {"en-CA", "fr-CA"}


def _known() -> dict[str, set[str]]:
    """Every kind that has a word of its own on some page."""
    words = vocabulary.of("en-CA")
    return {
        "timeline": {str(one) for one in Kind},
        "call": {str(one) for one in Outcome},
        "ring": {*words["ring"]},
        "page": {str(one) for one in PageState},
        "message": {str(one) for one in MessageState},
        "mail": {str(one) for one in MailOutcome},
        "recording": {str(one) for one in RecordingState},
        "erasure": {str(one) for one in ErasureState},
        "delivery": {str(one) for one in DeliveryState},
        "canary": {str(one) for one in CanaryState},
    }


def _there(db: Session) -> set[str]:
    columns = {
        "timeline": Entry.kind, "call": Call.outcome, "ring": Leg.outcome, "page": Page.state,
        "message": Message.state, "mail": Mail.outcome, "recording": Recording.state,
        "erasure": Erasure.state, "delivery": Delivery.state, "canary": Canary.state,
    }  # fmt: skip
    return {
        f"{what} {one}" for what, column in columns.items()
        for one in db.scalars(select(column).distinct())
    }  # fmt: skip
