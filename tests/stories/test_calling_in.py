"""Calling in: scenarios 1 to 6, 8 to 10."""

import pytest

from ivr.settings import settings
from tests.stories.line import Line


def test_a_critical_call_on_a_ticket_rings_the_first_level_within_seconds(line: Line) -> None:
    ana = line.customer()
    sid = ana.dial()
    line.passes(3)
    ana.press("4411#")
    line.passes(2)
    ana.press("1")
    line.passes(2)
    assert line.technician("Bo Chan").ringing
    assert line.technician("Di Wu").ringing
    assert not line.technician("Cy Roy").ringing
    ticket = line.ticket()
    assert ticket["severity"] == "critical"
    assert [call["sid"] for call in ticket["calls"]] == [sid]
    assert [turn["heard"].get("keys") for turn in ticket["calls"][0]["turns"]][:3] == [
        None,
        "4411",
        "1",
    ]


def test_three_wrong_numbers_open_a_new_ticket_and_never_hang_up(line: Line) -> None:
    ana = line.customer()
    ana.dial()
    for wrong in ("9999#", "12345678901234567890#", "4*2#"):
        line.passes(3)
        ana.press(wrong)
    line.passes(3)
    assert ana.in_call
    ana.press("1")
    line.passes(3)
    assert line.technician("Bo Chan").ringing
    assert ana.in_call


def test_a_caller_who_never_presses_anything_is_put_to_somebody(line: Line) -> None:
    ana = line.customer()
    ana.dial()
    line.until(lambda: line.technician("Bo Chan").ringing, within=180)


@pytest.mark.parametrize("noise", ["*#", "#", "**##*", "12345678901234567890#", "7"])
def test_noise_is_asked_again_a_bounded_number_of_times_and_then_helped(
    line: Line, noise: str
) -> None:
    ana = line.customer()
    ana.dial()
    for _ in range(8):
        line.passes(4)
        ana.press(noise)
    line.until(line.rings, within=240)


def test_leading_zeros_are_ignored_and_a_star_in_a_number_finds_nothing(line: Line) -> None:
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press("4*2#")
    line.passes(2)
    ana.press("0042#")
    line.passes(2)
    ana.press("3")
    line.passes(4)
    assert line.ticket("42")["calls"]


def test_a_hash_after_the_last_digit_is_not_the_next_answer(line: Line) -> None:
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press("4411#")
    line.passes(2)
    ana.press("1#")
    line.passes(4)
    assert line.ticket()["severity"] == "critical"
    assert ana.in_call
    line.technician("Bo Chan").answer()
    line.passes(2)
    line.technician("Bo Chan").press("1#")
    line.passes(10)
    assert ana.talking_to
    assert line.ticket()["pages"][0]["accepted_by"] == "Bo Chan"


def test_silence_at_the_severity_is_critical(line: Line) -> None:
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press("4411#")
    line.until(lambda: line.technician("Bo Chan").ringing, within=60)
    assert line.ticket()["severity"] == "critical"


def test_minor_at_night_wakes_nobody_and_tells_when_an_answer_is_due(line: Line) -> None:
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press("42#")
    line.passes(2)
    ana.press("3")
    line.passes(120)
    assert line.rings() == []
    said = " ".join(ana.said)
    assert "critical" in said.lower()
    assert "a.m." in said or "p.m." in said
    assert line.technician("Bo Chan").texts == []


def test_a_caller_without_a_ticket_gets_one_and_is_paged_at_once(line: Line) -> None:
    stranger = line.customer("+15145550177", "A stranger")
    stranger.dial()
    line.passes(3)
    stranger.press("0#")
    line.passes(2)
    stranger.press("1")
    line.passes(3)
    assert line.technician("Bo Chan").ringing
    line.until(lambda: stranger.expects == "speech", within=30)
    stranger.speak("The whole site is dark")
    line.passes(30)
    number = line.opened_by_phone()
    ticket = line.ticket(number)
    assert ticket["severity"] == "critical"
    assert ticket["recordings"][0]["transcript"] == "The whole site is dark"
    assert ticket["opened_by_number"] == "+15145550177"


def test_one_number_calling_many_times_rings_a_technician_once(line: Line) -> None:
    line.technician("Bo Chan").habit = line.technician("Di Wu").habit = "manual"
    for _ in range(7):
        pest = line.customer("+15145550166", "Pest")
        pest.dial()
        line.passes(3)
        pest.press("0#")
        line.passes(1)
        pest.press("1")
        line.passes(1)
        pest.hang_up()
        line.passes(1)
    assert line.rings().count("Bo Chan") <= 2
    assert len(line.tickets_of("+15145550166")) == 1


def test_an_anonymous_caller_is_served(line: Line) -> None:
    nobody = line.customer("anonymous", "Anonymous")
    nobody.dial()
    line.passes(3)
    nobody.press("4411#")
    line.passes(2)
    nobody.press("1")
    line.passes(2)
    assert line.technician("Bo Chan").ringing


def test_the_language_is_chosen_by_key_and_remembered(line: Line) -> None:
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press("*#")
    line.passes(3)
    assert any("billet" in one for one in ana.heard())
    ana.hang_up()
    line.passes(2)
    ana.dial()
    line.passes(3)
    assert any("billet" in one for one in ana.heard())


def test_an_anonymous_caller_is_turned_away_kindly_where_that_is_configured(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANONYMOUS_CALLS", "refuse")
    settings.cache_clear()
    nobody = line.customer("anonymous", "Anonymous")
    sid = nobody.dial()
    line.passes(8)
    assert "Please write to us" in nobody.heard()[-1]
    assert not nobody.in_call
    assert [entry["kind"] for entry in line.call(sid)["entries"]] == ["caller-blocked", "left"]


def test_a_blocked_caller_is_turned_away_and_that_is_on_record(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOCKED_NUMBERS", "+15145550166, +15145550167")
    settings.cache_clear()
    pest = line.customer("+15145550167", "Pest")
    sid = pest.dial()
    line.passes(8)
    assert not pest.in_call
    assert line.rings() == []
    assert line.call(sid)["entries"][0]["kind"] == "caller-blocked"
    ana = line.customer()
    ana.dial()
    line.passes(3)
    assert "Enter your ticket number" in " ".join(ana.heard())


def test_a_call_is_on_record_with_every_key(line: Line) -> None:
    ana = line.customer()
    sid = ana.dial()
    line.passes(3)
    ana.press("4411#")
    line.passes(2)
    ana.press("1")
    line.passes(5)
    record = line.call(sid)
    assert (record["ticket"], record["direction"], record["number"]) == (
        "4411",
        "inbound",
        "+15145550100",
    )
    keyed = {turn["step"]: turn["heard"].get("keys") for turn in record["turns"]}
    assert (keyed["customer.ticket"], keyed["customer.severity"]) == ("4411", "1")
