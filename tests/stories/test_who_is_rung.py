"""Who is rung, on which phone, in which order, and who is passed over: scenarios 9, 13, 15, 24, 25."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from ivr.database import transaction
from ivr.models import Absence, Override, Phone, Rota, Technician
from tests.stories.line import NIGHT, WORLD, Line
from tests.stories.test_reaching_a_technician import page

LAST = {"level": 2, "mail": "escalation@2n5.example"}
BO, DI, CY = ({"person": f"{name}@2n5.example"} for name in ("bo", "di", "cy"))


def level(*who: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"level": 1, "ring": "in_turn", "escalate_after": 600, "who": list(who), **more}


def policy(*levels: dict[str, Any], **conditions: str) -> dict[str, Any]:
    return {"levels": [*levels, LAST | {"level": len(levels) + 1}], **conditions}


def change(name: str, act: Callable[[Technician], object]) -> None:
    with transaction() as db:
        act(db.scalars(select(Technician).where(Technician.name == name)).one())


def call(line: Line, keys: str = "4411#", number: str = "+15145550100") -> Any:
    """A critical call, up to the music."""
    ana = line.customer(number, "Ana Roy")
    ana.dial()
    line.passes(3)
    ana.press(keys)
    line.passes(2)
    ana.press("1")
    line.passes(2)
    return ana


def rung(line: Line) -> list[tuple[str, int]]:
    """Every ring of a phone: its last digits, and how many seconds after the first."""
    rings = [one for one in line.exchange.log if one.kind == "ring" and "+1514555020" in one.number]
    return [(one.number[-3:], round((one.at - rings[0].at).total_seconds())) for one in rings]


# Who ----------------------------------------------------------------------------------------------


def test_a_page_that_reaches_level_2_after_the_hand_over_rings_who_is_on_call_then(
    line: Line,
) -> None:
    """Scenario 24 with scenario 26: frozen is the policy, not the hour."""
    with transaction() as db:
        rota = db.scalars(select(Rota).where(Rota.name == "Level 2")).one()
        bo, cy = (
            db.scalars(select(Technician).where(Technician.name == name)).one()
            for name in ("Bo Chan", "Cy Roy")
        )
        at = NIGHT + timedelta(seconds=40)
        db.add(Override(rota_id=rota.id, technician_id=bo.id, instead_of_id=cy.id, starts_at=at,
                        ends_at=at + timedelta(hours=9), asked_at=NIGHT, agreed_at=NIGHT))  # fmt: skip
    line.world(on_call={"level_1": ["di@2n5.example"]})
    call(line)
    line.passes(50)
    assert page(line)["level"] == 1
    line.passes(20)
    assert page(line)["level"] == 2
    assert line.technician("Bo Chan").ringing
    assert "Cy Roy" not in line.rings()


def test_who_is_absent_has_left_or_has_no_phone_is_passed_over_and_the_ticket_says_why(
    line: Line,
) -> None:
    line.world(policy=policy(level(BO, DI, CY)))
    change("Bo Chan", lambda bo: bo.phones.clear())
    change("Cy Roy", lambda cy: setattr(cy, "active", False))
    with transaction() as db:
        di = db.scalars(select(Technician).where(Technician.name == "Di Wu")).one()
        away = {"starts_at": NIGHT, "ends_at": NIGHT + timedelta(seconds=200)}
        db.add(Absence(technician_id=di.id, **away))
    call(line).hang_up()
    said = [one["sentence"] for one in line.ticket()["entries"] if one["kind"] == "level-empty"]
    assert said == [
        (
            "Level 1 was passed: nobody on call can be rung:"
            " Bo Chan (no phone), Di Wu (absent), Cy Roy (has left)"
        )
    ]
    assert line.mails() == ["escalation@2n5.example"]
    line.world(policy=policy(level(DI, CY)))
    line.technician("Di Wu").text("RESOLVE 4411")
    line.passes(210)
    call(line)
    assert line.technician("Di Wu").ringing
    assert any(one["sentence"] == "Passed over (level 1): Cy Roy (has left)"
               for one in line.ticket()["entries"])  # fmt: skip


def test_the_first_policy_that_fits_counts_by_customer_severity_and_hours(line: Line) -> None:
    beta = {"name": "Beta", "contacts": [{"name": "Bea", "phone": "+15145550177"}]}
    tickets = [{"number": "77", "customer": "Beta", "title": "Fax", "severity": "minor"}]
    line.world(
        customers=[*WORLD["customers"], beta],
        tickets=[*WORLD["tickets"], *tickets],
        policies=[
            policy(level(DI), name="Acme by day", customer="Acme", hours="open"),
            policy(level(CY), name="Acme at night", customer="Acme", hours="closed"),
            policy(level(DI), name="Minor", severity="minor"),
        ],
    )
    call(line, "77#", "+15145550177").hang_up()
    assert sorted(line.rings()) == ["Bo Chan", "Di Wu"], "none fits: the default one"
    line.technician("Bo Chan").text("RESOLVE 77")
    line.passes(5)
    call(line).hang_up()
    assert line.rings()[2:] == ["Cy Roy"]
    line.technician("Cy Roy").text("RESOLVE 4411")
    line.passes(7 * 3600)  # ten in the morning
    call(line)
    assert line.rings()[3:] == ["Di Wu"]


def test_lists_of_a_level_are_mailed_once_beside_the_ringing(line: Line) -> None:
    line.world(policy=policy(level(BO, {"mail": "noc@2n5.example"}, escalate_after=60)))
    call(line)
    assert line.mails() == ["noc@2n5.example"]
    line.passes(70)
    assert line.mails() == ["noc@2n5.example", "escalation@2n5.example"]


def test_a_drawn_order_is_kept_for_the_page(line: Line) -> None:
    line.world(policy=policy(level(BO, DI, CY, ring="random", repeat=1)))
    call(line)
    line.passes(200)
    order = [number for number, _ in rung(line)]
    assert sorted(order[:3]) == ["201", "202", "203"]
    assert order[3:] == order[:3]


def test_rounds_of_a_level_pause_as_long_as_it_says(line: Line) -> None:
    line.world(policy=policy(level(BO, repeat=2, wait=40)))
    call(line)
    line.passes(220)
    assert rung(line) == [("201", 0), ("201", 65), ("201", 130)]


# Which phone --------------------------------------------------------------------------------------


def second_phone(person: Technician) -> None:
    person.phones.append(Phone(number="+15145550209", position=1))


def test_the_text_comes_first_for_whoever_wishes_it(line: Line) -> None:
    line.world(policy=policy(level(BO)))
    change("Bo Chan", lambda bo: setattr(bo, "text_first", 20))
    bo = line.technician("Bo Chan")
    call(line)
    assert len(bo.texts) == 1
    assert not bo.ringing
    line.passes(20)
    assert bo.ringing


def test_who_accepts_by_the_text_that_came_first_is_rung_at_once(line: Line) -> None:
    line.world(policy=policy(level(BO)))
    change("Bo Chan", lambda bo: setattr(bo, "text_first", 40))
    call(line)
    bo = line.technician("Bo Chan")
    bo.text("ACCEPT 4411")
    line.passes(3)
    assert bo.ringing
    bo.answer()
    line.passes(4)
    bo.press("1")
    line.until(lambda: bo.talking_to)


def test_the_second_phone_rings_when_the_first_is_not_picked_up_and_one_key_stops_both(
    line: Line,
) -> None:
    line.world(policy=policy(level(BO, DI)))
    change("Bo Chan", second_phone)
    change("Bo Chan", lambda bo: setattr(bo, "second_phone_after", 10))
    first, second = line.technician("Bo Chan"), line.exchange.phone("+15145550209", name="Bo")
    ana = call(line)
    assert first.ringing
    assert not second.ringing
    line.passes(10)
    assert first.ringing
    assert second.ringing
    second.answer()
    line.passes(3)
    second.press("1")
    line.passes(10)
    assert not first.ringing
    assert second.talking_to
    assert ana.talking_to
    assert page(line)["state"] == "accepted"
    assert "Di Wu" not in line.rings()


def test_the_second_phone_rings_at_once_when_the_first_cannot_be_rung(line: Line) -> None:
    line.world(policy=policy(level(BO, DI)))
    change("Bo Chan", second_phone)
    line.technician("Bo Chan").habit = "busy"
    call(line)
    assert rung(line)[-1] == ("209", 0)
    assert "Di Wu" not in line.rings()
    line.passes(30)  # neither was picked up: one ring of one person is over
    assert line.technician("Di Wu").ringing


# One page at a time -------------------------------------------------------------------------------


def test_the_second_page_waits_for_the_first_and_is_bundled_with_it(line: Line) -> None:
    line.world(policy=policy(level(BO)))
    first = call(line)
    second = call(line, "42#", "+15145550188")
    bo = line.technician("Bo Chan")
    assert line.rings() == ["Bo Chan"]
    bo.answer()
    line.passes(3)
    assert any("2 critical tickets wait" in one for one in bo.said)
    bo.press("1")
    line.passes(8)
    assert first.talking_to
    said = [one["sentence"] for one in line.ticket("42")["entries"]]
    assert "Passed over (level 1): Bo Chan (on a call with a customer)" in said
    assert line.mails("42") == ["escalation@2n5.example"], "nobody else is there"
    assert line.rings() == ["Bo Chan"]
    bo.hang_up()
    line.passes(4)
    assert bo.ringing
    bo.answer()
    line.passes(3)
    bo.press("1")
    line.passes(8)
    assert second.talking_to


def test_who_talks_to_a_customer_is_passed_and_the_next_person_rung_at_once(line: Line) -> None:
    line.world(policy=policy(level(BO, DI)))
    call(line)
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(3)
    bo.press("1")
    line.passes(8)
    call(line, "42#", "+15145550188")
    assert line.technician("Di Wu").ringing
    assert line.rings() == ["Bo Chan", "Di Wu"]


def test_in_turn_whose_phone_rings_for_another_page_holds_up_nobody(line: Line) -> None:
    line.world(policy=policy(level(BO, DI)))
    call(line)
    call(line, "42#", "+15145550188")
    assert line.rings() == ["Bo Chan", "Di Wu"]


def test_a_caller_who_calls_again_and_again_rings_a_technician_once(line: Line) -> None:
    """Scenario 9."""
    line.world(policy=policy(level(BO)))
    for _ in range(3):
        call(line, "0#", "+15145550166").hang_up()
        line.passes(1)
    assert line.rings() == ["Bo Chan"]
