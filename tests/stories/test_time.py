"""Time: scenarios 21 to 25."""

from datetime import datetime, timedelta
from typing import Any

from ivr import clock
from ivr.database import when_hurried
from ivr.services import due
from tests.stories.line import WORLD, Line
from tests.stories.test_reaching_a_technician import hold, page


def moments(line: Line, kind: str) -> list[datetime]:
    return [
        datetime.fromisoformat(entry["at"])
        for entry in line.ticket()["entries"]
        if entry["kind"] == kind
    ]


def test_each_level_follows_after_its_delay_once_and_none_early(line: Line) -> None:
    hold(line).hang_up()
    opened = moments(line, "paged")[0]
    line.passes(400)
    escalated = [(at - opened).total_seconds() for at in moments(line, "escalated")]
    assert [round(seconds) for seconds in escalated] == [60, 180]
    assert all(seconds >= level for seconds, level in zip(escalated, (60, 180), strict=True))
    mails = [one for one in line.ticket()["messages"] if one["channel"] == "mail"]
    assert len(mails) == 1


def test_the_last_level_goes_on_alarming_until_a_human_closes_it(line: Line) -> None:
    hold(line).hang_up()
    line.passes(180 + 2 * 300 + 30)
    assert line.mails() == ["escalation@2n5.example"] * 3
    line.technician("Bo Chan").text("RESOLVE 4411")
    line.passes(700)
    assert line.mails() == [*["escalation@2n5.example"] * 3, "ana@acme.example"]


def test_a_task_delivered_twice_makes_one_call(line: Line) -> None:
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press("4411#")
    line.passes(2)
    ana.press("1")
    line.exchange.settle()
    page_id = page(line)["id"]
    legs = due.attend("page", page_id, line.carrier)
    for _ in range(3):
        due.attend("page", page_id, line.carrier)
        for leg in legs:
            due.attend("leg", leg, line.carrier)
    line.passes(2)
    assert sorted(line.rings()) == ["Bo Chan", "Di Wu"]


def test_a_policy_edited_while_a_page_runs_does_not_change_that_page(line: Line) -> None:
    hold(line).hang_up()
    opened = moments(line, "paged")[0]
    slower: dict[str, Any] = {
        "levels": [one | {"escalate_after": 600} for one in WORLD["policy"]["levels"][:2]]
        + WORLD["policy"]["levels"][2:]
    }
    line.world(policy=slower, on_call={"level_1": ["di@2n5.example"], "level_2": []})
    line.passes(70)
    assert round((moments(line, "escalated")[0] - opened).total_seconds()) == 60
    assert "Cy Roy" in line.rings()


def test_after_an_acknowledgement_nobody_is_paged_and_a_reopened_ticket_starts_over(
    line: Line,
) -> None:
    ana = hold(line)
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(2)
    bo.press("1")
    line.passes(20)
    ana.hang_up()
    line.passes(5)
    bo.press("2")
    line.passes(600)
    assert set(line.rings()) == {"Bo Chan", "Di Wu"}
    assert line.ticket()["status"] == "resolved"
    hold(line)
    assert line.ticket()["status"] != "resolved"
    assert line.technician("Di Wu").ringing
    assert len(line.ticket()["pages"]) == 2


def test_with_no_worker_at_all_the_held_caller_moves_the_page_on(line: Line) -> None:
    """Only the web process lives: the caller's own hold turns make the phones ring."""
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press("4411#")
    line.passes(2)
    ana.press("1")
    when_hurried(line.attend_all)
    start = clock.now()
    while not line.rings() and clock.now() - start < timedelta(seconds=60):
        line.exchange.advance(1)
    when_hurried(None)
    assert line.rings()
