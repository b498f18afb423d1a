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
        call.becomes("ringing")
        if call.phone.habit == "invalid" or not call.called.startswith("+"):
            over("failed")
            return
        if call.phone.habit == "busy" or call.phone.call is not None:
            agenda.after(BUSY_AFTER, lambda: over("busy"))
            return
        call.phone.rings(call, pick_up)
        agenda.after(timeout, lambda: over("no-answer"))
        if call.phone.habit == "answers":
            agenda.after(ANSWERS_AFTER, call.phone.pick_up)
        if call.phone.habit == "voicemail":
            agenda.after(VOICEMAIL_AFTER, voicemail)

    def voicemail() -> None:
        if call.over or call.answered_at:
            return
        call.phone.pick_up()
        call.speaks(GREETING)
        agenda.after(GREETING_LASTS, lambda: call.end("completed"))

    def pick_up() -> None:
        if not call.over:
            answered()

    call.exchange.when_ended(call, lambda: failed(call.status))
    agenda.after(0, start)
