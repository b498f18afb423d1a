"""A customer on the portal, as far as the benchmark needs one: signed in, with forms that are
filled in beforehand. Every form opens a ticket.
"""

from datetime import UTC, datetime
from urllib.parse import urlencode

from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from bench import ceiling, world
from bench.load import Request
from bench.webhook import TOKEN
from ivr.models import Contact, SignIn
from ivr.portal.visitor import FORM, SIGNED_IN
from ivr.services.staff import sign_ins

TEXT = "Since this morning calls drop after two seconds when a second one comes in.\n" * 6


def signed_in(database: str) -> str:
    """What the browser shows."""
    with world.session(database) as db:
        ana = db.scalars(select(Contact).where(Contact.email == "ana@acme.example")).one()
        return sign_ins.begin(db, datetime.now(UTC), SignIn, ana.id, "bench")


def listing(shown: str) -> Request:
    head = ("GET /portal/tickets HTTP/1.1", *_head(shown), "", "")
    return Request("\r\n".join(head).encode(), b"/portal/tickets/")


def forms(shown: str, name: str, count: int) -> list[Request]:
    """`name` is not given twice."""
    return [_form(shown, f"{name}-{number}") for number in range(count)]


def _form(shown: str, key: str) -> Request:
    token = URLSafeTimedSerializer(TOKEN, salt=FORM).dumps([shown, f"new {key}"])
    told = {"title": "Calls drop", "severity": "minor", "description": TEXT}
    filled_in = told | {"token": token, "form_key": key}
    return _post("/portal/tickets", shown, filled_in, b"Location: /portal/tickets/", b"3")


def at_the_ceiling(count: int) -> list[Request]:
    """As large, answered with the same words each time."""
    form = {"CallSid": "CA" + "0" * 32, "description": TEXT}
    return [_post(ceiling.PATH, "", form, b"<Gather")] * count


def _post(
    path: str, shown: str, form: dict[str, str], expect: bytes, status: bytes = b"2"
) -> Request:
    body = urlencode(form)
    head = (
        f"POST {path} HTTP/1.1",
        *_head(shown),
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    )
    return Request("\r\n".join((*head, "", body)).encode(), expect, status)


def _head(shown: str) -> tuple[str, ...]:
    return ("Host: 127.0.0.1", "Connection: close", f"Cookie: {SIGNED_IN}={shown}")
