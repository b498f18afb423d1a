"""The technician's side of a page in the month: who picked up and did not take it, and who did."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from callflows.turn import Dial, Heard, Keys, Known, NextLevel, Pause, Reached, Resolve, Write
from ivr.demo import pages
from ivr.demo.desk import PaperDesk
from ivr.demo.walk import Walk
from ivr.models import Direction, Place
from ivr.services.timeline import Kind

if TYPE_CHECKING:
    from ivr.demo.pages import Rung, Summons

SOLVED, NOTED = 0.45, 0.8


def _picked_up(one: "Summons", rung: "Rung") -> Walk:
    world, person = one.case.world, rung.person
    assert rung.answers_at
    desk = PaperDesk(world, rung.answers_at, person.language)
    desk.case, desk.summons, desk.waiting = one.case, one, one.caller
    contact = one.case.contact
    calls = one.caller.number if one.caller else None
    desk.number = calls or (contact.phone if contact else None)
    walk = Walk(
        world, rung.answers_at, Known("technician.start", person.language), desk,
        sid=rung.row["sid"], direction=Direction.OUTBOUND, number=rung.row["number"],
        contact_id=None, ticket_id=one.case.row,
    )  # fmt: skip
    walk.case, walk.leg, walk.by = one.case, rung.row["key"], person.name
    if one.caller:
        walk.queue_of = one.caller.call
    walk.turn(rung.answers_at)
    return walk


def not_taken(one: "Summons", rung: "Rung") -> None:
    """They pass, are too late, or it is a voicemail, which presses nothing."""
    walk = _picked_up(one, rung)
    end = rung.row["ended_at"]
    if rung.outcome == "passed":
        walk.turn(end, Heard(keys="2"))
    elif rung.outcome == "taken":
        walk.turn(end, Heard(keys="1"))
    else:
        patience = (end - walk.call["started_at"]) / 3
        for nth in range(3):
            walk.turn(walk.call["started_at"] + patience * (nth + 1))
    walk.ends(end + timedelta(seconds=1))


def taken(one: "Summons", rung: "Rung") -> None:
    """They press 1: to the caller who holds, or to one who has left; then they say what it was."""
    chance = one.case.world.chance
    walk = _picked_up(one, rung)
    walk.desk.mine = True
    at = rung.ends_at

    def perform(write: Write, now: datetime) -> None:
        if isinstance(write, Reached):
            if one.over_at is None:
                pages.talked(one, now, Kind.CALLED_BACK)
        elif isinstance(write, Resolve):
            one.case.resolve(now, rung.person.name, "keypad", walk.call)
        elif isinstance(write, NextLevel):
            raise NotImplementedError

    walk.perform = perform
    then = walk.turn(at, Heard(keys="1"))
    while isinstance(then, Pause):
        at += timedelta(seconds=4)
        then = walk.turn(at)
    if isinstance(then, Keys):  # the caller has left: 1 calls them
        at += pages.seconds(chance, 4, 9)
        then = walk.turn(at, Heard(keys="1"))
        if isinstance(then, Dial):
            at += pages.seconds(chance, 60, 400)
            then = walk.turn(at, Heard(left="bridged"))
    else:
        at = _put_through(one, at, walk)
    at = _afterwards(one, walk, at)
    walk.ends(at + timedelta(seconds=2))
    pages.hangs_up(one, rung, at + timedelta(seconds=2))


def _put_through(one: "Summons", at: datetime, walk: Walk) -> datetime:
    """The two talk, and all of it is recorded."""
    chance = one.case.world.chance
    one.joined_at = at + pages.seconds(chance, 1, 3)
    long = max(40.0, chance.lognormvariate(5.1, 0.6))
    one.talk_until = one.joined_at + timedelta(seconds=round(long, 3))
    walk.call["place"] = Place.BRIDGED
    pages.talked(one, one.joined_at, Kind.JOINED)
    walk.record(one.talk_until, walk.world.opaque("RE"), "conversation", int(long))
    walk.turn(one.talk_until, Heard(left="bridged"))
    return one.talk_until


def _afterwards(one: "Summons", walk: Walk, at: datetime) -> datetime:
    chance = one.case.world.chance
    if chance.random() < NOTED:
        at += pages.seconds(chance, 3, 6)
        walk.turn(at, Heard(keys="1"))
        long = chance.randrange(8, 30)
        at += timedelta(seconds=long + 1)
        walk.turn(at, walk.speaks(long))
    at += pages.seconds(chance, 3, 7)
    solved = chance.random() < SOLVED
    walk.turn(at, Heard(keys="2") if solved else Heard())
    return at
