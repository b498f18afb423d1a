"""The technician's side of a page in the month: who picked up and did not take it, and who did."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from callflows.turn import (
    Dial,
    Heard,
    Keys,
    Known,
    Missed,
    NextLevel,
    Pause,
    Reached,
    Resolve,
    Write,
)
from ivr.demo import owing, pages
from ivr.demo.desk import PaperDesk
from ivr.demo.rings import seconds
from ivr.demo.walk import Walk
from ivr.models import Direction, Place
from ivr.services.tickets.timeline import Kind

if TYPE_CHECKING:
    from ivr.demo.pages import Summons
    from ivr.demo.rings import Rung
    from ivr.demo.rows import Row
    from ivr.models import Technician

ASKED = "callback.choose"
SOLVED, NOTED = 0.45, 0.8


def desk_of(one: "Summons", at: datetime, person: "Technician") -> PaperDesk:
    """What the technician's side of a page may look up."""
    desk = PaperDesk(one.case.world, at, person.language)
    desk.case, desk.summons, desk.waiting = one.case, one, one.caller
    contact = one.case.contact
    calls = one.caller.number if one.caller else None
    desk.number = calls or (contact.phone if contact else None)
    return desk


def picks_up(one: "Summons", leg: "Row", person: "Technician", at: datetime) -> Walk:
    walk = Walk(
        one.case.world, at, Known("technician.start", person.language), desk_of(one, at, person),
        sid=leg["sid"], direction=Direction.OUTBOUND, number=leg["number"], contact_id=None,
        ticket_id=one.case.row,
    )  # fmt: skip
    walk.case, walk.leg, walk.by = one.case, leg["key"], person.name
    if one.caller:
        walk.queue_of = one.caller.call
    return walk


def _picked_up(one: "Summons", rung: "Rung") -> Walk:
    assert rung.answers_at
    walk = picks_up(one, rung.row, rung.person, rung.answers_at)
    walk.turn(rung.answers_at)
    return walk


def not_taken(one: "Summons", rung: "Rung") -> None:
    """They pass, are too late, hang up, or it is a voicemail, which presses nothing."""
    walk = _picked_up(one, rung)
    end = rung.row["ended_at"]
    if rung.outcome == "passed":
        walk.turn(end, Heard(keys="2"))
    elif rung.outcome == "taken":
        walk.turn(end, Heard(keys="1"))
    elif rung.outcome == "unaccepted":
        patience = (end - walk.call["started_at"]) / 3
        for nth in range(3):
            walk.turn(walk.call["started_at"] + patience * (nth + 1))
    walk.ends(end + timedelta(seconds=1))


def taken(one: "Summons", rung: "Rung") -> None:
    """They press 1: to the caller who holds, or to one who has left; then they say what it was."""
    walk = _picked_up(one, rung)
    walk.desk.mine = True
    at = rung.ends_at
    done = Done(one, walk)
    then = walk.turn(at, Heard(keys="1"))
    while isinstance(then, Pause):
        at += timedelta(seconds=4)
        then = walk.turn(at)
    if not isinstance(then, Keys):
        at = afterwards(one, walk, _put_through(one, at, walk))
    else:  # the caller has left: 1 calls them
        at = _calls_or_owes(one, walk, at)
    at += timedelta(seconds=2)
    walk.ends(at)
    pages.hangs_up(one, rung, at)
    if one.over_at is None:
        owing.owes(one, at, done.missed or "technician hung up")
    elif done.handed_on:
        pages.summon(one.case, at, None, None, one.row["level"] + 1)


class Done:
    """What the turns of a technician's own call write down."""

    def __init__(self, one: "Summons", walk: Walk) -> None:
        self.one, self.walk = one, walk
        self.missed, self.handed_on = "", False
        walk.perform = self.perform

    def perform(self, write: Write, now: datetime) -> None:
        case = self.one.case
        if isinstance(write, Reached):
            if self.one.over_at is None:
                pages.talked(self.one, now, Kind.CALLED_BACK)
        elif isinstance(write, Resolve):
            case.resolve(now, str(self.walk.by), "keypad", self.walk.call)
        elif isinstance(write, Missed):
            self.missed = write.why
        elif isinstance(write, NextLevel):
            case.tell(Kind.NEXT_LEVEL, now, self.walk.call)
            self.handed_on = True


def _calls_or_owes(one: "Summons", walk: Walk, at: datetime) -> datetime:
    world = one.case.world
    if walk.known.at != ASKED:  # there is no number that could be called
        return afterwards(one, walk, at)
    at += seconds(world.chance, 4, 9)
    if world.now_and_then("hung up when told that the caller has left", 16):
        return at
    if world.now_and_then("calls back later", 10):
        walk.turn(at, Heard(keys="2"))
        return at
    if world.now_and_then("does not reach the customer at once", 9):
        walk.turn(at, Heard(keys="1"))
        at += seconds(world.chance, 20, 30)
        walk.turn(at, Heard(left="no-answer"))
        at += seconds(world.chance, 3, 6)
    at = calls_the_customer(one, walk, at)
    return afterwards(one, walk, at)


def calls_the_customer(one: "Summons", walk: Walk, at: datetime) -> datetime:
    """Who hears that the caller has left presses 1, and they talk."""
    then = walk.turn(at, Heard(keys="1"))
    if isinstance(then, Dial):
        at += seconds(one.case.world.chance, 60, 400)
        walk.turn(at, Heard(left="bridged"))
    return at


def _put_through(one: "Summons", at: datetime, walk: Walk) -> datetime:
    """The two talk, and all of it is recorded."""
    chance = one.case.world.chance
    one.joined_at = at + seconds(chance, 1, 3)
    long = max(40.0, chance.lognormvariate(5.1, 0.6))
    long = 5.0 if one.case.canary else long
    one.talk_until = one.joined_at + timedelta(seconds=round(long, 3))
    walk.call["place"] = Place.BRIDGED
    pages.talked(one, one.joined_at, Kind.JOINED)
    walk.record(one.talk_until, walk.world.opaque("RE"), "conversation", int(long))
    walk.turn(one.talk_until, Heard(left="bridged"))
    return one.talk_until


def afterwards(one: "Summons", walk: Walk, at: datetime) -> datetime:
    """A note, and whether it is solved, or goes on to the next level."""
    world, chance = one.case.world, one.case.world.chance
    if one.case.canary or chance.random() < NOTED:
        at += seconds(chance, 3, 6)
        walk.turn(at, Heard(keys="1"))
        long = chance.randrange(8, 30)
        at += timedelta(seconds=long + 1)
        walk.turn(at, walk.speaks(long))
    at += seconds(chance, 3, 7)
    key = "2" if chance.random() < SOLVED else ""
    if not key and world.now_and_then("next level", 20):
        key = "3"
    walk.turn(at, Heard(keys="" if one.case.canary else key))
    return at
