"""The API does what its description says, whatever is sent: schemathesis makes the requests."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case

from callflows.turn import Severity
from ivr.database import transaction
from ivr.models import ApiAnswer, ApiToken, Contact, Ticket
from ivr.services.staff.sign_ins import digest
from ivr.services.tickets import intake
from ivr.web import app
from tests.api.conftest import Program
from tests.console.on_call import NOW

SECRET = "ivr_" + "s" * 43
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


@schema.auth()
class Bearer:
    """The token, but where it is left out to see what comes of that."""

    def get(self, _case: Case, _context: Any) -> str:
        return f"Bearer {SECRET}"

    def set(self, case: Case, data: str, _context: Any) -> None:
        case.headers["Authorization"] = data


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@schema.parametrize()
@settings(
    max_examples=10,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_api_is_as_it_is_described(bo: Program, case: Case) -> None:
    with transaction() as db:
        db.query(ApiToken).update({"token_hash": digest(SECRET)})
        db.query(ApiAnswer).delete()  # a key may come again with another request, which is refused
    if "number" in case.path_parameters:  # one that is there, or next to nothing is ever done
        case.path_parameters["number"] = _ticket()
    case.call_and_validate()


def _ticket() -> str:
    """The one of this test, whatever was done to it before."""
    with transaction() as db:
        found = db.query(Ticket).first()
        if found is None:
            ana = db.query(Contact).one()
            told = {"title": "Trunk down", "contact": ana, "customer": ana.customer}
            found = intake.take(db, NOW, severity=Severity.CRITICAL, **told)
        return found.number
