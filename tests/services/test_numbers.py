"""Ticket numbers: one slip of the finger never names another ticket."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.services.calls import numbers
from ivr.services.calls.numbers import check_digit, dialled, slips
from ivr.services.tickets import tickets

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
COUNTERS = st.integers(1000, 10**9).map(str)


@given(COUNTERS)
def test_no_slip_of_a_number_of_ours_is_another_one_of_ours(counter: str) -> None:
    number = counter + check_digit(counter)
    for slip in slips(number):
        assert check_digit(slip[:-1]) != slip[-1], (number, slip)


def test_the_check_digit_is_damms() -> None:
    assert check_digit("572") == "4"  # the example of Damm's dissertation, as Wikipedia has it


@given(st.text(max_size=20))
def test_only_digits_are_a_number(keys: str) -> None:
    number = dialled(keys)
    assert number is None or (number.isascii() and number.isdecimal() and number[0] != "0")


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("4411", "4411"),
        ("0042", "42"),
        ("4*2", None),
        ("", None),
        ("0", None),
        ("٤٤١١", None),
        ("1" * 12, "1" * 12),
        ("1" * 13, None),
    ],
)
def test_leading_zeros_are_left_out_and_nothing_is_guessed(keys: str, number: str | None) -> None:
    assert dialled(keys) == number


def opened(db: Session, number: str | None = None) -> str:
    return tickets.open_ticket(db, NOW, title="T", severity=Severity.MINOR, number=number).number


def test_a_new_number_is_no_slip_away_from_an_imported_one(db: Session) -> None:
    ours = numbers.next_number(db)
    for slip in sorted(slips(ours))[:20]:
        opened(db, slip)
    fresh = opened(db)
    kept = set(sorted(slips(ours))[:20])
    assert fresh not in kept
    assert not slips(fresh) & kept


def test_many_new_numbers_are_all_apart(db: Session) -> None:
    made = [opened(db) for _ in range(60)]
    assert len(set(made)) == 60
    for number in made:
        assert not slips(number) & set(made)
