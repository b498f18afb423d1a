"""Who may see the staff pages, on a port that the carrier reaches too."""

import base64

import pytest
from flask.testing import FlaskClient

from ivr.settings import settings
from ivr.web import app

HERE = {"base_url": "http://127.0.0.1:8000"}
PAGES = [
    rule
    for rule in app.url_map.iter_rules()
    if rule.endpoint.startswith("console.") and not rule.endpoint.endswith(".static")
]
ROUTES = [
    (method, rule.rule.replace("<number>", "4411").replace("<sid>", "RE1"))
    for rule in PAGES
    for method in sorted((rule.methods or set()) & {"GET", "POST"})
]


@pytest.fixture
def staff(database: str) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch, database: str) -> str:
    monkeypatch.setenv("CONSOLE_PASSWORD", "pâte à choux")
    settings.cache_clear()
    return "pâte à choux"


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"bo:{password}".encode()).decode()}


def ask(client: FlaskClient, method: str, path: str, **more: object) -> int:
    return client.open(path, method=method, **{**HERE, **more}).status_code  # type: ignore[arg-type]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "outside",
    [
        {"base_url": "https://support.example.com"},
        {"base_url": "http://127.0.0.1.evil.example"},
        {"headers": {"X-Forwarded-For": "203.0.113.9"}},
        {"headers": {"Forwarded": "for=203.0.113.9"}},
        {"headers": {"X-Real-Ip": "203.0.113.9"}},
    ],
)
def test_without_a_password_the_pages_exist_on_this_machine_only(
    staff: FlaskClient, method: str, path: str, outside: dict[str, object]
) -> None:
    assert ask(staff, method, path, **outside) == 404


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "localhost"])
def test_this_machine_is_let_in(staff: FlaskClient, host: str) -> None:
    assert ask(staff, "GET", "/tickets", base_url=f"http://{host}") == 200


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_with_a_password_nobody_gets_in_without_it(
    password: str, staff: FlaskClient, method: str, path: str
) -> None:
    assert ask(staff, method, path) == 401
    assert ask(staff, method, path, headers=basic("wrong")) == 401
    assert ask(staff, method, path, headers={"Authorization": "Basic !!"}) == 401


def test_the_password_opens_the_pages_from_anywhere(password: str, staff: FlaskClient) -> None:
    outside = {"base_url": "https://support.example.com", "headers": basic(password)}
    assert ask(staff, "GET", "/tickets", **outside) == 200


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1:9"])
def test_another_site_cannot_make_a_browser_change_anything(
    staff: FlaskClient, origin: str | None
) -> None:
    headers = {"Origin": origin} if origin else {}
    for path in ("/tickets/4411/resolve", "/tickets/4411/notes"):
        assert ask(staff, "POST", path, headers=headers) == 403


def test_pages_may_load_nothing_from_elsewhere(staff: FlaskClient) -> None:
    answer = staff.get("/tickets", **HERE)  # type: ignore[arg-type]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
