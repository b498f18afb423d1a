"""One of us at a browser without a screen."""

import re
from datetime import datetime
from html import unescape

import pyotp
from sqlalchemy import select
from werkzeug.test import TestResponse

from ivr import clock
from ivr.database import transaction
from ivr.models import Role, Technician
from ivr.services.staff import accounts, hashing, staff
from tests.portal.browser import Customer, words

PASSWORD = "four words are good"
KEPT = hashing.hashed(PASSWORD)
"""Hashed once: that takes its time."""


def account(name: str, role: Role = Role.TECHNICIAN) -> int:
    """Somebody with a password; by name, who may be there already."""
    email = f"{name.lower()}@2n5.example"
    with transaction() as db:
        person = db.scalar(select(Technician).where(Technician.email == email))
        person = person or staff.add(db, name=name, email=email, role=role)
        person.role = role
        accounts.set_password(db, clock.now(), person.id, KEPT)
        return person.id


class Colleague(Customer):
    def signs_in(
        self, email: str = "bo@2n5.example", password: str = PASSWORD, then: str = ""
    ) -> TestResponse:
        page = f"/sign-in?then={then}" if then else "/sign-in"
        return self.press(page, "/sign-in", email=email, password=password)

    def gives(self, page: TestResponse, code: str) -> TestResponse:
        """The code of the second step."""
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
        form = {name: unescape(value) for name, value in hidden}
        return self.send("/sign-in/code", form | {"code": code})

    def sets_up_codes(self) -> tuple[str, list[str]]:
        """The secret, and the recovery codes."""
        page = self.get("/account/codes")
        secret = re.sub(r"\s", "", re.findall(r'class="secret">([^<]+)<', page.text)[0])
        form = dict(
            re.findall(r'name="(token|kept)" value="([^"]*)"', page.text.partition("steps")[2])
        )
        code = pyotp.TOTP(secret).at(clock.now())
        done = self.send("/account/codes", form | {"code": code, "current": PASSWORD})
        assert done.status_code == 200, words(done)
        return secret, re.findall(r"<code>([^<]+)</code>", done.text)


def code(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)
