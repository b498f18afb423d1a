"""The technician's side of a page: who, which ticket, how bad; 1 accepts, 2 passes, 3 repeats.

A technician is reached when they press 1, never when the phone is picked up: a voicemail picks
up as well. After 1: through to the caller, or an offer to call back one who has left. Who takes a
conversation over hears whose it is, and until they press 1 nothing changes for those who talk.
"""

from callflows import after, callback
from callflows.desk import CallerCard, Desk, PageCard
from callflows.steps import step
from callflows.turn import (
    MISSES,
    Accept,
    Bridge,
    Decline,
    End,
    Go,
    Heard,
    Keys,
    Known,
    Missed,
    Pause,
    Reached,
    Say,
    Severity,
    TakeOver,
    Turn,
    say,
)

REPEATS = 3
PATIENCE = 15
"""How many pauses to wait for a caller who is still describing the problem."""


@step
def start(known: Known, _heard: Heard, desk: Desk) -> Turn:
    page = desk.page()
    if page is None or page.state == "closed":
        return part(known, say("page_over"))
    if page.mine:  # accepted by text or at the console, or to call a customer: their phone rings
        return answer_for(known, desk)
    if page.state != "open":
        return part(known, taken(page))
    return summon(known.to("technician.answer"), desk, page)


def summon(known: Known, desk: Desk, page: PageCard, *first: Say) -> Turn:
    own = desk.own_ticket()
    about: dict[str, str | int] = {
        "organization": desk.organization,
        "ticket": own.number if own else "",
        "customer": (own.customer if own else None) or desk.caller().name or "",
        "minutes": page.minutes,
    }
    severity = own.severity if own else Severity.CRITICAL
    what = say(f"page_{severity}", **about)
    if severity is Severity.CRITICAL and page.waiting > 1:
        what = say("bundle", count=page.waiting, **about)
    return Turn(known, Keys(), (*first, what, say("page_choices")))


def answer_for(known: Known, desk: Desk) -> Turn:
    """They have it already; a voicemail that picks up must not be put through all the same."""
    own, caller = desk.own_ticket(), desk.caller()
    about: dict[str, str | int] = {
        "organization": desk.organization,
        "ticket": own.number if own else "",
        "customer": (own.customer if own else None) or caller.name or "",
    }
    if caller.place == "talking":
        about["customer"] = ", ".join(filter(None, (caller.name, own.customer if own else None)))
        told = say("take_over", **about, name=caller.talks_to or "")
        sentences = (told, say("take_over_choices"))
        return Turn(known.but(at="technician.mine"), Keys(), sentences)
    if caller.place == "gone" or (caller.place == "none" and caller.number):
        return callback.ask(known.to("callback.choose"), say("page_yours", **about))
    sentences = (say("page_yours", **about), say("page_yours_choices"))
    return Turn(known.but(at="technician.mine"), Keys(), sentences)


@step
def mine(known: Known, heard: Heard, desk: Desk) -> Turn:
    page = desk.page()
    if page and page.state == "open":  # since then it has become one for everybody
        return answer(known.but(at="technician.answer"), heard, desk)
    if page is None or not page.mine:
        return part(known, taken(page) if page and page.holder else say("page_over"))
    if heard.keys == "1":
        write = (TakeOver(),) if desk.caller().place == "talking" else ()
        return Turn(known.to("technician.accepted"), Go(), write=write)
    if heard.keys == "#" and not known.strays:
        return answer_for(known.but(strays=1), desk)
    if known.misses + 1 < MISSES:
        return answer_for(known.but(misses=known.misses + 1), desk)
    return part(known, say("page_unmet")).after(write=(Missed("1 was not pressed"),))


def taken(page: PageCard) -> Say:
    return say("page_taken", name=page.holder or "")


@step
def answer(known: Known, heard: Heard, desk: Desk) -> Turn:
    page = desk.page()
    if heard.keys == "1":
        return Turn(known.to("technician.accepted"), Go(), write=(Accept(),))
    if page is None or page.state != "open":
        return part(known, taken(page) if page and page.holder else say("page_over"))
    if heard.keys == "2":
        return part(known, say("page_passed")).after(write=(Decline("passed"),))
    if heard.keys == "3" and known.rounds < REPEATS:
        return summon(known.but(rounds=known.rounds + 1), desk, page)
    if heard.keys == "#" and not known.strays:
        return summon(known.but(strays=1), desk, page)
    if known.misses + 1 < MISSES:
        return summon(known.but(misses=known.misses + 1), desk, page)
    return part(known, say("page_unaccepted")).after(write=(Decline("unaccepted"),))


def part(known: Known, *sentences: Say) -> Turn:
    return Turn(known.to("technician.over"), End(), sentences)


@step
def over(known: Known, _heard: Heard, _desk: Desk) -> Turn:
    """A webhook that comes after the end."""
    return Turn(known, End())


@step
def accepted(known: Known, _heard: Heard, desk: Desk) -> Turn:
    """We pressed 1; the desk knows whether we were first, and where the caller is."""
    page = desk.page()
    if page and page.state == "open" and known.returns == 0:  # it rang again, and they are there
        return Turn(known.but(returns=1), Go(), write=(Accept(),))
    if page is None or not page.mine:
        return part(known, taken(page) if page and page.holder else say("page_over"))
    return meet(known, desk.caller())


def meet(known: Known, caller: CallerCard) -> Turn:
    if caller.place == "talking":
        relieved = say("taking_over", name=caller.talks_to or "")
        return Turn(known.to("technician.bridged"), Bridge(), (relieved, say("connecting")))
    if caller.place == "holding":
        return Turn(known.to("technician.bridged"), Bridge(), (say("connecting"),))
    if caller.place == "coming" and known.rounds < PATIENCE:
        told = (say("caller_is_coming"),) if known.rounds == 0 else ()
        return Turn(known.but(rounds=known.rounds + 1), Pause(), told)
    if caller.number:
        return Turn(known.to("callback.offer"), Go())
    return after.ask(known.to("after.menu"), say("no_caller")).after(
        write=(Reached("called-back"),)
    )


@step
def bridged(known: Known, heard: Heard, desk: Desk) -> Turn:
    """Back from the conversation, or the caller hung up just before it."""
    by = desk.taken_over_by()
    if by:
        return part(known, say("page_taken_over", name=by))
    if heard.left == "bridged":
        return after.ask(known.to("after.menu")).after(write=(Reached("bridged"),))
    caller = desk.caller()
    if caller.place == "talking":
        failed = part(known, say("take_over_failed", name=caller.talks_to or ""))
        return failed.after(write=(Missed("bridge failed"),))
    if caller.place == "holding" and known.returns == 0:
        return Turn(known.to("technician.accepted", returns=1), Go())
    if caller.number:
        return Turn(known.to("callback.offer"), Go())
    return part(known, say("bridge_failed")).after(write=(Missed("bridge failed"),))
