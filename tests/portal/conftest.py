"""Two companies with tickets, at three in the morning."""

import pytest

from callflows.turn import Severity
from ivr.database import transaction
from ivr.models import Contact, Customer, Ticket
from ivr.services.tickets import intake
from tests.conftest import Wall
from tests.portal.browser import Customer as Browser
from tests.services import people
from tests.services.people import NOW


@pytest.fixture
def world(database: str, wall: Wall) -> dict[str, str]:
    """Numbers of tickets: Ana's, her colleague's, a stranger's to them."""
    with transaction() as db:
        people.organization(db)
        people.technician(db, "Bo", 1)
        companies = {name: Customer(name=name) for name in ("Acme", "Lajoie")}
        db.add_all(companies.values())
        contacts = {
            "ana": Contact(name="Ana Roy", email="ana@acme.example", customer=companies["Acme"]),
            "tom": Contact(name="Tom Reed", email="tom@acme.example", customer=companies["Acme"]),
            "luc": Contact(
                name="Luc Lajoie",
                email="luc@lajoie.example",
                language="fr-CA",
                customer=companies["Lajoie"],
            ),
            "una": Contact(name="Una", email="una@nowhere.example"),
        }
        db.add_all(contacts.values())
        db.flush()
        opened: dict[str, Ticket] = {
            name: intake.take(
                db,
                NOW,
                severity=Severity.MINOR,
                title=f"Ticket of {name}",
                contact=contact,
                customer=contact.customer,
            )
            for name, contact in contacts.items()
        }
        return {name: ticket.number for name, ticket in opened.items()}


@pytest.fixture
def ana(world: dict[str, str]) -> Browser:
    """Ana, who is signed in."""
    browser = Browser()
    assert browser.signs_in().status_code == 303
    return browser
