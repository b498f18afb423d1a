"""What is done to one of the staff: each act is a form of the person's page, under its own name.

Each returns what the page tells afterwards.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from ivr import clock
from ivr.console import staff as door
from ivr.console.forms import Form, WrongError, row
from ivr.console.tongue import say
from ivr.models import Phone, StaffSignIn, Technician
from ivr.services import audit
from ivr.services.audit import Kind
from ivr.services.paging import phones
from ivr.services.staff import second_step, sign_ins, staff
from ivr.services.staff.roles import May

WRONG_CODE = "wrong code"


def _phone(person: Technician, form: Form) -> Phone:
    wanted = row(form.text("phone_id"))
    for one in person.phones:
        if one.id == wanted:
            return one
    raise WrongError(say("people.phone_gone"))


DETAILS = ("name", "email", "language", "time_zone")
RINGING = ("text_first", "second_phone_after", "quiet_from", "quiet_until")


def details(db: Session, person: Technician, form: Form) -> str:
    given = {name: form.line(name) for name in DETAILS}
    if door.staff().may(May.EDIT_PEOPLE) and "role" in form.fields:
        given["role"] = form.text("role")
    staff.change(db, clock.now(), form.by, person, **given)
    return "kept"


def ringing(db: Session, person: Technician, form: Form) -> str:
    given = {name: form.line(name) for name in RINGING}
    if form.text("at_once"):
        given["text_first"] = "0"
    if "hand_over" in form.fields:
        given["hand_over"] = form.text("hand_over")
    staff.change(db, clock.now(), form.by, person, **given)
    return "kept"


def pin(db: Session, person: Technician, form: Form) -> str:
    staff.set_pin(db, clock.now(), form.by, person, form.line("pin"))
    return "kept"


def add_phone(db: Session, person: Technician, form: Form) -> str:
    phone = phones.add(db, person, form.line("number"))
    _write(db, person, form, Kind.PHONE_ADDED, number=phone.number)
    return "kept"


def remove_phone(db: Session, person: Technician, form: Form) -> str:
    phone = _phone(person, form)
    _write(db, person, form, Kind.PHONE_REMOVED, number=phone.number)
    phones.remove(db, person, phone)
    return "kept"


def phone_up(db: Session, person: Technician, form: Form) -> str:
    phones.move(db, person, _phone(person, form), -1)
    _write(db, person, form, Kind.PHONES_ORDERED)
    return "kept"


def phone_down(db: Session, person: Technician, form: Form) -> str:
    phones.move(db, person, _phone(person, form), 1)
    _write(db, person, form, Kind.PHONES_ORDERED)
    return "kept"


def text_code(db: Session, person: Technician, form: Form) -> str:
    phones.send_code(db, clock.now(), person, _phone(person, form), "text")
    return "text"


def call_code(db: Session, person: Technician, form: Form) -> str:
    phones.send_code(db, clock.now(), person, _phone(person, form), "call")
    return "call"


def verify_phone(db: Session, person: Technician, form: Form) -> str:
    """A wrong code is counted, so that this ends well for the transaction."""
    phone = _phone(person, form)
    if not phones.verify(db, clock.now(), person, phone, form.line("code")):
        return WRONG_CODE
    _write(db, person, form, Kind.PHONE_VERIFIED, number=phone.number)
    return "verified"


def invite(db: Session, person: Technician, form: Form) -> str:
    staff.invite(db, clock.now(), form.by, person)
    return "invited"


def sign_out(db: Session, person: Technician, form: Form) -> str:
    which = row(form.text("which"))
    if which:
        sign_ins.end(db, clock.now(), StaffSignIn, person.id, which)
    else:
        sign_ins.end_all(db, clock.now(), StaffSignIn, person.id)
    _write(db, person, form, Kind.WAS_SIGNED_OUT)
    return "out"


def no_codes(db: Session, person: Technician, form: Form) -> str:
    second_step.end(db, person.id)
    _write(db, person, form, Kind.CODES_OFF)
    return "kept"


def leave(db: Session, person: Technician, form: Form) -> str:
    staff.leave(db, clock.now(), form.by, person)
    return "left"


def come_back(db: Session, person: Technician, form: Form) -> str:
    staff.come_back(db, clock.now(), form.by, person)
    return "back"


def _write(db: Session, person: Technician, form: Form, kind: Kind, **data: str) -> None:
    audit.changed(db, clock.now(), form.by, staff.about(person), kind, **data)


Act = Callable[[Session, Technician, Form], str]
OWN: dict[str, Act] = {
    "details": details,
    "ringing": ringing,
    "pin": pin,
    "phones": add_phone,
    "remove": remove_phone,
    "up": phone_up,
    "down": phone_down,
    "text": text_code,
    "call": call_code,
    "verify": verify_phone,
}
"""What everybody does to their own page, and admins to everybody's."""
OTHERS: dict[str, Act] = {
    "invite": invite,
    "sign_out": sign_out,
    "no_codes": no_codes,
    "leave": leave,
    "come_back": come_back,
}
"""What only admins do."""
