"""Which numbers we may call back: valid ones in the countries allowed, never premium ones.

A number is only ever one on file or one that called us, never one that was keyed.
"""

from functools import cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from ivr.settings import settings

NEVER = {
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PAGER,
    PhoneNumberType.UAN,
}


@cache
def _countries() -> frozenset[int]:
    return frozenset(
        int(code) for code in settings().callback_countries.replace("+", "").split(",")
    )


def is_costly(number: str) -> bool:
    """Whether calling it pays somebody else."""
    try:
        return phonenumbers.number_type(phonenumbers.parse(number)) in NEVER
    except NumberParseException:
        return True


def may_call(number: str) -> bool:
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return False
    if number == settings().twilio_number or parsed.country_code not in _countries():
        return False
    if not phonenumbers.is_possible_number(parsed):
        return False
    return not is_costly(number)
