"""The phones of one of us, in the order in which they are rung; each is proved by a code.

A number that is changed is another phone: it is proved anew.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from callflows.prompts import text
from ivr.database import changed
from ivr.models import Phone, PhoneCheck, Technician
from ivr.services.calls import dialling, numbers
from ivr.services.mail import outbox
from ivr.services.refusal import RefusedError
from ivr.services.settings import house
from ivr.settings import settings

MOST = 5
GOOD_FOR = timedelta(minutes=10)
MOST_TRIES = 5
AN_HOUR = timedelta(hours=1)
MOST_CHECKS_AN_HOUR = 6
"""Of a person: a text costs, and rings somewhere."""
DIGITS = 6


def add(db: Session, person: Technician, given: str) -> Phone:
    """As the last one. Raises RefusedError."""
    number = fit(db, given)
    if any(one.number == number for one in person.phones):
        raise RefusedError("same-phone")
    theirs = select(Technician.name).join(Phone).where(Phone.number == number, Technician.active)
    other = db.scalar(theirs.where(Technician.id != person.id).limit(1))
    if other:
        raise RefusedError("phone-of-another", name=other)
    if len(person.phones) >= MOST:
        raise RefusedError("too-many-phones", most=MOST)
    phone = Phone(number=number, position=len(person.phones))
    person.phones.append(phone)
    db.flush()
    return phone


def fit(db: Session, given: str) -> str:
    """The number, as it is dialled from anywhere. Raises RefusedError."""
    number = numbers.international(given, house.country(db))
    if number is None:
        raise RefusedError("no-number", given=given)
    if number == settings().twilio_number:
        raise RefusedError("own-number")
    if dialling.is_costly(number):
        raise RefusedError("costly-number")
    return number


def remove(db: Session, person: Technician, phone: Phone) -> None:
    person.phones.remove(phone)
    _put_in_order(person.phones)
    db.flush()


def move(db: Session, person: Technician, phone: Phone, by: int) -> None:
    """Nearer to the front by -1, further back by 1."""
    order = list(person.phones)
    at = order.index(phone)
    to = min(max(at + by, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    _put_in_order(order)
    db.flush()
    db.refresh(person, ["phones"])


def _put_in_order(phones: list[Phone]) -> None:
    for at, one in enumerate(phones):
        one.position = at


# Proving one --------------------------------------------------------------------------------------


def send_code(db: Session, now: datetime, person: Technician, phone: Phone, how: str) -> None:
    """By a text or a call. Raises RefusedError."""
    lately = select(func.count(PhoneCheck.id)).where(
        PhoneCheck.technician_id == person.id, PhoneCheck.made_at > now - AN_HOUR
    )
    if (db.scalar(lately) or 0) >= MOST_CHECKS_AN_HOUR:
        raise RefusedError("too-many-codes")
    check = PhoneCheck(
        technician_id=person.id, number=phone.number, salt=secrets.token_hex(16), made_at=now
    )
    db.add(check)
    db.flush()
    body = f"voice/codes/{check.id}"
    if how == "text":
        told = {"organization": house.ours(db).name, "code": code_of(check)}
        body = text(person.language, "phone_code", **told)
    outbox.write(db, now, key=f"phone-check-{check.id}", channel=how, to=phone.number, body=body)


def code_of(check: PhoneCheck) -> str:
    made = hmac.new(settings().credentials[1].encode(), check.salt.encode(), hashlib.sha256)
    return f"{int(made.hexdigest(), 16) % 10**DIGITS:0{DIGITS}}"


def said(db: Session, now: datetime, check_id: int) -> tuple[str, str] | None:
    """What a call for this check says: the language and the code."""
    check = db.get(PhoneCheck, check_id)
    if check is None or check.made_at <= now - GOOD_FOR:
        return None
    return db.get_one(Technician, check.technician_id).language, code_of(check)


def waiting(db: Session, now: datetime, person: Technician) -> set[str]:
    """Numbers whose code may be typed in now."""
    good = (PhoneCheck.technician_id == person.id, PhoneCheck.made_at > now - GOOD_FOR)
    found = db.scalars(select(PhoneCheck.number).where(*good, PhoneCheck.tries < MOST_TRIES))
    return set(found)


def verify(db: Session, now: datetime, person: Technician, phone: Phone, given: str) -> bool:
    """Whether it is the code that was sent last; a few tries are all."""
    last = select(PhoneCheck).where(
        PhoneCheck.technician_id == person.id,
        PhoneCheck.number == phone.number,
        PhoneCheck.made_at > now - GOOD_FOR,
    )
    check = db.scalar(last.order_by(PhoneCheck.id.desc()).limit(1))
    if check is None:
        return False
    one_more = update(PhoneCheck).where(PhoneCheck.id == check.id, PhoneCheck.tries < MOST_TRIES)
    counted = one_more.values(tries=PhoneCheck.tries + 1)
    if not changed(db, counted.execution_options(synchronize_session=False)):
        return False
    if not hmac.compare_digest(code_of(check).encode(), "".join(given.split()).encode()):
        return False
    used = update(PhoneCheck).where(PhoneCheck.id == check.id).values(tries=MOST_TRIES)
    db.execute(used.execution_options(synchronize_session=False))
    phone.verified_at = now
    return True
