"""Somebody at the staff pages, on a clock that stands still."""

import pytest

from ivr import clock
from ivr.database import transaction
from ivr.models import Role, Technician
from tests.console.on_call import NOW
from tests.console.staff import Staff
from tests.services.people import organization, technician


@pytest.fixture
def staff(database: str) -> Staff:
    clock.use(lambda: NOW)
    with transaction() as db:
        organization(db)
        for name in ("Bo", "Cy", "Didi"):
            technician(db, name, 1)
        db.add(Technician(name="Mona", email="mona@2n5.example", role=Role.MANAGER))
    return Staff()
