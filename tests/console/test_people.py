"""The people's pages: phones in order and proved, how they want to be rung, who may edit whom, who
is invited and who leaves; what was changed is on record.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ivr import clock
from ivr.console import audit_words
from ivr.database import reading, transaction
from ivr.models import AuditLine, Message, Role, StaffSignIn, Technician
from ivr.services import audit
from ivr.services.paging import phones
from ivr.services.staff import people as staff_line_people
from ivr.services.staff import staff
from ivr.web import app
from tests.conftest import Wall
from tests.console.colleague import PASSWORD, Colleague, account
from tests.portal.browser import words
from tests.services import people
from tests.stories.line import Line

MINUTE = timedelta(minutes=1)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def office(database: str, wall: Wall) -> Wall:
    with transaction() as db:
        people.organization(db)
    account("Bo")
    account("Ada", Role.ADMIN)
    return wall


def signed_in(name: str) -> Colleague:
    somebody = Colleague()
    assert somebody.signs_in(f"{name.lower()}@2n5.example").status_code == 303
    return somebody


@pytest.fixture
def bo(office: Wall) -> Colleague:
    return signed_in("Bo")


@pytest.fixture
def ada(office: Wall) -> Colleague:
    return signed_in("Ada")


def id_of(name: str) -> int:
    with reading() as db:
        return db.scalars(select(Technician.id).where(Technician.name == name)).one()


def does(who: Colleague, to: str, act: str, **fields: str) -> Any:
    """Press a button of somebody's page, which has one token for all of its forms."""
    page = f"/people/{id_of(to)}"
    found = re.findall(r'name="token" value="([^"]+)"', who.get(page).text)
    return who.send(f"{page}/{act}", {"token": found[-1], **fields})


def known(name: str) -> Technician:
    with reading() as db:
        found = db.scalars(select(Technician).where(Technician.name == name)).one()
        _ = found.phones
        return found


def changes_of(name: str) -> list[str]:
    with reading() as db, app.test_request_context():
        those = audit.changes(db, f"person-{id_of(name)}")
        return [f"{one.by}: {audit_words.told(one)}" for one in reversed(those)]


# Phones -------------------------------------------------------------------------------------------


def numbers(name: str) -> list[str]:
    return [one.number for one in known(name).phones]


def phone_id(name: str, number: str) -> str:
    return str(next(one.id for one in known(name).phones if one.number == number))


def test_phones_are_added_put_in_order_and_removed(bo: Colleague) -> None:
    for number in ("514 555-0201", "+1 613 555 0202", "+33 1 42 68 53 00"):
        assert does(bo, "Bo", "phones", number=number).status_code == 303
    first, second, third = "+15145550201", "+16135550202", "+33142685300"
    assert numbers("Bo") == [first, second, third]
    does(bo, "Bo", "up", phone_id=phone_id("Bo", third))
    does(bo, "Bo", "down", phone_id=phone_id("Bo", first))
    assert numbers("Bo") == [third, first, second]
    does(bo, "Bo", "remove", phone_id=phone_id("Bo", first))
    assert numbers("Bo") == [third, second]
    does(bo, "Bo", "up", phone_id=phone_id("Bo", third))
    assert numbers("Bo") == [third, second], "the first one stays the first"
    assert changes_of("Bo")[-2] == "Bo: removed the phone +1 514-555-0201"


@on_sqlite
@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("nonsense", "no telephone number"),
        ("+1 800 555 0100", "own number"),
        ("+1 900 555 0123", "costs whoever calls it"),
        ("+1 514 555 0199", "in the list already"),
        ("+1 514 555 0198", "Ada has that number already"),
    ],
)
def test_a_number_that_cannot_be_rung_is_refused_with_why(
    bo: Colleague, number: str, told: str
) -> None:
    for name, theirs in (("Bo", "+15145550199"), ("Ada", "+15145550198")):
        with transaction() as db:
            phones.add(db, db.get_one(Technician, id_of(name)), theirs)
    answer = does(bo, "Bo", "phones", number=number)
    assert answer.status_code == 422
    assert told in words(answer)
    assert f'value="{number}"' in answer.text, "what was typed is still there"
    assert numbers("Bo") == ["+15145550199"]


def sent() -> Message:
    with reading() as db:
        return db.scalars(select(Message).order_by(Message.id.desc())).first()  # type: ignore[return-value]


def code_in(message: Message) -> str:
    return re.findall(r"\b\d{6}\b", message.body)[0]


@pytest.fixture
def phone(bo: Colleague) -> str:
    does(bo, "Bo", "phones", number="+15145550201")
    return phone_id("Bo", "+15145550201")


def test_a_code_by_text_proves_a_phone_once_and_within_ten_minutes(
    office: Wall, bo: Colleague, phone: str
) -> None:
    does(bo, "Bo", "text", phone_id=phone)
    message = sent()
    assert (message.channel, message.to) == ("text", "+15145550201")
    late = code_in(message)
    office.passes(10 * MINUTE)
    assert does(bo, "Bo", "verify", phone_id=phone, code=late).status_code == 422
    does(bo, "Bo", "text", phone_id=phone)
    good = code_in(sent())
    assert does(bo, "Bo", "verify", phone_id=phone, code="12 34").status_code == 422
    assert known("Bo").phones[0].verified_at is None
    assert (
        does(bo, "Bo", "verify", phone_id=phone, code=f"{good[:3]} {good[3:]}").status_code == 303
    )
    assert known("Bo").phones[0].verified_at == office.now
    assert "Bo: verified the phone +1 514-555-0201" in changes_of("Bo")
    does(bo, "Bo", "remove", phone_id=phone)
    does(bo, "Bo", "phones", number="+15145550201")
    assert known("Bo").phones[0].verified_at is None, "put there again, it is proved again"
    again = phone_id("Bo", "+15145550201")
    assert does(bo, "Bo", "verify", phone_id=again, code=good).status_code == 422, "it was used"


def test_a_code_is_guessed_only_a_few_times(bo: Colleague, phone: str) -> None:
    does(bo, "Bo", "text", phone_id=phone)
    good = code_in(sent())
    for guess in range(5):
        wrong = f"{(int(good) + guess + 1) % 1_000_000:06}"
        assert does(bo, "Bo", "verify", phone_id=phone, code=wrong).status_code == 422
    assert does(bo, "Bo", "verify", phone_id=phone, code=good).status_code == 422


@on_sqlite
def test_nobody_is_flooded_with_codes(bo: Colleague, phone: str) -> None:
    told = [does(bo, "Bo", "text", phone_id=phone).status_code for _ in range(7)]
    assert told == [303] * 6 + [422]


@on_sqlite
def test_a_call_says_the_code_twice_in_their_language(line: Line) -> None:
    """By the carrier, on a phone that was never rung before."""
    with transaction() as db:
        cy = db.scalars(select(Technician).where(Technician.name == "Cy Roy")).one()
        cy.language = "fr-CA"
        phones.send_code(db, clock.now(), cy, cy.phones[0], "call")
    hers = line.technician("Cy Roy")
    line.until(lambda: hers.ringing)
    hers.answer()
    line.passes(30)
    (told,) = [one for one in hers.heard() if "Le code" in one]
    once, again = re.findall(r"(?:\d ){5}\d", told)
    assert once == again
    assert not hers.ringing
    with transaction() as db:
        cy = db.scalars(select(Technician).where(Technician.name == "Cy Roy")).one()
        assert phones.verify(db, clock.now(), cy, cy.phones[0], once)


# How they want to be rung -------------------------------------------------------------------------


@on_sqlite
def test_how_somebody_is_rung_is_theirs_to_say(bo: Colleague) -> None:
    told = {"at_once": "", "text_first": "20", "second_phone_after": "30"}
    quiet = {"quiet_from": "22:00", "quiet_until": "07:00"}
    assert does(bo, "Bo", "ringing", **told, **quiet).status_code == 303
    kept = known("Bo")
    assert (kept.text_first, kept.second_phone_after) == (20, 30)
    assert (kept.quiet_from, kept.quiet_until) == ("22:00", "07:00")
    assert "They never silence a critical page" in words(bo.get(f"/people/{kept.id}"))
    for wrong, why in (
        ({"text_first": "61"}, "from 0 to 60"),
        ({"quiet_until": ""}, "a begin and an end"),
        ({"quiet_from": "25:00"}, "no time"),
    ):
        answer = does(bo, "Bo", "ringing", **(told | quiet | wrong))
        assert answer.status_code == 422
        assert why in words(answer)
    assert known("Bo").quiet_until == "07:00"
    assert does(bo, "Bo", "ringing", at_once="1", text_first="20").status_code == 303
    kept = known("Bo")
    assert (kept.text_first, kept.second_phone_after, kept.quiet_from) == (0, None, None)
    told_of = "Bo: changed the seconds between text and ring from 0 to 20"
    assert told_of in changes_of("Bo")


# Who may edit whom --------------------------------------------------------------------------------

DETAILS = {"name": "Bo Chan", "email": "bo@2n5.example", "language": "fr-CA", "time_zone": ""}


@on_sqlite
def test_the_pin_of_the_staff_line_is_set_and_told_to_nobody(bo: Colleague) -> None:
    for weak in ("12345", "1234567", "abcdef", "111111", "123456", "987654", "١٢٣٤٥٦"):
        assert does(bo, "Bo", "pin", pin=weak).status_code == 422, weak
    assert does(bo, "Bo", "pin", pin="482913").status_code == 303
    page = words(bo.get(f"/people/{id_of('Bo')}"))
    assert "set the staff PIN" in page
    with reading() as db:
        assert staff_line_people.pin_matches(db.get_one(Technician, id_of("Bo")), "482913")
        assert not any("482913" in str(one.data) for one in db.scalars(select(AuditLine)))


def test_how_a_hand_over_is_told_is_theirs_to_say(bo: Colleague) -> None:
    assert does(bo, "Bo", "ringing", at_once="1", hand_over="text").status_code == 303
    assert does(bo, "Bo", "ringing", at_once="1", hand_over="pigeon").status_code == 422
    with reading() as db:
        assert db.get_one(Technician, id_of("Bo")).hand_over == "text"


def test_a_technician_edits_themselves_and_cannot_make_an_admin_of_themselves(
    bo: Colleague,
) -> None:
    zone = {"time_zone": "Europe/Paris", "role": "admin"}
    assert does(bo, "Bo", "details", **(DETAILS | zone)).status_code == 303
    kept = known("Bo Chan")
    assert (kept.language, kept.time_zone, kept.role) == ("fr-CA", "Europe/Paris", "technician")
    for wrong, why in (
        ({"email": "ADA@2n5.example "}, "Quelqu’un a déjà le courriel"),
        ({"time_zone": "Mars/Olympus"}, "pas un fuseau horaire"),
        ({"name": " "}, "Il faut un nom"),
    ):
        answer = does(bo, "Bo Chan", "details", **(DETAILS | wrong))
        assert answer.status_code == 422
        assert why in words(answer)


@on_sqlite
def test_a_technician_sees_others_and_edits_nobody_else(bo: Colleague) -> None:
    ada = id_of("Ada")
    shown = bo.get(f"/people/{ada}")
    assert "ada@2n5.example" in words(shown)
    assert "<form" not in shown.text.partition("<main")[2]
    token = re.findall(r'name="token" value="([^"]+)"', bo.get(f"/people/{id_of('Bo')}").text)[-1]
    for act in ("details", "phones", "leave", "invite", "sign_out"):
        answer = bo.send(f"/people/{ada}/{act}", {"token": token, **DETAILS})
        assert answer.status_code == 403, act
    assert known("Ada").email == "ada@2n5.example"


@on_sqlite
def test_a_token_of_one_person_is_nothing_for_another(bo: Colleague, ada: Colleague) -> None:
    """Bo cannot make Ada's browser send a form that Bo has the token of."""
    page = f"/people/{id_of('Bo')}"
    his = re.findall(r'name="token" value="([^"]+)"', bo.get(page).text)[-1]
    assert ada.send(f"{page}/leave", {"token": his}).status_code == 403
    assert known("Bo").active


def test_an_admin_edits_everybody_and_ends_their_sessions(bo: Colleague, ada: Colleague) -> None:
    assert does(ada, "Bo", "details", **DETAILS, role="senior").status_code == 303
    assert known("Bo Chan").role == "senior"
    assert "Ada: changed the role from technician to senior" in changes_of("Bo Chan")
    with reading() as db:
        his = db.scalars(select(StaffSignIn.id).where(StaffSignIn.technician_id == 1)).one()
    assert does(ada, "Bo Chan", "sign_out", which=str(his)).status_code == 303
    assert bo.get("/tickets").status_code == 303
    assert ada.get("/tickets").status_code == 200


@on_sqlite
def test_an_admin_helps_who_has_lost_the_phone_with_the_codes(
    bo: Colleague, ada: Colleague
) -> None:
    bo.sets_up_codes()
    assert "Your code" in words(Colleague().signs_in())
    assert does(ada, "Bo", "no_codes").status_code == 303
    assert Colleague().signs_in().status_code == 303


def test_the_last_admin_stays(bo: Colleague, ada: Colleague) -> None:
    mine = {"name": "Ada", "email": "ada@2n5.example", "language": "en-CA"}
    for answer in (does(ada, "Ada", "details", **mine, role="senior"), does(ada, "Ada", "leave")):
        assert answer.status_code == 422
        assert "the last admin who can sign in" in words(answer)
    does(ada, "Bo", "details", **(DETAILS | {"role": "admin"}))
    assert does(ada, "Ada", "leave").status_code == 303
    assert ada.get("/tickets").status_code == 303
    assert not known("Ada").active


# Who joins and who leaves -------------------------------------------------------------------------


def test_somebody_new_is_mailed_a_link_and_comes_in_by_it(office: Wall, ada: Colleague) -> None:
    given = {
        "name": "Zoé",
        "email": "Zoe@2n5.example",
        "phone": "514 555-0177",
        "role": "technician",
    }
    more = {"language": "fr-CA", "invite": "1"}
    bad = ada.press("/people/new", "/people/new", **(given | more | {"phone": "12"}))
    assert (bad.status_code, "no telephone number" in words(bad)) == (422, True)
    assert 'value="Zoé"' in bad.text
    assert ada.press("/people/new", "/people/new", **given, **more).status_code == 303
    letter = sent()
    assert (letter.to, "Bonjour Zoé" in letter.body) == ("zoe@2n5.example", True)
    link = re.findall(r"/sign-in/link/[\w-]+", letter.body)[0]
    zoe = Colleague()
    assert zoe.send(link, {"password": PASSWORD}).status_code == 303
    assert "Zoé" in words(zoe.get("/people"))
    assert numbers("Zoé") == ["+15145550177"]
    does(ada, "Zoé", "leave")
    assert zoe.get("/people").status_code == 303
    assert Colleague().signs_in("zoe@2n5.example").status_code == 403
    does(ada, "Zoé", "come_back")
    assert Colleague().signs_in("zoe@2n5.example").status_code == 303
    assert changes_of("Zoé")[-2:] == ["Ada: left the staff", "Ada: came back to the staff"]


@on_sqlite
def test_before_there_are_accounts_whoever_is_here_edits_all(database: str) -> None:
    with transaction() as db:
        people.organization(db)
        staff.add(db, name="Bo", email="bo@2n5.example", role="technician")
    nobody = Colleague()
    assert "Nobody signs in yet" in words(nobody.get("/people"))
    assert does(nobody, "Bo", "phones", number="+15145550201").status_code == 303
    assert changes_of("Bo") == ["staff: added the phone +1 514-555-0201"]
    assert nobody.get("/account").status_code == 403
