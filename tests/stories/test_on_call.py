"""On call: scenarios 15 and 26. It is three in the morning in Toronto when a story begins."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Message, Technician
from ivr.services.on_call import overrides, rotas
from tests.stories.line import NIGHT, WORLD, Line

MINUTE = timedelta(minutes=1)
TURNS = {
    "name": "Turns",
    "starts": "2026-11-23T03:05",  # Bo's turn ends five minutes after the story begins
    "unit": "days",
    "people": ["bo@2n5.example", "di@2n5.example"],
}


@pytest.fixture
def turns(line: Line) -> Line:
    """Bo and Di are on call by turns; Cy answers for the rota, and wishes to be texted."""
    set_up(line, [TURNS])
    return line


def set_up(line: Line, layers: list[dict[str, Any]]) -> None:
    level = {"name": "Level 1", "owner": "cy@2n5.example", "layers": layers}
    line.world(rotas=[level], on_call={"level_2": ["cy@2n5.example"]}, staff=verified(line))
    line.passes(1)


def verified(line: Line) -> Any:
    """Nothing but what the story is about is to be wrong."""
    with transaction() as db:
        for one in db.scalars(select(Technician)):
            for phone in one.phones:
                phone.verified_at = clock.now()
    return WORLD["staff"]


def mails(to: str = "") -> list[tuple[str, str, datetime]]:
    """About who is on call: to whom, what, when."""
    with reading() as db:
        written = select(Message).where(Message.key.like("rota-%")).order_by(Message.id)
        found = [(one.to, one.body.splitlines()[0], one.written_at) for one in db.scalars(written)]
    return [one for one in found if to in one[0]]


def who_is_rung(line: Line) -> set[str]:
    before = len(line.rings())
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press("4411#")
    line.passes(2)
    ana.press("1")
    line.passes(2)
    rung = set(line.rings()[before:])
    ana.hang_up()
    line.technician("Cy Roy").text("RESOLVE 4411")
    line.passes(40)
    return rung


def test_at_the_hand_over_the_other_phone_rings_and_both_are_told_once(turns: Line) -> None:
    assert mails() == [], "who is on call knows it, and nothing is wrong"
    assert who_is_rung(turns) == {"Bo Chan"}
    turns.passes((NIGHT + 5 * MINUTE - clock.now()).total_seconds() - 1)
    assert mails() == []
    turns.passes(2)
    (bo, off, at), (di, on, _) = mails()
    assert (bo, di, at) == ("bo@2n5.example", "di@2n5.example", NIGHT + 5 * MINUTE)
    assert off.startswith("You are no longer on call for Level 1: Di Wu took over.")
    assert on.startswith("You are on call for Level 1 until Wed 25 Nov 2026, 03:05.")
    assert who_is_rung(turns) == {"Di Wu"}
    turns.passes(3600)
    assert len(mails()) == 2


def test_an_override_begins_and_ends_to_the_second(turns: Line) -> None:
    begins = NIGHT + timedelta(minutes=1, seconds=17)
    ends = begins + timedelta(minutes=1, seconds=29)
    with transaction() as db:
        people = {one.name: one for one in db.scalars(select(Technician))}
        people["Di Wu"].hand_over = "text"
        rota = rotas.named(db, "Level 1")
        bo, di = people["Bo Chan"], people["Di Wu"]
        overrides.put(db, clock.now(), rota, di, bo, begins, ends, di)
    turns.passes((ends - clock.now()).total_seconds() - 62)
    assert who_is_rung(turns) == {"Di Wu"}
    turns.passes((ends - clock.now()).total_seconds() + 1)
    assert who_is_rung(turns) == {"Bo Chan"}
    assert [at for _, _, at in mails("+1")] == [begins, ends]
    assert [at for _, _, at in mails("bo@")] == [begins, ends]
    texts = [one for one in turns.technician("Di Wu").texts if "on call" in str(one)]
    assert len(texts) == 2


def test_a_gap_is_a_warning_beforehand_and_then_the_next_level_rings_at_once(line: Line) -> None:
    short = TURNS | {"hours": [{"days": [0, 1, 2, 3, 4, 5, 6], "from": "04:00", "until": "03:10"}]}
    set_up(line, [short])
    (told,) = mails()
    assert told[0] == "cy@2n5.example"
    with reading() as db:
        words = db.scalars(select(Message.body).where(Message.key.like("%-problems-%"))).one()
    assert (
        "Level 1: nobody is on call from Tue 24 Nov 2026, 03:10 until Tue 24 Nov 2026, 04:00."
        in words
    )
    assert "and 4 more" in words, "of a fortnight"
    line.passes((NIGHT + 11 * MINUTE - clock.now()).total_seconds())
    assert who_is_rung(line) == {"Cy Roy"}
    assert "level-empty" in line.kinds(), "and the ticket says why"
    line.passes((NIGHT + 61 * MINUTE - clock.now()).total_seconds())
    assert who_is_rung(line) == {"Di Wu"}
    assert len(mails("cy@")) == 1, "once a day"
