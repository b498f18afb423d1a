"""A program of Bo's, on a clock that stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr import clock
from ivr.database import transaction
from ivr.models import Contact, Customer, Role, Team, Technician
from ivr.settings import settings
from tests.api.program import Program, token
from tests.console.on_call import NOW
from tests.servers import valkey
from tests.services.people import organization, technician


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with valkey(tmp_path_factory.mktemp("api") / "redis") as url:
        yield url


@pytest.fixture
def bo(database: str, redis_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("API_REQUESTS_A_MINUTE", "100000")
    settings.cache_clear()
    clock.use(lambda: NOW)
    with transaction() as db:
        organization(db)
        technician(db, "Bo", 1)
        technician(db, "Cy", 2)
        db.add(Technician(name="Mona", email="mona@2n5.example", role=Role.MANAGER))
        db.add(Team(name="Network"))
        acme = Customer(name="Acme")
        db.add(Contact(name="Ana", email="ana@acme.example", phone="+15145550100", customer=acme))
    return Program(token("Bo"))
