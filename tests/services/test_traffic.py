"""How often each way of the flows was gone: counted from the turns, through steps that ask for
nothing, to where a call ended; the last week only, and no more than can be counted at once.
"""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from callflows import walk
from ivr.console import tongue
from ivr.models import Call, Direction, TakenTurn
from ivr.services.settings import traffic
from tests.console.colleague import Colleague
from tests.portal.browser import words
from tests.services.people import NOW
from tests.stories.line import Line

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def call(db: Session, *steps: tuple[str, str], days: float = 1.0) -> None:
    """A call of some time ago: its steps, each with how the answer waits."""
    at = NOW - timedelta(days=days)
    row = Call(
        sid=f"CA{at.timestamp()}{steps}", direction=Direction.INBOUND, number="+15145550142",
        known={}, status="completed", started_at=at,
    )  # fmt: skip
    db.add(row)
    db.flush()
    for number, (step, then) in enumerate(steps):
        answer = {"then": [then, {}]}
        db.add(
            TakenTurn(
                call_id=row.id,
                number=number,
                step=step,
                heard={},
                answer=answer,
                at=at,
            )
        )


def test_ways_are_counted_through_to_where_a_call_ended(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert traffic.lately(db, NOW) == traffic.Traffic({}, 0, True), "before the first call"
    begun = (("customer.welcome", "Keys"), ("customer.ticket", "Keys"))
    call(
        db,
        *begun,
        ("customer.severity", "Hold"),
        ("holding.wait", "Hold"),
        ("holding.wait", "Hold"),
    )
    call(db, *begun, ("customer.ticket", "Keys"), ("customer.menu", "End"))
    call(db, *begun, days=8)
    db.flush()
    found = traffic.lately(db, NOW)
    assert (found.turns, found.whole) == (9, True)
    gone = found.ways
    assert gone["customer.welcome", "customer.ticket"] == 2
    assert gone["customer.ticket", "customer.ticket"] == 1
    assert gone["customer.ticket", "customer.severity"] == 1
    assert gone["holding.start", "holding.wait"] == 1, "through a step that asks for nothing"
    assert gone["holding.wait", "holding.wait"] == 1
    assert gone["customer.menu", "customer.over"] == 1
    drawn = {(way.begin, way.end) for flow in traffic.flows().values() for way in flow.ways}
    assert set(gone) <= drawn
    monkeypatch.setattr(traffic, "MOST", 4)
    assert not traffic.lately(db, NOW).whole


@on_sqlite
def test_a_call_is_seen_on_the_drawing(line: Line) -> None:
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press("0#")
    line.passes(3)
    line.passes(60)
    page = words(Colleague().get("/settings/flows/customer"))
    assert "The call comes in → Ticket number: 1" in page
    for flow in traffic.flows().values():
        answer = Colleague().get(f"/settings/flows/{flow.name}")
        assert answer.status_code == 200
        assert answer.text.count("<marker") == 1


def test_everything_that_is_heard_has_a_word() -> None:
    heard = {one for flow in traffic.flows().values() for way in flow.ways for one in way.heard}
    for one in heard - set("0123456789*#"):
        assert tongue.is_known(f"settings.heard_{one.replace(' ', '_').lower()}"), one


def test_however_somebody_went_away_it_is_told_in_words() -> None:
    for way in (*walk.AWAY, "missed", "leave"):
        assert tongue.is_known(f"call.left_{way}"), way
