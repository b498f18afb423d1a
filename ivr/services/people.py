"""Our own people: who is on the staff, and how each of them is reached."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Role, Technician
from ivr.services import house, numbers
from ivr.services.tries import plain
from ivr.settings import settings

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
LONGEST = 200


class RefusedError(Exception):
    """What is wrong with what is given, in words for whoever gave it."""


def everybody(db: Session) -> Sequence[Technician]:
    return db.scalars(select(Technician).order_by(Technician.name, Technician.id)).all()


def add(db: Session, *, name: str, email: str, role: str) -> Technician:
    """Raises RefusedError."""
    person = Technician(name=_name(name), email=_email(db, email), role=Role(role))
    db.add(person)
    db.flush()
    return person


def _name(given: str) -> str:
    name = " ".join(given.split())[:LONGEST]
    if not name:
        raise RefusedError("A name is needed.")
    return name


def _email(db: Session, given: str, but: int = 0) -> str:
    email = plain(given)
    if not ADDRESS.fullmatch(email) or len(email) > LONGEST:
        raise RefusedError(f"{given} is no e-mail address.")
    taken = select(Technician.id).where(Technician.email == email, Technician.id != but)
    if db.scalar(taken) is not None:
        raise RefusedError(f"Somebody on the staff has the e-mail {email} already.")
    return email


def add_phone(db: Session, person: Technician, given: str) -> None:
    person.phone = _number(db, given)


def _number(db: Session, given: str) -> str:
    number = numbers.international(given, house.country(db))
    if number is None:
        raise RefusedError(f"{given} is no telephone number. Begin with + and the country code.")
    if number == settings().twilio_number:
        raise RefusedError("That is the support line's own number: it would ring itself.")
    return number
