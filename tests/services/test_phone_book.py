"""The two books that the embedded exchange reads: phones, and mailboxes."""

import json
from typing import Any

from sqlalchemy.orm import Session

from ivr.models import Contact, Phone, Role, Technician
from ivr.services.calls import phone_book
from ivr.settings import settings


def read(name: str) -> list[dict[str, Any]]:
    book: list[dict[str, Any]] = json.loads((settings().var_dir / f"{name}.json").read_text())
    return book


def test_everybody_is_in_the_book_that_they_can_be_reached_by(db: Session) -> None:
    db.add_all(
        [
            Contact(name="Ana Roy", phone="+15145550100", email="ana@acme.example"),
            Contact(name="Écho Lajoie", email="echo@lajoie.example", language="fr-CA"),
            Technician(
                name="Bo Chan",
                phones=[Phone(number="+15145550201")],
                email="bo@2n5.example",
                role=Role.TECHNICIAN,
            ),
        ]
    )
    db.flush()
    phone_book.write(db)
    assert [(one["name"], one["number"], one["role"]) for one in read("phones")] == [
        ("Ana Roy", "+15145550100", "customer"),
        ("Bo Chan", "+15145550201", "technician"),
    ]
    mailboxes = [tuple(one.values()) for one in read("mailboxes")]
    assert mailboxes == [
        ("ana@acme.example", "Ana Roy", "customer", "en-CA"),
        ("echo@lajoie.example", "Écho Lajoie", "customer", "fr-CA"),
        ("bo@2n5.example", "Bo Chan", "technician", "en-CA"),
        ("support@2n5.example", "Support", "list", "en-CA"),
        ("escalation@2n5.example", "Escalation", "list", "en-CA"),
    ]
