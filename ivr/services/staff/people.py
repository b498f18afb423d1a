"""Those of us who can be rung: found by what is known of them."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ivr.models import Phone, Technician
from ivr.services.settings import house
from ivr.services.staff import hashing


def by_number(db: Session, number: str) -> Technician | None:
    """Whose phone it is."""
    known = select(Technician).join(Phone).where(Phone.number == number, Technician.active)
    return db.scalar(known.order_by(Phone.position, Technician.id).limit(1))


def by_ids(db: Session, ids: Collection[int]) -> dict[int, Technician]:
    """With their phones; without those who have left."""
    known = select(Technician).where(Technician.id.in_(ids), Technician.active)
    return {one.id: one for one in db.scalars(known.options(selectinload(Technician.phones)))}


def in_order(db: Session, ids: Sequence[int]) -> list[Technician]:
    """The same, as they were named."""
    found = by_ids(db, ids)
    return [found[one] for one in ids if one in found]


def set_pin(technician: Technician, pin: str) -> None:
    """Six digits, by which they are known on the staff line. Only a hash is kept."""
    technician.pin_hash = hashing.hashed(pin)


def pin_matches(technician: Technician, pin: str) -> bool:
    return technician.pin_hash is not None and hashing.matches(technician.pin_hash, pin)


def put_phones(technician: Technician, numbers: list[str]) -> None:
    """These and no others, in this order; one that stays keeps that it was verified."""
    kept = {one.number: one for one in technician.phones}
    for at, number in enumerate(numbers):
        phone = kept.pop(number, None)
        if phone is None:
            phone = Phone(number=number)
            technician.phones.append(phone)
        if phone.position != at:
            phone.position = at
    for gone in kept.values():
        technician.phones.remove(gone)


def zone(db: Session, technician: Technician) -> str:
    """The time zone that they are told times in."""
    return technician.time_zone or house.ours(db).time_zone


def names(db: Session, ids: Collection[int] | None = None) -> dict[int, str]:
    """Of everybody, also of those who have left; or of these."""
    those = select(Technician.id, Technician.name)
    if ids is not None:
        those = those.where(Technician.id.in_(ids))
    return dict(db.execute(those).all())


def present(db: Session) -> dict[int, str]:
    """The names of those who can be on call."""
    those = select(Technician.id, Technician.name).where(Technician.active)
    return dict(db.execute(those).all())


def by_mail(db: Session, email: str) -> Technician | None:
    known = select(Technician).where(Technician.email == email.lower(), Technician.active)
    return db.scalar(known)
