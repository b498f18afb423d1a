"""Who may see the staff pages, on a port that the carrier reaches too."""

import base64
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.console.forms import token
from ivr.database import engine, reading, transaction
from ivr.services.tickets import show
from ivr.settings import settings
from ivr.signed import GOOD_FOR
from ivr.web import app
from tests.services import people

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is tested here is the same whatever database lies behind it."""

HERE = "http://127.0.0.1:8000"


def spelled_out(path: str) -> list[str]:
    """The paths of a rule that stands for any of several."""
    any_of = re.search(r"<any\((.+?)\):\w+>", path)
    if not any_of:
        return [path]
    return [path.replace(any_of[0], one.strip(" '")) for one in any_of[1].split(",")]


PAGES = [
    rule
    for rule in app.url_map.iter_rules()
    if rule.endpoint.startswith("console.") and not rule.endpoint.endswith(".static")
]
ROUTES = [
    (method, re.sub(r"<.+?>", "1", path.replace("<number>", "4411")))
    for rule in PAGES
    for path in spelled_out(rule.rule)
    for method in sorted((rule.methods or set()) & {"GET", "POST", "HEAD", "OPTIONS"})
]
ROUTES.append(("GET", "/console/console.css"))
OUTSIDE = [
    {"base_url": "https://support.example.com"},
    {"base_url": "http://127.0.0.1.evil.example"},
    {"headers": {"Host": "["}},
    {"headers": {"X-Forwarded-For": "203.0.113.9"}},
    {"headers": {"X-Forwarded-Server": "proxy"}},
    {"headers": {"Forwarded": "for=203.0.113.9"}},
    {"headers": {"X-Real-Ip": "203.0.113.9"}},
]


@pytest.fixture
def staff(database: str) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[str]:
    monkeypatch.setenv("CONSOLE_PASSWORD", "pâte à choux")
    settings.cache_clear()
    yield "pâte à choux"
    settings.cache_clear()


@pytest.fixture
def number(database: str) -> str:
    with transaction() as db:
        people.organization(db)
        return people.ticket(db).number


def record(number: str) -> dict[str, Any]:
    with reading() as db:
        return show.ticket(db, number)


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"bo:{password}".encode()).decode()}


def ask(client: FlaskClient, method: str, path: str, **more: object) -> TestResponse:
    return client.open(path, method=method, **{"base_url": HERE, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("outside", OUTSIDE)
def test_without_a_password_the_pages_exist_on_this_machine_only(
    staff: FlaskClient, outside: dict[str, object]
) -> None:
    unknown = ask(staff, "GET", "/nothing/of/the/kind", **outside)
    assert unknown.status_code == 404
    for method, path in ROUTES:
        answer = ask(staff, method, path, **outside)
        assert answer.status_code == 404, (method, path)
        assert method == "HEAD" or answer.data == unknown.data, "it does not tell what is here"


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "localhost"])
def test_this_machine_is_let_in(staff: FlaskClient, host: str) -> None:
    assert ask(staff, "GET", "/tickets", base_url=f"http://{host}").status_code == 200


def test_with_a_password_nobody_gets_in_without_it(password: str, staff: FlaskClient) -> None:
    wrong = ({}, basic("wrong"), basic(""), basic("pâte à chou"), {"Authorization": "Basic !!"})
    for method, path in ROUTES:
        for headers in wrong:
            answer = ask(staff, method, path, headers=headers)
            assert answer.status_code == 401, (method, path, headers)
            assert b"ticket" not in answer.data.lower()


def test_the_password_opens_the_pages_from_anywhere(password: str, staff: FlaskClient) -> None:
    behind = {**basic(password), "X-Forwarded-For": "203.0.113.9"}
    outside = {"base_url": "https://support.example.com", "headers": behind}
    assert ask(staff, "GET", "/tickets", **outside).status_code == 200


def test_a_password_is_never_shorter_than_it_is(password: str, staff: FlaskClient) -> None:
    latin = base64.b64encode(f"bo:{password}".encode("latin-1")).decode()
    for given in (latin, base64.b64encode(b"bo").decode()):
        headers = {"Authorization": f"Basic {given}"}
        assert ask(staff, "GET", "/tickets", headers=headers).status_code == 401


@pytest.mark.parametrize("path", ["/voice/inbound", "/voice/nothing", "/sms/inbound"])
def test_the_carrier_notices_nothing_of_the_pages(
    password: str, staff: FlaskClient, path: str
) -> None:
    for method in ("GET", "POST"):
        answer = ask(staff, method, path, base_url="https://support.example.com")
        assert answer.status_code in {403, 404, 405}
        assert "Content-Security-Policy" not in answer.headers
        assert b"support line" not in answer.data


# The buttons --------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", ["", "nonsense", "of another ticket", "with another secret"])
def test_another_site_cannot_press_our_buttons(
    staff: FlaskClient, number: str, made: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if made == "of another ticket":
        made = token("42")
    if made == "with another secret":
        monkeypatch.setattr("ivr.signed._secret", lambda: "guessed")
        made = token(number)
        monkeypatch.undo()
    for what in ("resolve", "notes"):
        path = f"/tickets/{number}/{what}"
        answer = ask(staff, "POST", path, data={"token": made, "text": "x"})
        assert answer.status_code == 403
        assert b"was not done" in answer.data
    assert record(number)["status"] == "new"
    assert [one["kind"] for one in record(number)["entries"]] == ["opened"]


def test_a_page_open_for_too_long_does_nothing_and_gives_the_note_back(
    staff: FlaskClient, number: str
) -> None:
    now = datetime.now(UTC)
    with time_machine.travel(now - timedelta(seconds=GOOD_FOR + 60), tick=False):
        old = token(number)
    note = {"token": old, "text": "Ana waits at the <door>"}
    answer = ask(staff, "POST", f"/tickets/{number}/notes", data=note)
    assert answer.status_code == 403
    assert "Ana waits at the &lt;door&gt;</textarea>" in answer.text
    assert "press the button again" in answer.text
    assert ask(staff, "POST", f"/tickets/{number}/resolve", data={"token": old}).status_code == 403
    assert [one["kind"] for one in record(number)["entries"]] == ["opened"]


# What a page may load, and what goes wrong --------------------------------------------------------


def test_pages_may_load_nothing_from_elsewhere_and_have_nothing_inline(
    staff: FlaskClient, number: str
) -> None:
    paths = ("/tickets", f"/tickets/{number}", "/tickets/new", "/mail", "/tickets/99", "/nothing")
    for path in paths:
        answer = ask(staff, "GET", path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        for inline in ("style=", "<style", "onclick", "<script>", "javascript:", "http://", "//"):
            assert inline not in answer.text.replace("http://127.0.0.1", ""), (path, inline)


@pytest.mark.parametrize(
    ("method", "path", "code", "told"),
    [
        ("GET", "/nothing", 404, "Nothing here"),
        ("GET", "/tickets/99", 404, "There is no ticket 99."),
        ("GET", "/tickets/4411;drop", 404, "There is no ticket"),
        ("GET", "/tickets/٤٤١١", 404, "There is no ticket"),
        ("GET", "/recordings/RE404", 404, "There is no such recording."),
        ("GET", "/recordings/..%2f..%2fivr.db", 404, "Nothing here"),
        ("POST", "/tickets", 405, "Not like this"),
        ("GET", "/tickets/4411/resolve", 405, "Not like this"),
        ("POST", "/tickets/99/resolve", 403, "was not done"),
        ("POST", "/tickets/new", 403, "was not done"),
        ("POST", "/messages/1/again", 403, "was not done"),
        ("POST", "/mails/1/dismiss", 403, "was not done"),
        ("POST", "/mails/1/delete", 404, "Nothing here"),
        ("GET", "/attachments/none", 404, "There is no such file."),
        ("GET", "/attachments/%00/preview", 404, "There is no such file."),
        ("GET", "/mails/1/raw", 404, "There is no such mail."),
        ("GET", "/mails/99999999999/raw", 404, "Nothing here"),
    ],
)
def test_what_goes_wrong_is_a_page_that_staff_can_read(
    staff: FlaskClient, method: str, path: str, code: int, told: str
) -> None:
    answer = ask(staff, method, path)
    assert answer.status_code == code
    assert told in answer.text
    assert '<a href="/tickets">All tickets</a>' in answer.text
    if code == 405:
        assert answer.headers["Allow"]


def test_a_database_that_is_away_is_said_to_be_away(
    staff: FlaskClient, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = database_url.partition(":")[0]
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = f"{kind}:////nowhere/ivr.db"
        if kind != "sqlite":
            away = f"{kind}://x@127.0.0.1:{nobody.getsockname()[1]}/x"
        monkeypatch.setenv("DATABASE_URL", away)
        engine().dispose()
        engine.cache_clear()
        settings.cache_clear()
        answer = ask(staff, "GET", "/tickets")
    assert answer.status_code == 503
    assert "Calls are still taken" in answer.text
