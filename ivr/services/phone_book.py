"""The phones that the embedded exchange shows: contacts and technicians, as a file it reads."""

import json
import os

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Contact, Technician
from ivr.settings import settings


def _entry(one: Contact | Technician, role: str) -> dict[str, str | None]:
    language = one.language or "en-CA"
    return {"number": one.phone, "name": one.name, "role": role, "language": language}


def write(db: Session) -> None:
    contacts = select(Contact).where(Contact.phone.is_not(None)).order_by(Contact.id)
    staff = select(Technician).where(Technician.phone.is_not(None)).order_by(Technician.id)
    book = [_entry(one, "customer") for one in db.scalars(contacts)]
    book += [_entry(one, "technician") for one in db.scalars(staff)]
    file = settings().var_dir / "phones.json"
    draft = file.with_name(f".phones.{os.getpid()}")
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(json.dumps(book, ensure_ascii=False, indent=1))
    draft.replace(file)
