"""Processes die in the middle of a page: whoever is on call is rung all the same.

The oracle is what the exchange saw, not what our database says of itself.
"""

import pytest

from tests.whole.conftest import Start
from tests.whole.stack import ANA, BO, CY, DIDI, KeptDead, Stack, eventually

pytestmark = [pytest.mark.whole, pytest.mark.timeout(600)]


PATIENT = [
    {"level": 1, "ring": "all", "ring_for": 5, "repeat": 1, "escalate_after": 10},
    {"level": 2, "ring": "in_turn", "ring_for": 25, "repeat": 1, "escalate_after": 60},
    {"level": 3, "mail": "escalation@2n5.example", "repeat_every": 300},
]
"""Long enough for a ring that was lost on its way to the carrier to be looked up and rung again,
and for a technician who answers while a web process is still starting."""


def rung(stack: Stack) -> set[str]:
    return {event["number"] for event in stack.events("ring")}


@pytest.mark.parametrize("name", ["worker", "beat", "tick", "redis"])
def test_a_process_is_killed_and_stays_dead(start: Start, name: str) -> None:
    stack = start(levels=PATIENT)
    stack.calls_about()
    eventually(lambda: rung(stack))
    with KeptDead(stack, name):
        eventually(lambda: rung(stack) == {BO, DIDI, CY})
        stack.act(CY, "answer")
        eventually(lambda: stack.heard(CY, "To accept, press 1"))
        stack.act(CY, "press", keys="1")
        eventually(lambda: stack.phone(ANA)["bridged_with"] == ["Cy Singh"])


def test_worker_beat_ticker_and_broker_are_killed_together_once(start: Start) -> None:
    stack = start()
    stack.calls_about()
    eventually(lambda: BO in rung(stack))
    for name in ("worker", "beat", "tick", "redis"):
        stack.kill(name)
    eventually(lambda: CY in rung(stack))
    eventually(stack.mails)


def test_all_our_processes_die_before_the_first_ring(start: Start) -> None:
    """The page is committed before anything is rung; whoever comes back finds it due."""
    stack = start()
    stack.act(ANA, "dial")
    eventually(lambda: stack.heard(ANA, "Enter your ticket number"))
    stack.act(ANA, "press", keys="4411#")
    eventually(lambda: stack.heard(ANA, "Service down, press 1"))
    for name in ("worker", "beat", "tick", "redis"):
        stack.kill(name)
    stack.act(ANA, "press", keys="1")
    eventually(lambda: {BO, DIDI} <= rung(stack))


def test_the_web_process_dies_while_somebody_holds(start: Start) -> None:
    """The carrier gets no answer for the caller; the page goes on without one."""
    stack = start(levels=PATIENT)
    stack.calls_about()
    eventually(lambda: stack.rings(BO))
    stack.kill("web")
    eventually(lambda: stack.rings(CY))
    eventually(stack.ready)
    stack.act(CY, "answer")
    eventually(lambda: stack.heard(CY, "To accept, press 1"))
    stack.act(CY, "press", keys="1")
    assert eventually(lambda: stack.ticket()["pages"][0]["accepted_by"], 0.5) == "Cy Singh"
