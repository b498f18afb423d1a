"""The shift by keypad: a technician takes it, gives it over, or answers a colleague who asks.

take -> (which rota) -> (whose place) -> how long -> taken
give -> (which rota) -> to whom -> given: in force when the colleague agrees
What is left to no choice is not asked.
"""

from collections.abc import Callable, Sequence

from callflows.desk import Desk
from callflows.staff import ask_menu
from callflows.staff_desk import Choice
from callflows.staff_words import AnswerShift, GiveShift, TakeShift
from callflows.steps import step
from callflows.turn import MISSES, Go, Heard, Keys, Known, Say, Turn, say

A_PAGE = 8
"""As many as are read out with a key each; 9 reads on."""
HOURS = {"2": 1, "3": 4, "4": 8, "5": 12}
SEVERAL = 2


def back(known: Known, *first: Say) -> Turn:
    return ask_menu(known.to("staff.menu", trail=()), *first)


def ask_which(known: Known, choices: Sequence[Choice], *first: Say) -> Turn:
    """Read some of them out, each with its key."""
    since = known.rounds * A_PAGE
    shown = [
        say("shift_choice", name=one.name, press=press)
        for press, one in enumerate(choices[since : since + A_PAGE], 1)
    ]
    more = [say("shift_more")] if len(choices) > since + A_PAGE else []
    return Turn(known, Keys(seconds=8), (*first, *shown, *more))


Then = Callable[[Known, Desk, Choice], Turn]


def choose(known: Known, heard: Heard, desk: Desk, choices: Sequence[Choice], then: Then) -> Turn:
    """What the key stands for; after three misses the menu again."""
    since = known.rounds * A_PAGE
    shown = choices[since : since + A_PAGE]
    keyed = int(heard.keys) if heard.keys.isdecimal() else 0
    if 1 <= keyed <= len(shown):
        return then(known, desk, shown[keyed - 1])
    if heard.keys == "9" and len(choices) > since + A_PAGE:
        return ask_which(known.but(rounds=known.rounds + 1), choices)
    if known.misses + 1 < MISSES:
        return ask_which(known.but(misses=known.misses + 1), choices)
    return back(known)


# Taking it ---------------------------------------------------------------------------------------


@step
def take(known: Known, _heard: Heard, desk: Desk) -> Turn:
    rotas = desk.staff.rotas()
    if not rotas:
        return back(known, say("shift_no_rota"))
    if len(rotas) < SEVERAL:
        return whose(known, desk, rotas[0])
    return ask_which(known.to("shifts.take_where"), rotas, say("shift_which"))


@step
def take_where(known: Known, heard: Heard, desk: Desk) -> Turn:
    return choose(known, heard, desk, desk.staff.rotas(), whose)


def whose(known: Known, desk: Desk, rota: Choice) -> Turn:
    """With one on call or nobody there is no choice; where several are, one is relieved."""
    known = known.to("shifts.take_from", trail=(str(rota.id),))
    others = desk.staff.on_call(rota.id)
    if len(others) < SEVERAL:
        return ask_how_long(known, desk)
    return ask_which(known, others, say("shift_whose"))


@step
def take_from(known: Known, heard: Heard, desk: Desk) -> Turn:
    others = desk.staff.on_call(int(known.trail[0]))
    return choose(known, heard, desk, others, _in_place_of)


def _in_place_of(known: Known, desk: Desk, person: Choice) -> Turn:
    return ask_how_long(known.but(trail=(*known.trail, str(person.id))), desk)


def ask_how_long(known: Known, desk: Desk) -> Turn:
    return _how_long(known.to("shifts.take_for"), desk)


def _how_long(known: Known, desk: Desk) -> Turn:
    until = desk.staff.hand_over(int(known.trail[0]))
    first = [say("shift_to_hand_over", until=until)] if until else []
    return Turn(known, Keys(seconds=8), (*first, say("shift_hours")))


@step
def take_for(known: Known, heard: Heard, desk: Desk) -> Turn:
    rota, *person = map(int, known.trail)
    to_hand_over = heard.keys == "1" and desk.staff.hand_over(rota) is not None
    if heard.keys in HOURS or to_hand_over:
        took = TakeShift(rota, HOURS.get(heard.keys, 0), person[0] if person else None)
        return Turn(known.to("shifts.taken", trail=()), Go(), write=(took,))
    if known.misses + 1 < MISSES:
        return _how_long(known.but(misses=known.misses + 1), desk)
    return back(known, say("shift_unchanged"))


@step
def taken(known: Known, _heard: Heard, desk: Desk) -> Turn:
    """In words what was done, and until when."""
    until = desk.staff.duty().until
    return back(known, say("staff_on_call", until=until) if until else say("shift_unchanged"))


# Giving it over ----------------------------------------------------------------------------------


@step
def give(known: Known, _heard: Heard, desk: Desk) -> Turn:
    rotas = desk.staff.own_rotas()
    if not rotas:
        return back(known, say("staff_off_call"))
    if len(rotas) < SEVERAL:
        return whom(known, desk, rotas[0])
    return ask_which(known.to("shifts.give_where"), rotas, say("shift_which"))


@step
def give_where(known: Known, heard: Heard, desk: Desk) -> Turn:
    return choose(known, heard, desk, desk.staff.own_rotas(), whom)


def whom(known: Known, desk: Desk, rota: Choice) -> Turn:
    colleagues = desk.staff.colleagues(rota.id)
    if not colleagues:
        return back(known, say("shift_nobody_else"))
    known = known.to("shifts.give_to", trail=(str(rota.id),))
    return ask_which(known, colleagues, say("shift_to_whom", until=desk.staff.gives_until(rota.id)))


@step
def give_to(known: Known, heard: Heard, desk: Desk) -> Turn:
    return choose(known, heard, desk, desk.staff.colleagues(int(known.trail[0])), _ask)


def _ask(known: Known, _desk: Desk, person: Choice) -> Turn:
    asked = GiveShift(int(known.trail[0]), person.id)
    return back(known, say("shift_asked", name=person.name)).after(write=(asked,))


# A colleague asks --------------------------------------------------------------------------------


@step
def asks(known: Known, _heard: Heard, desk: Desk) -> Turn:
    """Before the menu, once: whoever presses neither key may still answer by text."""
    card = desk.staff.asked()
    if card is None:
        return back(known)
    asked = say("shift_asks", name=card.by, rota=card.rota, until=card.until)
    return Turn(known.to("shifts.answer", trail=(str(card.id),)), Keys(seconds=8), (asked,))


@step
def answer(known: Known, heard: Heard, _desk: Desk) -> Turn:
    override = int(known.trail[0])
    if heard.keys == "1":
        return Turn(known.to("shifts.taken"), Go(), write=(AnswerShift(override, agreed=True),))
    if heard.keys == "2":
        refused = (AnswerShift(override, agreed=False),)
        return back(known, say("shift_refused")).after(write=refused)
    return back(known)
