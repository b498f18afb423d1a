"""Reaching a technician: scenarios 11 to 20."""

from typing import Any

import pytest

from tests.stories.line import Line


@pytest.fixture
def held(line: Line) -> Any:
    """Ana, holding on a critical ticket, while the first level rings."""
    return hold(line)


def hold(line: Line, keys: str = "4411#") -> Any:
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press(keys)
    line.passes(2)
    ana.press("1")
    line.passes(2)
    assert line.technician("Bo Chan").ringing
    return ana


def page(line: Line) -> dict[str, Any]:
    pages: list[dict[str, Any]] = line.ticket()["pages"]
    return pages[-1]


def test_whoever_presses_1_is_bridged_and_every_other_phone_stops(line: Line, held: Any) -> None:
    bo, di = line.technician("Bo Chan"), line.technician("Di Wu")
    bo.answer()
    line.passes(3)
    bo.press("1")
    line.passes(2)
    assert not di.ringing
    line.passes(8)
    assert held.talking_to
    assert bo.talking_to
    assert page(line)["accepted_by"] == "Bo Chan"
    assert page(line)["state"] == "accepted"
    line.passes(300)
    assert set(line.rings()) == {"Bo Chan", "Di Wu"}


def test_who_has_picked_up_but_is_second_hears_who_has_it(line: Line, held: Any) -> None:
    bo, di = line.technician("Bo Chan"), line.technician("Di Wu")
    bo.answer()
    di.answer()
    line.passes(3)
    bo.press("1")
    line.passes(6)
    assert any("Bo Chan" in one for one in di.said)
    line.passes(15)
    assert not di.in_call


def test_voicemail_is_not_an_answer_and_the_next_person_rings(line: Line) -> None:
    line.world(on_call={"level_1": ["bo@2n5.example"], "level_2": ["cy@2n5.example"]})
    line.technician("Bo Chan").habit = "voicemail"
    hold(line)
    line.until(lambda: line.technician("Cy Roy").ringing, within=90)
    assert page(line)["accepted_by"] is None


@pytest.mark.parametrize(
    ("habit", "outcome"),
    [("busy", "busy"), ("invalid", "failed")],
)
def test_who_cannot_be_rung_is_passed_at_once(line: Line, habit: str, outcome: str) -> None:
    line.world(on_call={"level_1": ["bo@2n5.example"], "level_2": ["cy@2n5.example"]})
    line.technician("Bo Chan").habit = habit
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press("4411#")
    line.passes(2)
    ana.press("1")
    line.passes(4)
    assert line.technician("Cy Roy").ringing
    rang = [entry for entry in line.ticket()["entries"] if entry["kind"] == "rang"]
    assert rang[0]["data"]["outcome"] == outcome


def test_a_technician_who_rejects_or_passes_makes_room_for_the_next(line: Line) -> None:
    line.world(on_call={"level_1": ["bo@2n5.example"], "level_2": ["cy@2n5.example"]})
    hold(line)
    line.technician("Bo Chan").answer()
    line.passes(2)
    line.technician("Bo Chan").press("2")
    line.passes(4)
    assert line.technician("Cy Roy").ringing


def test_two_who_press_1_in_the_same_instant_are_one_bridge(line: Line, held: Any) -> None:
    bo, di = line.technician("Bo Chan"), line.technician("Di Wu")
    bo.answer()
    di.answer()
    line.passes(2)
    bo.press("1")
    di.press("1")
    line.passes(10)
    assert sorted([bool(bo.talking_to), bool(di.talking_to)]) == [False, True]
    winner, loser = (bo, di) if bo.talking_to else (di, bo)
    assert any(page(line)["accepted_by"] in one for one in loser.said)
    assert winner.in_call


def test_with_nobody_on_call_at_level_1_level_2_rings_at_once_and_it_says_why(line: Line) -> None:
    line.world(on_call={"level_1": [], "level_2": ["cy@2n5.example"]})
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press("4411#")
    line.passes(2)
    ana.press("1")
    line.passes(2)
    assert line.technician("Cy Roy").ringing
    assert "level-empty" in line.kinds()


def test_nobody_accepts_a_message_is_kept_and_levels_2_and_3_follow(line: Line, held: Any) -> None:
    line.passes(20)
    held.press("3")
    line.until(lambda: held.expects == "speech", within=30)
    held.speak("Please hurry")
    line.passes(30)
    assert not held.in_call
    line.passes(240)
    ticket = line.ticket()
    assert any(one["transcript"] == "Please hurry" for one in ticket["recordings"])
    assert "Cy Roy" in line.rings()
    assert [one["to"] for one in ticket["messages"] if one["channel"] == "mail"] == [
        "escalation@2n5.example"
    ]


def test_the_caller_hangs_up_and_whoever_accepts_calls_back(line: Line, held: Any) -> None:
    held.hang_up()
    line.passes(3)
    bo = line.technician("Bo Chan")
    assert bo.ringing
    bo.answer()
    line.passes(3)
    bo.press("1")
    line.passes(8)
    assert any("call" in one.lower() for one in bo.said)
    bo.press("1")
    line.passes(5)
    assert held.ringing
    held.answer()
    line.passes(8)
    assert bo.talking_to
    ring = [event for event in line.exchange.log if event.kind == "ring"][-1]
    assert ring.detail["from"] == "+18005550100"
    rung = line.rings()
    line.passes(600)
    assert bo.talking_to, "however long they talk"
    assert line.rings() == rung, "nobody else is rung meanwhile"
    bo.hang_up()
    line.passes(5)
    assert page(line)["state"] == "accepted"


def test_a_caller_who_asks_for_a_call_back_is_called_back(line: Line, held: Any) -> None:
    line.passes(10)
    held.press("2")
    line.passes(15)
    assert not held.in_call
    bo = line.technician("Bo Chan")
    line.until(lambda: bo.ringing, within=60)
    bo.answer()
    line.passes(3)
    bo.press("1")
    line.passes(8)
    bo.press("1")
    line.passes(6)
    assert held.ringing


def test_a_technician_who_hangs_up_right_after_1_leaves_the_page_open(line: Line) -> None:
    line.world(on_call={"level_1": ["bo@2n5.example"], "level_2": ["cy@2n5.example"]})
    hold(line)
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(2)
    bo.press("1")
    bo.hang_up()
    line.until(lambda: bo.ringing or line.technician("Cy Roy").ringing, within=70)
    assert page(line)["state"] == "open"


def test_an_acceptor_who_owes_a_call_back_is_rung_again_after_the_deadline(
    line: Line, held: Any
) -> None:
    held.hang_up()
    line.passes(2)
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(2)
    bo.press("1")
    line.passes(8)
    bo.hang_up()
    line.passes(5)
    assert page(line)["state"] == "owed"
    before = len(line.rings())
    line.passes(310)
    assert len(line.rings()) > before
    assert page(line)["state"] == "open"


def test_after_the_call_the_technician_dictates_a_note_and_resolves(line: Line, held: Any) -> None:
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(2)
    bo.press("1")
    line.passes(60)
    held.hang_up()
    line.passes(6)
    bo.press("1")
    line.until(lambda: bo.expects == "speech", within=30)
    bo.speak("Restarted the trunk")
    line.passes(12)
    bo.press("2")
    line.passes(12)
    ticket = line.ticket()
    assert ticket["status"] == "resolved"
    kinds = {one["kind"] for one in ticket["recordings"]}
    assert kinds == {"conversation", "note"}
    notes = [one["data"]["text"] for one in ticket["entries"] if one["kind"] == "note"]
    assert notes == ["Restarted the trunk"]
    assert all(one["state"] == "stored" and one["sha256"] for one in ticket["recordings"])


def test_the_next_level_by_keypad_rings_the_senior(line: Line, held: Any) -> None:
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(2)
    bo.press("1")
    line.passes(30)
    held.hang_up()
    line.passes(5)
    bo.press("3")
    line.passes(5)
    assert line.technician("Cy Roy").ringing


def test_a_technician_accepts_passes_and_resolves_by_text(line: Line, held: Any) -> None:
    bo, di = line.technician("Bo Chan"), line.technician("Di Wu")
    assert any("4411" in one for one in bo.texts)
    di.text("PASS 4411")
    line.passes(2)
    assert not di.ringing
    bo.text("ACCEPT 4411")
    line.passes(2)
    assert page(line)["accepted_by"] == "Bo Chan"
    bo.answer()
    line.passes(4)
    bo.press("1")
    line.until(lambda: bo.talking_to)
    bo.text("RESOLVE 4411")
    line.passes(2)
    assert line.ticket()["status"] == "resolved"


def test_a_text_of_an_unknown_sender_changes_nothing(line: Line, held: Any) -> None:
    line.customer("+15145550199", "Nobody").text("ACCEPT 4411")
    line.passes(2)
    assert page(line)["accepted_by"] is None
    assert line.technician("Bo Chan").ringing


def test_who_accepts_late_stops_the_phones_of_the_level_above(line: Line, held: Any) -> None:
    line.passes(58)
    bo, cy = line.technician("Bo Chan"), line.technician("Cy Roy")
    line.until(lambda: cy.ringing, within=10)
    bo.text("ACCEPT 4411")
    line.passes(3)
    assert not cy.ringing
    assert page(line)["accepted_by"] == "Bo Chan"
