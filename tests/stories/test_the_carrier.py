"""The carrier misbehaves: scenarios 29 to 33."""

from typing import Any

import pytest

from ivr.database import reading
from ivr.models import Leg
from tests.stories.line import Line
from tests.stories.test_reaching_a_technician import hold, page


def dial_critical(line: Line) -> Any:
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press("4411#")
    line.passes(2)
    ana.press("1")
    return ana


def test_callbacks_that_come_twice_and_in_any_order_change_nothing(line: Line) -> None:
    line.exchange.faults.duplicate_callbacks = True
    line.exchange.faults.reorder_callbacks = True
    hold(line)
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(2)
    bo.press("1")
    line.passes(10)
    assert page(line)["accepted_by"] == "Bo Chan"
    assert line.kinds().count("accepted") == 1
    assert sorted(line.rings()) == ["Bo Chan", "Di Wu"]


@pytest.mark.parametrize("fault", ["rest_429", "rest_500_before", "rest_500_after", "rest_cut"])
def test_a_carrier_that_refuses_or_breaks_still_rings_every_technician(
    line: Line, fault: str
) -> None:
    setattr(line.exchange.faults, fault, 2)
    dial_critical(line)
    line.until(lambda: set(line.rings()) == {"Bo Chan", "Di Wu"}, within=40)
    line.passes(10)
    assert line.rings().count("Bo Chan") <= 2


def test_lost_callbacks_are_found_out_by_asking(line: Line) -> None:
    line.exchange.faults.drop_callbacks = True
    hold(line)
    line.passes(90)
    with reading() as db:
        outcomes = {leg.outcome for leg in db.query(Leg).filter(Leg.level == 1)}
    assert outcomes == {"no-answer"}
    assert "Cy Roy" in line.rings()


def test_markup_in_a_title_or_a_name_never_breaks_a_call(line: Line) -> None:
    nasty = 'A & B <script> "q" \x07 \ufffe end'
    line.world(
        customers=[
            {
                "name": "Acme & <Sons>",
                "contacts": [{"name": "Ana", "phone": "+15145550100", "email": "ana@acme.example"}],
            }
        ],
        tickets=[
            {"number": "777", "customer": "Acme & <Sons>", "title": nasty[:12], "severity": "major"}
        ],
    )
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press("777#")
    line.passes(2)
    ana.press("1")
    line.passes(3)
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(3)
    bo.press("1")
    line.passes(10)
    assert bo.talking_to
