"""The staff line: a technician dials in, and by keypad accepts, resolves, takes or gives the shift."""

from typing import Any

import pytest
from sqlalchemy import select

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Message, TakenTurn, Technician
from ivr.services.on_call import duty, rotas
from ivr.services.staff import people
from tests.stories.line import WORLD, Line
from tests.stories.test_reaching_a_technician import hold
from tests.stories.test_reaching_a_technician import page as page_of

PINS = {"Bo Chan": "620517", "Di Wu": "374928", "Cy Roy": "905162"}
LANGUAGES = {"Di Wu": "fr-CA"}
STAFF = [
    one | {"pin": PINS[one["name"]], "language": LANGUAGES.get(one["name"], "en-CA")}
    for one in WORLD["staff"]
]
ALONE = {"level_1": ["bo@2n5.example"], "level_2": ["cy@2n5.example"]}


@pytest.fixture(autouse=True)
def pins(line: Line) -> None:
    line.world(staff=STAFF, on_call=ALONE)


def dial(line: Line, name: str, *keys: str) -> Any:
    """Dial in, give the PIN, and press what follows."""
    phone = line.technician(name)
    phone.dial()
    line.passes(3)
    press(line, phone, f"{PINS[name]}#", *keys)
    return phone


def press(line: Line, phone: Any, *keys: str) -> None:
    for one in keys:
        phone.press(one)
        line.passes(3)


def heard(phone: Any, *words: str) -> bool:
    """All of it was said, one after the other."""
    said = " ".join(phone.said)
    at = -1
    for one in words:
        at = said.find(one, at + 1)
        if at < 0:
            return False
    return True


def hears(line: Line, phone: Any, *words: str) -> None:
    line.until(lambda: heard(phone, *words), within=40)


def test_who_dials_in_accepts_the_waiting_caller_on_that_very_call(line: Line) -> None:
    held = hold(line)
    line.technician("Bo Chan").reject()
    cy = dial(line, "Cy Roy")
    hears(line, cy, "2N5 staff line.", "One critical ticket waits", "You are on call until further")
    press(line, cy, "1")
    hears(line, cy, "Critical ticket 4 4 1 1. Acme.", "To accept, press 1.")
    press(line, cy, "1")
    line.passes(8)
    assert cy.talking_to
    assert held.talking_to
    assert page_of(line)["state"] == "accepted"
    assert page_of(line)["accepted_by"] == "Cy Roy"
    line.passes(300)
    assert line.rings() == ["Bo Chan"], "nobody else is rung"
    held.hang_up()
    line.passes(5)
    press(line, cy, "2")
    line.passes(5)
    assert line.ticket()["status"] == "resolved"
    assert [one["kind"] for one in line.ticket()["recordings"]] == ["conversation"]


def test_their_own_phone_stops_ringing_as_well(line: Line) -> None:
    """A desk phone rings while its owner dials in from the other one."""
    staff = [STAFF[0] | {"phone": "+15145550209"}, *STAFF[1:]]
    held = hold(line)
    line.world(staff=staff, on_call=ALONE)
    bo = line.exchange.phone("+15145550209", name="Bo", role="technician", language="en-CA")
    bo.dial()
    line.passes(3)
    press(line, bo, "620517#", "1", "1")
    line.passes(8)
    assert bo.talking_to
    assert held.talking_to
    assert not line.technician("Bo Chan").ringing
    line.passes(120)
    assert page_of(line)["state"] == "accepted"


def test_a_page_of_a_caller_who_left_is_called_back_and_a_lost_line_rings_again(line: Line) -> None:
    held = hold(line)
    held.hang_up()
    line.passes(2)
    line.technician("Bo Chan").reject()
    cy = dial(line, "Cy Roy", "1", "1")
    hears(line, cy, "It is yours. The caller has hung up.")
    press(line, cy, "1")
    line.passes(5)
    assert held.ringing
    cy.hang_up()
    line.passes(5)
    assert page_of(line)["state"] == "owed"
    line.passes(310)
    assert page_of(line)["state"] == "open"
    assert "Bo Chan" in line.rings()[1:], "the page rings again"


def test_who_passes_is_not_rung_again_at_this_level(line: Line) -> None:
    hold(line)
    bo = line.technician("Bo Chan")
    bo.reject()
    line.world(
        staff=STAFF, on_call={"level_1": ["bo@2n5.example", "di@2n5.example"], "level_2": []}
    )
    dial(line, "Bo Chan", "1", "2")
    hears(line, bo, "Passed on.", "That was all.")
    bo.hang_up()
    line.passes(50)
    assert line.rings().count("Bo Chan") == 1
    assert "passed" in {leg["outcome"] for leg in page_of(line)["legs"]}


def test_a_ticket_of_theirs_is_resolved_after_being_asked(line: Line) -> None:
    line.world(staff=STAFF, on_call=ALONE)
    held = hold(line)
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(2)
    press(line, bo, "1")
    line.passes(20)
    held.hang_up()
    bo.hang_up()
    line.passes(5)
    dial(line, "Bo Chan")
    hears(line, bo, "No critical ticket waits.", "One ticket is yours.")
    press(line, bo, "1", "4", "2")
    assert line.ticket()["status"] == "open"
    press(line, bo, "1", "4", "1")
    hears(line, bo, "Yours: critical ticket 4 4 1 1.", "The ticket is resolved.", "That was all.")
    ticket = line.ticket()
    assert ticket["status"] == "resolved"
    assert [one["sentence"] for one in ticket["entries"] if one["kind"] == "resolved"] == [
        "Resolved by Bo Chan (keypad)"
    ]


def test_a_wrong_pin_is_served_as_a_customer_and_its_owner_is_told(line: Line) -> None:
    bo = line.technician("Bo Chan")
    bo.dial()
    line.passes(3)
    press(line, bo, "111111#", "222222#", "333333#")
    hears(line, bo, "That PIN does not match.", "serve you as a customer", "Calls are recorded.")
    assert not heard(bo, "critical ticket")
    press(line, bo, "4411#", "1")
    line.passes(3)
    assert line.technician("Cy Roy").ringing or page_of(line)["state"] == "open"
    assert box(line, "bo@2n5.example") == ["Wrong staff PINs from your phone"]
    bo.hang_up()
    line.passes(5)
    bo.dial()
    line.passes(3)
    press(line, bo, "444444#", "555555#", "666666#")
    bo.hang_up()
    line.passes(3)
    assert box(line, "bo@2n5.example")[1:] == ["Too many wrong staff PINs"]
    bo.dial()
    line.passes(12)
    hears(line, bo, "too many wrong PINs", "Enter your ticket number")
    bo.hang_up()
    line.passes(3700)
    dial(line, "Bo Chan")
    hears(line, bo, "To hear what is open")
    pins_said = [turn["heard"] for turn in turns(line) if turn["step"] == "staff.pin"]
    assert {one.get("keys") for one in pins_said} == {"******"}, "no PIN is written down"


def test_without_a_pin_or_by_0_one_is_served_as_a_customer(line: Line) -> None:
    line.world(
        staff=[*STAFF, {"name": "Al Poe", "email": "al@2n5.example", "phone": "+15145550208"}]
    )
    al = line.exchange.phone("+15145550208", name="Al", role="technician", language="en-CA")
    al.dial()
    line.passes(12)
    hears(line, al, "no staff PIN yet", "Enter your ticket number")
    bo = line.technician("Bo Chan")
    bo.dial()
    line.passes(3)
    press(line, bo, "0#")
    hears(line, bo, "Enter your ticket number")
    cy = dial(line, "Cy Roy", "1", "0")
    hears(line, cy, "Nothing is open.", "Enter your ticket number")


def test_a_phone_that_is_a_customers_as_well_gets_the_customers_line(line: Line) -> None:
    contact = {"name": "Bo at Acme", "phone": "+15145550201", "email": "bo@acme.example"}
    line.world(customers=[{"name": "Acme", "contacts": [contact]}], staff=STAFF)
    bo = line.technician("Bo Chan")
    bo.dial()
    line.passes(12)
    hears(line, bo, "Enter your ticket number")
    assert not heard(bo, "staff")


def test_who_takes_the_shift_is_rung_by_the_next_critical_call(line: Line) -> None:
    di = dial(line, "Di Wu")
    hears(line, di, "Ligne du personnel de 2N5.", "Aucun billet critique n'attend.")
    hears(line, di, "Vous n'êtes pas de garde.")
    press(line, di, "2")
    hears(line, di, "Pour Level 1, faites le 1.")
    press(line, di, "1", "3")
    hears(line, di, "Vous êtes de garde jusqu'à 7 h 00.")
    di.hang_up()
    ana = line.customer()
    ana.dial()
    line.passes(3)
    press(line, ana, "4411#", "1")
    assert di.ringing
    assert not line.technician("Bo Chan").ringing
    ana.hang_up()
    di.reject()
    line.passes(2)
    line.technician("Cy Roy").text("RESOLVE 4411")
    line.passes(4 * 3600)
    ana.dial()
    line.passes(3)
    press(line, ana, "4411#", "1")
    assert line.technician("Bo Chan").ringing, "the shift was taken for four hours"


def test_a_shift_is_given_over_once_the_colleague_agrees_by_text(line: Line) -> None:
    bo, di = line.technician("Bo Chan"), line.technician("Di Wu")
    dial(line, "Bo Chan", "3")
    hears(line, bo, "Who is on call until tomorrow, 3:00 a.m.?", "For Cy Roy, press 1.")
    press(line, bo, "2")
    hears(line, bo, "Di Wu is asked, by text and by mail. You are on call until they agree.")
    bo.hang_up()
    line.passes(3)
    asked = di.texts[-1]
    assert asked.startswith(
        "Bo Chan vous demande d'être de garde pour Level 1 jusqu'au mer. 25 nov. 2026"
    )
    number = asked.rstrip(".").split()[-1]
    assert box(line, "di@2n5.example") == [asked.partition(" Répondez")[0]]
    di.text("OUI 9999")
    line.passes(2)
    assert on_call(line) == ["Bo Chan"]
    di.text(f"Oui, {number}.")
    line.passes(2)
    assert di.texts[-1].startswith(
        "Merci. Vous êtes de garde pour Level 1 jusqu'au mer. 25 nov. 2026"
    )
    assert bo.texts[-1].startswith("Di Wu is on call for Level 1 until Wed 25 Nov 2026")
    assert on_call(line) == ["Di Wu"]
    hold_for(line, "Di Wu")


def test_who_is_asked_may_agree_on_the_staff_line(line: Line) -> None:
    dial(line, "Bo Chan", "3", "2").hang_up()
    line.passes(3)
    di = dial(line, "Di Wu")
    hears(
        line, di, "Bo Chan vous demande d'être de garde pour Level 1", "Pour accepter, faites le 1."
    )
    press(line, di, "1")
    hears(line, di, "Vous êtes de garde jusqu'à demain")
    assert on_call(line) == ["Di Wu"]


def hold_for(line: Line, name: str) -> None:
    ana = line.customer()
    ana.dial()
    line.passes(3)
    press(line, ana, "4411#", "1")
    assert line.technician(name).ringing


def on_call(line: Line) -> list[str]:
    with reading() as db:
        level = rotas.named(db, "Level 1").id
        return [one.name for one in duty.on_call(db, clock.now(), level)]


def box(line: Line, address: str) -> list[str]:
    """The subjects of the mails to one of us."""
    with reading() as db:
        to = select(Message.subject).where(Message.to == address, Message.channel == "mail")
        return list(db.scalars(to.order_by(Message.id)))


def turns(line: Line) -> list[dict[str, Any]]:
    with reading() as db:
        return [vars(one) for one in db.scalars(select(TakenTurn).order_by(TakenTurn.id))]


def test_staff_see_who_it_was_that_dialled_in(line: Line, page: Any) -> None:
    hold(line)
    line.technician("Bo Chan").reject()
    cy = dial(line, "Cy Roy", "1", "1")
    line.until(lambda: cy.talking_to, within=20)
    page.goto("/tickets/4411")
    told = page.locator("main").inner_text()
    assert "Cy Roy was put through to the caller" in told
    call = page.locator("[id^=turns-]", has_text="Ana Roy called")
    assert "Cy Roy Staff PIN" in call.inner_text()
    assert call.inner_text().count("Cy Roy rung") == 1, "at level 2, before Cy called by themselves"
    assert PINS["Cy Roy"] not in page.content()


def test_a_text_is_known_by_any_phone_of_a_technician_and_answered_in_their_language(
    line: Line,
) -> None:
    line.world(staff=STAFF, on_call={"level_1": ["di@2n5.example"]})
    with transaction() as db:
        di = db.scalars(select(Technician).where(Technician.name == "Di Wu")).one()
        people.put_phones(di, ["+15145550202", "+15145550222"])
    ana = line.customer()
    ana.dial()
    line.passes(3)
    press(line, ana, "4411#", "1")
    second = line.exchange.phone("+15145550222", name="Di", role="technician", language="fr-CA")
    second.text("PASSER 4411")
    line.passes(3)
    assert second.texts[-1] == "Billet 4411 : nous passons au suivant."
    assert not line.technician("Di Wu").ringing
    assert page_of(line)["legs"][0]["outcome"] == "passed"
