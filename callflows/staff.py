"""The staff line: a technician who calls is known by phone and PIN, and hears what is open.

start -> pin -> greet -> menu -> item: accept (to the caller, as technician.accepted), pass, resolve
                              -> the shift (callflows/shifts.py)
Nothing is said of us before the PIN. Whoever has none, does not know it or presses 0 is served as
a customer: it may be an emergency. To hang up is safe everywhere.
"""

from callflows.desk import Desk
from callflows.staff_desk import OpenCard
from callflows.staff_words import StaffIn, StaffOut, TakeUp, WrongPin
from callflows.steps import secret_step, step
from callflows.turn import (
    MISSES,
    Accept,
    Decline,
    End,
    Go,
    Heard,
    Keys,
    Known,
    Resolve,
    Say,
    Turn,
    say,
)

MENUS = 4
"""How often the menu leads somewhere on one call."""
LONGEST = 10
"""Tickets that are told in a row."""
REPEATS = 3
SHIFTS = {"2": "shifts.take", "3": "shifts.give"}
ENOUGH = 2
"""A number from which on there are many."""


@step
def start(known: Known, _heard: Heard, desk: Desk) -> Turn:
    pin = desk.staff.pin()
    if pin == "set":
        welcome = say("staff_welcome", organization=desk.organization)
        return ask_pin(known.to("staff.pin"), welcome)
    return as_customer(known, say("staff_pin_missing" if pin == "none" else "staff_pin_refused"))


def ask_pin(known: Known, *first: Say) -> Turn:
    return Turn(known, Keys(count=None, secret=True), (*first, say("staff_ask_pin")))


def as_customer(known: Known, *first: Say) -> Turn:
    known = known.to("customer.welcome", ticket=None, returns=0, trail=())
    return Turn(known, Go(), first)


@secret_step
def pin(known: Known, heard: Heard, desk: Desk) -> Turn:
    keyed = heard.keys.rstrip("#")
    if keyed == "0":
        return as_customer(known)
    if keyed and desk.staff.pin_matches(keyed):
        return Turn(known.to("staff.greet"), Go(), write=(StaffIn(),))
    last = known.misses + 1 >= MISSES
    wrong = (WrongPin(last),) if keyed else ()
    if last:
        return as_customer(known, say("staff_pin_given_up")).after(write=wrong)
    told = say("pin_wrong") if keyed else say("staff_pin_not_heard")
    return ask_pin(known.but(misses=known.misses + 1), told).after(write=wrong)


@step
def greet(known: Known, _heard: Heard, desk: Desk) -> Turn:
    """What matters first."""
    duty = desk.staff.duty()
    told = [say(f"staff_waiting_{_many(duty.waiting)}", count=duty.waiting)]
    if duty.mine:
        told.append(say(f"staff_have_{_many(duty.mine)}", count=duty.mine))
    told.append(say("staff_on_call", until=duty.until) if duty.until else say("staff_off_call"))
    if desk.staff.asked():
        return Turn(known.to("shifts.asks"), Go(), tuple(told))
    return ask_menu(known.to("staff.menu"), *told)


def _many(count: int) -> str:
    return "none" if not count else "many" if count >= ENOUGH else "one"


def ask_menu(known: Known, *first: Say) -> Turn:
    return Turn(known, Keys(seconds=8), (*first, say("staff_menu")))


@step
def menu(known: Known, heard: Heard, desk: Desk) -> Turn:
    if heard.keys == "0":
        return as_customer(known).after(write=(StaffOut(),))
    if heard.keys == "1" and known.returns < MENUS:
        return tell_next(known.but(returns=known.returns + 1, trail=()), desk)
    if heard.keys in SHIFTS and known.returns < MENUS:
        return Turn(known.to(SHIFTS[heard.keys], returns=known.returns + 1), Go())
    if known.returns < MENUS and known.misses + 1 < MISSES:
        return ask_menu(known.but(misses=known.misses + 1))
    return done(known)


def done(known: Known, *first: Say) -> Turn:
    return Turn(known.to("staff.over"), End(), (*first, say("after_done")))


@step
def over(known: Known, _heard: Heard, _desk: Desk) -> Turn:
    """A webhook that comes after the end."""
    return Turn(known, End())


# What is open, one after the other ---------------------------------------------------------------


def tell_next(known: Known, desk: Desk, *first: Say) -> Turn:
    found = desk.staff.open_ticket(known.trail) if len(known.trail) < LONGEST else None
    if found is None:
        told = say("staff_no_more" if known.trail else "staff_nothing_open")
        return ask_menu(known.to("staff.menu", trail=()), *first, told)
    known = known.to("staff.item", trail=(*known.trail, found.number))
    return ask_item(known, found, *first).after(write=(TakeUp(found.number),))


def ask_item(known: Known, card: OpenCard, *first: Say) -> Turn:
    kind = "open" if card.state == "open" else "yours"
    what = say(
        f"staff_{kind}_{card.severity}",
        ticket=card.number,
        customer=card.customer or "",
        minutes=card.minutes,
    )
    return Turn(known, Keys(seconds=8), (*first, what, say(f"staff_choices_{card.state}")))


def gone(card: OpenCard) -> Say:
    return say("staff_taken", name=card.holder) if card.state == "taken" else say("staff_done")


@step
def item(known: Known, heard: Heard, desk: Desk) -> Turn:
    if heard.keys == "5":
        return tell_next(known, desk)
    card = desk.staff.at_hand()
    if card.state in {"taken", "over"}:
        return tell_next(known, desk, gone(card))
    if heard.keys == "1" and card.state in {"open", "owed"}:
        return Turn(known.to("staff.accepted"), Go(), write=(Accept(),))
    if heard.keys == "2" and card.state == "open":
        passed = tell_next(known, desk, say("staff_passed"))
        return passed.after(write=(Decline("passed"),))
    if heard.keys == "3" and known.rounds < REPEATS:
        return ask_item(known.but(rounds=known.rounds + 1), card)
    if heard.keys == "4":
        sure = say("staff_resolve", ticket=card.number)
        return Turn(known.to("staff.resolve"), Keys(seconds=8), (sure,))
    if known.misses + 1 < MISSES:
        return ask_item(known.but(misses=known.misses + 1), card)
    return ask_menu(known.to("staff.menu", trail=()))


@step
def resolve(known: Known, heard: Heard, desk: Desk) -> Turn:
    if heard.keys == "1":
        return tell_next(known, desk, say("after_resolved")).after(write=(Resolve(),))
    return tell_next(known, desk, say("staff_not_resolved"))


@step
def accepted(known: Known, _heard: Heard, desk: Desk) -> Turn:
    """We pressed 1; the desk knows whether we were first."""
    card = desk.staff.at_hand()
    if card.state == "owed":
        return Turn(known.to("technician.accepted", returns=0, trail=()), Go())
    return tell_next(known, desk, gone(card))
