"""Ticket numbers: digits that are easy to key, the last one a check digit.

The check digit is Damm's (H. M. Damm, 2004): one wrong digit, or two swapped neighbours, never
give a valid number. Numbers that were imported are kept as they are, so a new number is only
used when no imported one is a single slip of the finger away.
"""

import re
from functools import cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.models import Organization, Ticket

FIRST = 1000
LONGEST = 12

DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> str:
    state = 0
    for digit in digits:
        state = DAMM[state][int(digit)]
    return str(state)


def dialled(keys: str) -> str | None:
    """The number as it is compared: without leading zeros. None when it cannot be one."""
    if not re.fullmatch(rf"[0-9]{{1,{LONGEST}}}", keys):
        return None
    return keys.lstrip("0") or None


@cache
def readable(phone: str) -> str:
    """+1 800-555-0100."""
    import phonenumbers

    parsed = phonenumbers.parse(phone, None)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def international(phone: str, country: str) -> str | None:
    """E.164 of a number as people of a country write it; None when it is none."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def slips(number: str) -> set[str]:
    """Every number that one wrong digit, or two swapped neighbours, make of this one."""
    made = set()
    for at, digit in enumerate(number):
        made |= {number[:at] + other + number[at + 1 :] for other in "0123456789" if other != digit}
        made.add(number[:at] + number[at + 1 : at + 2] + digit + number[at + 2 :])
    return {slip.lstrip("0") for slip in made} - {number, ""}


def next_number(db: Session) -> str:
    """A number of our own that no slip of the finger can confuse with another ticket's.

    Until the commit nobody else is given one: two would be given the same.
    """
    db.execute(select(Organization.id).where(Organization.id == 1).with_for_update())
    counter = FIRST + (db.scalar(select(func.max(Ticket.id))) or 0)
    while True:
        number = f"{counter}{check_digit(str(counter))}"
        near = select(Ticket.id).where(Ticket.dialled.in_([number, *slips(number)])).limit(1)
        if db.scalar(near) is None:
            return number
        counter += 1


def masked(number: str) -> str:
    """A telephone number of which enough is left to tell two apart: +1514555••01."""
    return f"{number[:-4]}••{number[-2:]}"
