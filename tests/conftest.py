"""What every test may ask for: a migrated, empty database on either engine, a clock, a line."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy.orm import Session

from ivr import clock, migrations
from ivr import database as ivr_database
from ivr.services.settings import in_force
from ivr.settings import settings
from tests.patience import SECONDS, patience
from tests.servers import Postgres, free_port, postgres, valkey
from tests.services.people import NOW
from tests.stories.line import NUMBER, Line

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",  # a microphone that beeps
    "--use-fake-ui-for-media-stream",
]
EARLIER_THAN_ASKED = "window.setTimeout = ((later) => (act, ms) => later(act, ms / 20))(setTimeout)"
"""The page waits a twentieth of its time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests that wait for real processes go first, on half of the workers (each takes a piece
    of the list); on the others the tests that compute go on meanwhile.
    """
    whole = [item for item in items if item.get_closest_marker("whole")]
    others = [item for item in items if item not in whole]
    half = len(others) // 2
    items[:] = [*whole[::2], *others[:half], *whole[1::2], *others[half:]]


have_patience = pytest.fixture(scope="session", autouse=True)(patience)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with postgres("fsync=off", "synchronous_commit=off", "full_page_writes=off") as server:
        yield server


@pytest.fixture(scope="session")
def postgres_database(postgres_server: Postgres) -> str:
    """A migrated database that is emptied for each test."""
    with postgres_server.connect() as connection:
        connection.execute("create database migrated")
    migrations.upgrade(postgres_server.url("migrated"))
    return "migrated"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "ivr.db"
    migrations.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database; the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path / "ivr.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    name: str = request.getfixturevalue("postgres_database")
    server.empty(name)
    yield server.url(name)


@pytest.fixture
def database(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The same, as the database of `ivr.database`, with a VAR_DIR of its own."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    _forget()
    yield database_url
    ivr_database.engine().dispose()
    ivr_database.when_hurried(None)
    _forget()


def _forget() -> None:
    in_force.forget()
    settings.cache_clear()
    ivr_database.engine.cache_clear()


@pytest.fixture
def db(database: str) -> Iterator[Session]:
    with ivr_database.transaction() as session:
        yield session


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    with valkey(tmp_path / "redis") as url:
        yield url


@pytest.fixture(autouse=True)
def _wall_clock_afterwards() -> Iterator[None]:
    yield
    clock.use(None)


class Wall:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def passes(self, time: timedelta) -> datetime:
        self.now += time
        return self.now


@pytest.fixture
def wall() -> Iterator[Wall]:
    wall = Wall()
    clock.use(lambda: wall.now)
    yield wall
    clock.use(None)


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[Line]:
    """The whole line on a moved clock, with the world of tests/stories/line.py in it."""
    port, exchange_port = free_port(), free_port()
    for name, value in {
        "VAR_DIR": str(tmp_path / "var"),
        "PORT": str(port),
        "EXCHANGE_PORT": str(exchange_port),
        "TWILIO_NUMBER": NUMBER,
    }.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    story = Line(tmp_path)
    story.exchange.serve(exchange_port)
    story.open()
    story.world()
    yield story
    story.close()
    assert not story.exchange.warnings
    settings.cache_clear()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium, Debian's. Without one these tests are skipped; under CI they fail."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, line: Line) -> Iterator[BrowserContext]:
    """Of the service that `line` has started."""
    context = browser.new_context(
        base_url=settings().own_url, viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(1000 * SECONDS)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """In a hurry; nothing may go wrong in its scripts, nor be stopped by our own policy."""
    page = context.new_page()
    page.add_init_script(EARLIER_THAN_ASKED)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console", lambda told: wrong.append(told.text) if "Content Security" in told.text else 0
    )
    yield page
    assert not wrong
