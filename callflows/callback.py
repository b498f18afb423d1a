"""Calling back a caller who has left, on the technician's own line, as the support line's number.

The number is the one on file or the one that called, never one that was keyed.
"""

from callflows import after
from callflows.desk import Desk
from callflows.steps import step
from callflows.turn import Dial, End, Heard, Keys, Known, Missed, Reached, Say, Turn, say

TRIES = 3


@step
def offer(known: Known, _heard: Heard, _desk: Desk) -> Turn:
    return ask(known.to("callback.choose", returns=0), say("caller_has_left"))


def ask(known: Known, *first: Say) -> Turn:
    return Turn(known, Keys(seconds=8), (*first, say("callback_choices")))


@step
def choose(known: Known, heard: Heard, desk: Desk) -> Turn:
    number = desk.caller().number
    if heard.keys == "1" and number:
        return Turn(known.to("callback.called"), Dial(number), (say("calling_back"),))
    if heard.keys == "#" and not known.strays:
        return ask(known.but(strays=1))
    if heard.keys != "2" and known.misses == 0:
        return ask(known.but(misses=1))
    return owed(known, desk)


def owed(known: Known, desk: Desk) -> Turn:
    """The acceptor keeps the page and owes the call; the page rings again if none is made, unless
    it was their own wish to call.
    """
    page = desk.page()
    told = say("callback_left" if page and page.alone else "callback_owed")
    ending = Turn(known.to("technician.over"), End(), (told,))
    return ending.after(write=(Missed("call back owed"),))


@step
def called(known: Known, heard: Heard, desk: Desk) -> Turn:
    if heard.left == "bridged":
        return after.ask(known.to("after.menu")).after(write=(Reached("called-back"),))
    if known.returns + 1 < TRIES:
        again = known.to("callback.choose", returns=known.returns + 1)
        return ask(again, say("callback_no_answer"))
    return owed(known, desk)
