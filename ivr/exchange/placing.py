"""Placing a call: the phone rings, and its person answers, or it comes to nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ivr.exchange.calls import Call

BUSY_AFTER = 0.3
ANSWERS_AFTER = 2.0
VOICEMAIL_AFTER = 4.0
GREETING = "You have reached my voicemail. Please leave a message after the tone."
GREETING_LASTS = 40.0

Answered = Callable[[], None]
Failed = Callable[[str], None]


def ring(call: Call, timeout: float, answered: Answered, failed: Failed) -> None:
    """Ring; then `answered`, or `failed` with the status, once."""
    agenda = call.exchange.agenda

    def over(status: str) -> None:
        if not call.over and call.answered_at is None:
            call.end(status)

    def start() -> None:
        if call.over:
            return
        call.begins()
        call.becomes("ringing")
        habit = call.phone.habit
        if habit == "invalid" or not call.called.startswith("+"):
            over("failed")
        elif habit == "busy" or call.phone.call is not None:
            agenda.after(BUSY_AFTER, lambda: over("busy"))
        else:
            call.phone.rings(call, answered)
            agenda.after(timeout, lambda: over("no-answer"))
            _follow(call, habit)

    call.exchange.when_ended(call, lambda: failed(call.status))
    agenda.after(0, start)


def _follow(call: Call, habit: str) -> None:
    """What the phone does by itself when it rings."""
    if habit == "answers":
        call.exchange.agenda.after(ANSWERS_AFTER, call.phone.pick_up)
    elif habit == "voicemail":
        call.exchange.agenda.after(VOICEMAIL_AFTER, lambda: _voicemail(call))


def _voicemail(call: Call) -> None:
    if call.over or call.answered_at:
        return
    call.phone.pick_up()
    call.speaks(GREETING)
    call.exchange.agenda.after(GREETING_LASTS, lambda: call.end("completed"))
