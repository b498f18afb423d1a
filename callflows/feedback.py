"""Feedback by keypad: how we did, asked of a caller whose problem is solved.

offer -> score -> good: goodbye
               -> poor: sorry -> 1 still needs help: holding
Who has talked to a technician comes here from holding. It ends as it began, with somebody who can
be rung: a 1 may have been meant for the question before.
"""

from callflows.customer import goodbye
from callflows.desk import Desk
from callflows.holding import ring_again
from callflows.steps import step
from callflows.turn import MISSES, End, Heard, Keys, Known, Rate, Say, Turn, say

SOLVED = ("resolved", "closed")
SCORES = {str(score): score for score in range(1, 6)}
POOR = 2
"""From here down the caller is asked whether they still need help."""


@step
def offer(known: Known, _heard: Heard, desk: Desk) -> Turn:
    own = desk.own_ticket()
    if own is None or own.status not in SOLVED or not desk.feedback_due():
        return goodbye(known)
    return ask(known.to("feedback.score"))


def ask(known: Known, *first: Say) -> Turn:
    return Turn(known, Keys(seconds=8), (*first, say("ask_feedback")))


@step
def score(known: Known, heard: Heard, _desk: Desk) -> Turn:
    given = SCORES.get(heard.keys)
    if given and given <= POOR:
        return sorry_for(known.to("feedback.sorry")).after(write=(Rate(given),))
    if given:
        thanks = (say("feedback_thanks"),)
        return Turn(known.to("customer.over"), End(), thanks, (Rate(given),))
    if heard.keys == "#" and not known.strays:
        return ask(known.but(strays=1))
    if heard.keys and known.misses + 1 < MISSES:
        return ask(known.but(misses=known.misses + 1), say("not_understood"))
    return goodbye(known)


def sorry_for(known: Known) -> Turn:
    return Turn(known, Keys(seconds=8), (say("feedback_sorry"),))


@step
def sorry(known: Known, heard: Heard, desk: Desk) -> Turn:
    if heard.keys == "1":
        return ring_again(known, desk)
    if heard.keys == "#" and not known.strays:
        return sorry_for(known.but(strays=1))
    return goodbye(known)
