"""The list of steps that the flows are made of, each under its name, as "flow.name"."""

from collections.abc import Callable

from callflows.desk import Desk
from callflows.turn import Heard, Known, Turn

Step = Callable[[Known, Heard, Desk], Turn]
STEPS: dict[str, Step] = {}


SECRET: set[str] = set()
"""Steps that take a PIN: what they hear is never written down."""


def step(function: Step) -> Step:
    """Enter a function into the list of steps, as "flow.name"."""
    STEPS[_name(function)] = function
    return function


def secret_step(function: Step) -> Step:
    SECRET.add(_name(function))
    return step(function)


def _name(function: Step) -> str:
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
