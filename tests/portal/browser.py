"""A customer's browser without a screen: keeps cookies, fills in forms, presses their buttons."""

import re
from html import unescape
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from ivr.database import reading
from ivr.models import Message
from ivr.web import app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

LINK = re.compile(r"/portal/sign-in/[\w-]+")


class Customer:
    def __init__(self, language: str = "en-CA", address: str = "192.0.2.1") -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = {"Accept-Language": language, "User-Agent": "Mozilla Firefox/140 Linux"}
        self.where = {"REMOTE_ADDR": address}

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, headers=self.headers, environ_base=self.where, buffered=True)

    def send(self, path: str, form: dict[str, Any]) -> TestResponse:
        """A form as it is, token or no token."""
        boundary, body = encode_multipart({name: _part(given) for name, given in form.items()})
        return self.client.post(
            path,
            data=body,
            content_type=f"multipart/form-data; boundary={boundary}",
            headers=self.headers,
            environ_base=self.where,
            buffered=True,
        )

    def press(self, page: str, action: str, **fields: Any) -> TestResponse:
        """Fill in the form of a page that goes to `action`, and send it."""
        return self.send(action, self.form(page, action) | fields)

    def form(self, page: str, action: str) -> dict[str, Any]:
        """The hidden fields of a form."""
        shown = self.get(page).get_data(as_text=True)
        form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', shown, re.DOTALL)
        assert form, f"no form on {page} goes to {action}"
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])
        return {name: unescape(value) for name, value in hidden}

    def signs_in(self, email: str = "ana@acme.example") -> TestResponse:
        self.press("/portal/sign-in", "/portal/sign-in", email=email)
        return self.opens(links(email)[-1])

    def opens(self, link: str) -> TestResponse:
        return self.press(link, link)


def _part(given: Any) -> Any:
    """A file is given as (stream, name)."""
    if isinstance(given, list):
        return [_part(one) for one in given]
    return FileStorage(*given) if isinstance(given, tuple) else given


def links(email: str) -> list[str]:
    """The sign-in links that were mailed to an address, the oldest first."""
    with reading() as db:
        bodies = db.scalars(select(Message.body).where(Message.to == email).order_by(Message.id))
        return [found[0] for found in map(LINK.search, bodies) if found]


def words(answer: TestResponse) -> str:
    """The text of a page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())
