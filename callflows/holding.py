"""Holding: the caller of a critical ticket waits while technicians are rung.

start -> wait (again and again: what is being done now; 1 stay, 2 call back, 3 message) -> left
The wait ends when a technician takes the caller (bridged) or the caller leaves. After the
conversation: 1 still needs help, 2 it is solved (callflows/feedback.py); when another technician
takes it over, the caller waits for that one, and is rung for when they are lost. Nothing here
can end a page: whoever hangs up, the ringing goes on (policy section 10).
"""

from callflows.customer import goodbye, kept
from callflows.desk import Desk, PageCard
from callflows.steps import step
from callflows.turn import (
    End,
    Go,
    HandOver,
    Heard,
    Hold,
    Keys,
    Known,
    Leave,
    Record,
    ReopenPage,
    Say,
    Solved,
    Turn,
    Wish,
    say,
)

LONGEST = 80
"""Turns of waiting, of about fifteen seconds each, before a message is asked for."""
REMIND = 4
"""Every so many turns the caller's choices are said again."""
MANAGEMENT = 3
"""The level from which nobody is rung and management is mailed."""
TRIES = 3
"""How often a caller is put back to holding: after a conversation, or when the line failed."""


@step
def start(known: Known, _heard: Heard, _desk: Desk) -> Turn:
    return Turn(known.to("holding.wait"), Hold(), (say("hold_start"),))


@step
def wait(known: Known, heard: Heard, desk: Desk) -> Turn:
    if heard.keys == "2":
        return Turn(known.to("holding.wait", wish="callback"), Leave())
    if heard.keys == "3" or known.rounds >= LONGEST:
        return Turn(known.to("holding.wait", wish="message"), Leave())
    page = desk.page()
    if forgotten(known, page):
        again = Turn(known.but(at="holding.wait", returns=known.returns + 1), Go())
        return again.after(write=(ReopenPage(),))
    first = [*position(known, desk), *progress(page)]
    if known.rounds % REMIND == 0 or heard.keys == "1":
        first.append(say("hold_choices"))
    keys = Keys(seconds=8, music=True)
    return Turn(known.but(rounds=known.rounds + 1), keys, tuple(first))


def forgotten(known: Known, page: PageCard | None) -> bool:
    """Nobody is rung for this caller: the page was ended, or another caller was put through."""
    over = page is None or page.state in {"accepted", "closed"}
    return over and known.returns < TRIES


def position(known: Known, desk: Desk) -> list[Say]:
    before = desk.waiting_before() if known.rounds == 0 else 0
    return [say("hold_position", before=before)] if before else []


def progress(page: PageCard | None) -> list[Say]:
    """What is being done for the caller at this moment."""
    if page is None or page.state in {"accepted", "closed"}:
        return [say("hold_being_connected")]
    if page.state == "owed":
        return [say("hold_accepted", name=page.holder or "")]
    if page.ringing <= 1 and page.level <= 1:
        return [say("hold_ringing_now")]
    if page.level >= MANAGEMENT:
        return [say("hold_management")]
    if page.level > 1:
        return [say("hold_ringing_senior")]
    return [say("hold_ringing_more", count=page.ringing)]


@step
def left(known: Known, heard: Heard, desk: Desk) -> Turn:
    """Out of the queue: through to a technician and back, or by the caller's choice."""
    if heard.left == "hangup":
        return Turn(known.to("customer.over"), End())
    if heard.left in {"bridged", "over"}:
        page = desk.page()
        if page and page.takes_over:
            told = (say("handed_over", name=page.holder or ""),)
            return Turn(known.to("holding.wait", wish=None), Hold(), told, (HandOver(),))
    if heard.left == "over":  # and who was to take over is lost
        return ring_again(known, desk)
    if heard.left == "bridged":
        return Turn(known.to("holding.talked"), Keys(seconds=8), (say("still_need_help"),))
    if known.wish == "callback":
        return call_back(known, desk)
    if known.wish == "message" or known.returns >= TRIES:
        return leave_message(known)
    return hold_again(known)


@step
def talked(known: Known, heard: Heard, desk: Desk) -> Turn:
    """The technician has hung up. Whoever still needs help is helped at once."""
    if heard.keys == "1":
        return ring_again(known, desk)
    if heard.keys == "#" and not known.strays:
        return Turn(known.but(strays=1), Keys(seconds=8), (say("still_need_help"),))
    solved = (Solved(),) if heard.keys == "2" else ()
    return Turn(known.to("feedback.offer"), Go(), write=solved)


def ring_again(known: Known, desk: Desk) -> Turn:
    if known.returns >= TRIES:
        return call_back(known, desk).after(write=(ReopenPage(),))
    return hold_again(known).after(write=(ReopenPage(),))


def hold_again(known: Known) -> Turn:
    return Turn(known.to("holding.start", returns=known.returns + 1, wish=None), Go())


def call_back(known: Known, desk: Desk) -> Turn:
    if desk.caller().number is None:  # an unknown number can only be left as a message
        return leave_message(known, say("callback_number_unknown"))
    return goodbye(known).after(say("callback_promised"), write=(Wish("callback"),))


def leave_message(known: Known, *first: Say) -> Turn:
    known = known.to("holding.message")
    return Turn(known, Record("message"), (*first, say("leave_message_ringing")))


@step
def message(known: Known, heard: Heard, _desk: Desk) -> Turn:
    written = (*kept(heard, "message"), Wish("message"))
    sentences = (say("message_kept"), say("stay_or_go"))
    return Turn(known.to("holding.stay"), Keys(seconds=8), sentences, written)


@step
def stay(known: Known, heard: Heard, _desk: Desk) -> Turn:
    """After the message: 1 goes on holding; anything else ends, and the ringing goes on."""
    if heard.keys == "#" and not known.strays:
        return Turn(known.but(strays=1), Keys(seconds=8), (say("stay_or_go"),))
    if heard.keys == "1" and known.returns < TRIES:
        return hold_again(known)
    return goodbye(known).after(say("we_keep_ringing"))
