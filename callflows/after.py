"""After the conversation: the technician dictates a note, resolves, or hands to the next level."""

from callflows.customer import kept
from callflows.desk import Desk
from callflows.steps import step
from callflows.turn import End, Heard, Keys, Known, NextLevel, Record, Resolve, Say, Turn, say

MENUS = 5


def ask(known: Known, *first: Say) -> Turn:
    return Turn(known, Keys(seconds=8), (*first, say("after_choices")))


@step
def menu(known: Known, heard: Heard, _desk: Desk) -> Turn:
    if heard.keys == "1":
        noting = known.to("after.note", returns=known.returns + 1)
        return Turn(noting, Record("note"), (say("dictate"),))
    if heard.keys == "2":
        return done(known, say("after_resolved")).after(write=(Resolve(),))
    if heard.keys == "3":
        return done(known, say("after_next_level")).after(write=(NextLevel(),))
    if heard.keys and known.rounds < 1:  # a wrong key, or a late #
        return ask(known.but(rounds=1))
    return done(known)


@step
def note(known: Known, heard: Heard, _desk: Desk) -> Turn:
    written = kept(heard, "note")
    thanks = say("note_kept") if written else say("note_empty")
    if known.returns >= MENUS:
        return done(known, thanks).after(write=written)
    return ask(known.to("after.menu"), thanks).after(write=written)


def done(known: Known, *first: Say) -> Turn:
    return Turn(known.to("technician.over"), End(), (*first, say("after_done")))
