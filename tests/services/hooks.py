"""Webhooks for tests: set up, worked off on a moved clock, and their signatures looked at."""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any

from callflows.turn import Severity
from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Delivery, Webhook
from ivr.services import due
from ivr.services.tickets import tickets
from ivr.services.webhooks import events, webhooks
from ivr.services.webhooks.webhooks import Wish
from tests.receiver import Posted, Receiver
from tests.services.scripted_carrier import ScriptedCarrier


def webhook(url: str, *wanted: str, name: str = "Status page", form: str = "event") -> Webhook:
    with transaction() as db:
        wish = Wish(name, url, form, list(wanted or events.CHOICES))
        return webhooks.add(db, clock.now(), wish)


def ticket(title: str = "SIP trunk down") -> str:
    """A new one, which is an event. Returns its number."""
    with transaction() as db:
        made = tickets.open_ticket(db, clock.now(), title=title, severity=Severity.CRITICAL)
        return made.number


def note(number: str) -> None:
    with transaction() as db:
        found = tickets.find(db, number.lstrip("0"))
        assert found
        tickets.note(db, clock.now(), found, "Bo", "The door code is 4321.")


def work() -> None:
    """Attend to all deliveries that are due by now."""
    for _ in range(100):
        with reading() as db:
            rows = [one for one in due.until(db, clock.now()) if one.kind == "webhook"]
        if not rows:
            return
        for row in rows:
            due.attend(row.kind, row.id, ScriptedCarrier())
    raise AssertionError("never quiet")


def moved(**by: float) -> None:
    """Let so much time pass, at once."""
    now = clock.now() + timedelta(**by)
    clock.use(lambda: now)


def passes(**by: float) -> None:
    """Let so much time pass, from one due row to the next."""
    end = clock.now() + timedelta(**by)
    while True:
        work()
        with reading() as db:
            at = [one.at for one in due.until(db, end) if one.kind == "webhook"]
        then = min([*at, end])
        clock.use(lambda then=then: then)
        if not at:
            return


def deliveries() -> list[Delivery]:
    with reading() as db:
        return db.query(Delivery).order_by(Delivery.id).all()


def now_is(id_: int) -> Webhook:
    with reading() as db:
        return db.get_one(Webhook, id_)


def signatures(posted: Posted) -> list[str]:
    return posted.headers["webhook-signature"].split()


def signed_by(posted: Posted, secret: str) -> bool:
    """Computed here anew, from the specification."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    told = f"{posted.headers['webhook-id']}.{posted.headers['webhook-timestamp']}."
    made = hmac.new(key, told.encode() + posted.raw, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}" in signatures(posted)


def sequences(of: Receiver) -> list[tuple[Any, int]]:
    return [(one.body["data"]["ticket"], one.body["sequence"]) for one in of.posted]
