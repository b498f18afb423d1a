"""Tokens of the API on the staff pages."""

import re

import pytest

from ivr.database import reading
from ivr.models import ApiToken, Role
from ivr.web import app
from tests.console.colleague import Colleague, account
from tests.console.staff import Staff, text

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def made(who: Colleague, **form: object) -> str:
    page = who.get("/tokens").text
    token = re.findall(r'name="token" value="([^"]+)"', page.partition("<main")[2])[-1]
    answer = who.send("/tokens", {"token": token, "days": "30", **form})
    return answer.text


def test_one_makes_a_token_sees_it_once_and_revokes_it(database: str) -> None:
    account("Ada", Role.ADMIN)
    account("Bo", Role.TECHNICIAN)
    bo, ada = Colleague(), Colleague()
    bo.signs_in()
    ada.signs_in("ada@2n5.example")
    assert "Say what the token is for" in made(bo, name=" ", scopes="tickets:read")
    assert "Choose what the token may do" in made(bo, name="Wall")
    assert "reports:read" not in bo.get("/tokens").text, "a technician may not, nor may the token"
    page = made(bo, name="Wall", scopes=["tickets:read", "people:read"])
    secret = re.findall(r"ivr_[\w-]{43}", page)[0]
    assert secret not in bo.get("/tokens").text
    headers = {"Authorization": f"Bearer {secret}"}
    assert app.test_client().get("/api/v1/people", headers=headers).status_code == 200
    with reading() as db:
        id_ = db.query(ApiToken).one().id
    token = re.findall(r'name="token" value="([^"]+)"', ada.get("/tokens").text)[-1]
    assert ada.send(f"/tokens/{id_}/revoke", {"token": token}).status_code == 303
    assert app.test_client().get("/api/v1/people", headers=headers).status_code == 401
    assert "revoked" in bo.get("/tokens").text


def test_before_there_are_accounts_a_token_would_be_nobodys(staff: Staff) -> None:
    assert "belongs to somebody who signs in" in text(staff.get("/tokens"))
