"""The staff: who joins, what is known of each and how they want to be rung, who leaves."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ivr.models import HandOver, Role, Technician
from ivr.services import audit, links, vocabulary
from ivr.services.audit import Kind
from ivr.services.mail import letters, outbox
from ivr.services.refusal import RefusedError
from ivr.services.settings import house, time_zones
from ivr.services.settings.time_zones import UnknownZoneError
from ivr.services.staff import accounts, people
from ivr.services.staff.sign_ins import digest
from ivr.services.staff.tries import plain
from ivr.services.sureness import cage

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
LONGEST = 200
LONGEST_WAIT = 60
PIN = re.compile(r"[0-9]{6}", re.ASCII)
UP = "01234567890"
"""Seconds, before the ring or before the second phone."""


def everybody(db: Session) -> Sequence[Technician]:
    """Who has left comes last."""
    order = (Technician.active.desc(), Technician.name, Technician.id)
    found = select(Technician).where(Technician.email != cage.EMAIL)
    found = found.options(selectinload(Technician.phones))
    return db.scalars(found.order_by(*order)).all()


def about(person: Technician) -> str:
    """What their changes are written under."""
    return f"person-{person.id}"


def add(db: Session, *, name: str, email: str, role: str, language: str = "") -> Technician:
    """Raises RefusedError."""
    person = Technician(
        name=_name(name), email=_email(db, email), role=_role(role), language=_language(language)
    )
    db.add(person)
    db.flush()
    return person


def change(db: Session, now: datetime, by: str, person: Technician, **given: str) -> None:
    """Only what is given. Raises RefusedError, with nothing changed."""
    wanted = {name: CHECKS[name](db, person, value) for name, value in given.items()}
    if {"quiet_from", "quiet_until"} <= wanted.keys():
        _both_or_none(wanted["quiet_from"], wanted["quiet_until"])
    if wanted.get("role", person.role) != person.role:
        _keep_an_admin(db, person)
    for name, value in wanted.items():
        before = getattr(person, name)
        if before != value:
            setattr(person, name, value)
            told = {"field": name, "before": before, "after": value}
            audit.changed(db, now, by, about(person), Kind.PERSON_CHANGED, **told)


def set_pin(db: Session, now: datetime, by: str, person: Technician, given: str) -> None:
    """By which they are known on the staff line. Raises RefusedError."""
    if not PIN.fullmatch(given):
        raise RefusedError("pin-of-six")
    if len(set(given)) == 1 or given in UP or given in UP[::-1]:
        raise RefusedError("pin-too-easy")
    people.set_pin(person, given)
    audit.changed(db, now, by, about(person), Kind.PIN_SET)


def leave(db: Session, now: datetime, by: str, person: Technician) -> None:
    """They are never rung or told anything again, and stay on record. Raises RefusedError."""
    _keep_an_admin(db, person)
    person.active = False
    accounts.shut(db, now, person)
    audit.changed(db, now, by, about(person), Kind.LEFT)


def come_back(db: Session, now: datetime, by: str, person: Technician) -> None:
    person.active = True
    audit.changed(db, now, by, about(person), Kind.CAME_BACK)


def invite(db: Session, now: datetime, by: str, person: Technician) -> None:
    """Mail them a link to set a password."""
    token = accounts.new_link(db, now, person)
    told = {"organization": house.ours(db).name, "person": person.name}
    letter = letters.write("invited", person.language, url=links.set_password(token), **told)
    key = f"invited-{digest(token)[:16]}"
    outbox.mail(db, now, key=key, to=person.email, letter=letter)
    audit.changed(db, now, by, about(person), Kind.INVITED)


def _keep_an_admin(db: Session, person: Technician) -> None:
    try:
        accounts.keep_an_admin(db, but=person)
    except accounts.LastAdminError as error:
        raise RefusedError("last-admin", name=person.name) from error


# What may be given --------------------------------------------------------------------------------


def _name(given: str) -> str:
    name = " ".join(given.split())[:LONGEST]
    if not name:
        raise RefusedError("no-name")
    return name


def _email(db: Session, given: str, but: int = 0) -> str:
    email = plain(given)
    if not ADDRESS.fullmatch(email) or len(email) > LONGEST:
        raise RefusedError("no-mail", given=given) if given else RefusedError("mail-missing")
    taken = select(Technician.id).where(Technician.email == email, Technician.id != but)
    if db.scalar(taken) is not None:
        raise RefusedError("same-mail", email=email)
    return email


def _role(given: str) -> Role:
    if given not in list(Role):
        raise RefusedError("no-role")
    return Role(given)


def _language(given: str) -> str:
    return vocabulary.known(given)


def zone(given: str) -> str | None:
    """None: the organization's. Raises RefusedError."""
    if not given:
        return None
    try:
        return time_zones.named(given)
    except UnknownZoneError as error:
        raise RefusedError("no-zone", given=given) from error


def _seconds(given: str) -> int:
    number = int(given) if given.isascii() and given.isdigit() and len(given) <= 3 else -1  # noqa: PLR2004
    if not 0 <= number <= LONGEST_WAIT:
        raise RefusedError("no-seconds", most=LONGEST_WAIT)
    return number


def _time(given: str) -> str | None:
    if given and not TIME.fullmatch(given):
        raise RefusedError("no-time", given=given)
    return given or None


def _hand_over(given: str) -> HandOver:
    if given not in list(HandOver):
        raise RefusedError("no-hand-over")
    return HandOver(given)


def _both_or_none(begin: object, end: object) -> None:
    if (begin is None) != (end is None):
        raise RefusedError("half-quiet")
    if begin is not None and begin == end:
        raise RefusedError("always-quiet")


CHECKS: dict[str, Any] = {
    "name": lambda _db, _person, given: _name(given),
    "email": lambda db, person, given: _email(db, given, person.id),
    "language": lambda _db, _person, given: _language(given),
    "time_zone": lambda _db, _person, given: zone(given),
    "role": lambda _db, _person, given: _role(given),
    "text_first": lambda _db, _person, given: _seconds(given or "0"),
    "second_phone_after": lambda _db, _person, given: _seconds(given) if given else None,
    "quiet_from": lambda _db, _person, given: _time(given),
    "quiet_until": lambda _db, _person, given: _time(given),
    "hand_over": lambda _db, _person, given: _hand_over(given),
}
