"""`ivr staff …`: who is on the staff, and links that let somebody set a password.

Whoever has this machine can always make an admin, so nobody is locked out of their own line.
"""

import sys

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Role
from ivr.services import accounts, changes, links, phone_book, phones, staff
from ivr.services.staff import RefusedError

BY = "the command line"


def add(name: str, email: str, role: str | None, phone: str | None) -> int:
    """The first one is an admin, unless told otherwise."""
    try:
        with transaction() as db:
            first = not accounts.anybody(db)
            role = role or (Role.ADMIN if first else Role.TECHNICIAN)
            person = staff.add(db, name=name, email=email, role=role)
            if phone:
                phones.add(db, person, phone)
            token = accounts.new_link(db, clock.now(), person)
            changes.write(db, clock.now(), BY, f"person-{person.id}", f"added, as {role}")
    except RefusedError as error:
        return _refused(error)
    with reading() as db:
        phone_book.keep(db)
    print(f"{person.name} is on the staff, as {role}.")
    return _told(token)


def link(email: str) -> int:
    with transaction() as db:
        person = accounts.known(db, email)
        token = accounts.new_link(db, clock.now(), person) if person else ""
        if person:
            changes.write(db, clock.now(), BY, f"person-{person.id}", "given a link")
    return _told(token) if token else _refused(f"nobody on the staff has the e-mail {email}")


def listed() -> int:
    with reading() as db:
        for person in staff.everybody(db):
            way = "signs in" if accounts.has_password(db, person.id) else "no password"
            left = "" if person.active else ", has left"
            print(f"{person.name} <{person.email}>: {person.role}, {way}{left}")
    return 0


def _told(token: str) -> int:
    print("Open this once, within a day, to set a password:")
    print(links.set_password(token))
    return 0


def _refused(why: object) -> int:
    print(f"ivr: {why}", file=sys.stderr)
    return 1
