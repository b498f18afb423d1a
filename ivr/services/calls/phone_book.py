"""The phones and the mailboxes that the embedded exchange shows, as two files that it reads."""

import json
import os
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Contact, Technician
from ivr.services.paging import policies
from ivr.settings import settings


def keep(db: Session) -> None:
    """After somebody of ours has changed, where there is an exchange to show it."""
    if settings().embedded_exchange:
        write(db)


def write(db: Session) -> None:
    ours = select(Technician).where(Technician.active).order_by(Technician.id)
    people: list[tuple[Contact | Technician, str]] = [
        *((one, "customer") for one in db.scalars(select(Contact).order_by(Contact.id))),
        *((one, "technician") for one in db.scalars(ours)),
    ]
    numbers = [(one, role, number) for one, role in people for number in _numbers(one)]
    _write("phones", [_entry(one, role, number=number) for one, role, number in numbers])
    boxes = [_entry(one, role, address=one.email) for one, role in people if one.email]
    _write("mailboxes", boxes + _lists(db))


def _numbers(one: Contact | Technician) -> list[str]:
    if isinstance(one, Technician):
        return [phone.number for phone in one.phones]
    return [one.phone] if one.phone else []


def _entry(one: Contact | Technician, role: str, **reached: str | None) -> dict[str, Any]:
    return {**reached, "name": one.name, "role": role, "language": one.language or "en-CA"}


def _lists(db: Session) -> list[dict[str, Any]]:
    named = {settings().support_email: "Support"}
    for address in (settings().escalation_mailbox, policies.escalation_list(db)):
        named.setdefault(address, "Escalation")
    return [
        {"address": address, "name": name, "role": "list", "language": "en-CA"}
        for address, name in named.items()
    ]


def _write(name: str, book: list[dict[str, Any]]) -> None:
    file = settings().var_dir / f"{name}.json"
    draft = file.with_name(f".{name}.{os.getpid()}")
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(json.dumps(book, ensure_ascii=False, indent=1))
    draft.replace(file)
