"""In which order and when the phones of a technician are rung, as they wish. Pure."""

from collections.abc import Sequence

from ivr.models import Technician

OUT_OF_REACH = ("busy", "failed")
"""Outcomes after which the next phone is rung at once."""


def planned(technician: Technician, *, text: bool) -> list[tuple[str, int]]:
    """Numbers, and how many seconds from now each is rung; `text`: a text goes first. Who names no
    time for the second phone has it rung only when the first cannot be.
    """
    first = technician.text_first if text else 0
    step = technician.second_phone_after
    rung = technician.phones if step is not None else technician.phones[:1]
    return [(one.number, first + nth * (step or 0)) for nth, one in enumerate(rung)]


def after(numbers: Sequence[str], number: str) -> Sequence[str]:
    """The phones that follow one."""
    return numbers[numbers.index(number) + 1 :] if number in numbers else numbers
