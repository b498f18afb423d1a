"""How our own people sign in, and what keeps others out: nothing tells who is known, tries are
delayed and nobody is shut out, a code is good once, and a session ends where it is ended.
"""

import re
from base64 import b64encode
from datetime import timedelta

import pytest
from sqlalchemy import select

from ivr.database import engine, reading, transaction
from ivr.models import (
    Account,
    AuditLine,
    RecoveryCode,
    Role,
    StaffLink,
    StaffSignIn,
    Technician,
    Ticket,
)
from ivr.services import links
from ivr.services.staff import accounts, tries
from ivr.services.staff.accounts import LastAdminError
from ivr.settings import settings
from tests.conftest import Wall
from tests.console.colleague import PASSWORD, Colleague, account, code
from tests.portal.browser import words
from tests.services import people

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def office(database: str, wall: Wall) -> Wall:
    """Bo is a technician and Ada an admin, with passwords; Cy has none."""
    with transaction() as db:
        people.organization(db)
        people.technician(db, "Bo", 1)
        people.technician(db, "Cy", 2)
        people.ticket(db)
    account("Bo")
    account("Ada", Role.ADMIN)
    return wall


@pytest.fixture
def bo(office: Wall) -> Colleague:
    bo = Colleague()
    assert bo.signs_in().status_code == 303
    return bo


@pytest.fixture
def ada(office: Wall) -> Colleague:
    ada = Colleague()
    assert ada.signs_in("ada@2n5.example").status_code == 303
    return ada


# The password -------------------------------------------------------------------------------------


def test_a_password_lets_in_and_back_to_the_page_that_was_asked_for(office: Wall) -> None:
    bo = Colleague()
    asked = bo.get("/tickets?before=7")
    assert (asked.status_code, asked.location) == (303, "/sign-in?then=/tickets?before%3D7")
    shown = bo.press(asked.location, "/sign-in", email=" Bo@2n5.example ", password=PASSWORD)
    assert (shown.status_code, shown.location) == (303, "/tickets?before=7")
    assert "Sign out" in words(bo.get("/tickets"))


@on_sqlite
@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/sign-in", "x"]
)
def test_nobody_is_sent_elsewhere(office: Wall, elsewhere: str) -> None:
    assert Colleague().signs_in(then=elsewhere).location == "/"


@pytest.mark.parametrize(
    "email", ["bo@2n5.example", "cy@2n5.example", "nobody@2n5.example", "", "\0"]
)
@on_sqlite
def test_nothing_tells_who_is_known(office: Wall, email: str) -> None:
    """Neither the answer, nor how often one may try."""
    stranger = Colleague()
    for _ in range(5):
        answer = stranger.signs_in(email, "four words are wrong")
        assert answer.status_code == 403
        assert "do not match" in words(answer)
    answer = stranger.signs_in(email, "four words are wrong")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "2"


@on_sqlite
def test_the_cookie_is_no_scripts_and_only_its_hash_is_kept(bo: Colleague) -> None:
    shown = bo.client.get_cookie("staff")
    assert shown
    assert (shown.http_only, shown.same_site, shown.secure) == (True, "Lax", False)
    with reading() as db:
        assert shown.value not in db.scalars(select(StaffSignIn.token_hash)).all()


@on_sqlite
def test_the_cookie_goes_over_tls_alone_where_we_are_reached_by_tls(
    office: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://support.example.com")
    settings.cache_clear()
    answer = Colleague().signs_in()
    assert all("Secure" in one for one in answer.headers.getlist("Set-Cookie") if "Max-Age" in one)
    settings.cache_clear()


# Tries --------------------------------------------------------------------------------------------


def test_each_next_try_waits_longer_and_at_most_a_minute(office: Wall) -> None:
    waits = []
    stranger = Colleague()
    for _ in range(12):
        while (answer := stranger.signs_in(password="wrong wrong wrong")).status_code == 429:
            waits.append(int(answer.headers["Retry-After"]))
            office.passes(timedelta(seconds=waits[-1]))
    assert waits == [2, 4, 8, 16, 32, 60, 60]


def test_nobody_can_shut_somebody_out(office: Wall, bo: Colleague) -> None:
    """The browser that they were signed in with before has tries of its own."""
    bo.press("/account", "/sign-out")
    stranger = Colleague()
    for _ in range(9):
        stranger.signs_in(password="wrong wrong wrong")
    assert stranger.signs_in().status_code == 429, "even with the right one"
    assert bo.signs_in().status_code == 303
    office.passes(2 * MINUTE)
    assert Colleague().signs_in().status_code == 303, "it is never for good"


@on_sqlite
def test_one_source_tries_many_addresses_only_slowly(office: Wall) -> None:
    with transaction() as db:
        for n in range(39):
            tries.staff(db, office.now, f"{n}@2n5.example", "192.0.2.1")
    stranger = Colleague()
    told = [stranger.signs_in(f"{n}@2n5.example", "wrong").status_code for n in (40, 41)]
    assert told == [403, 429]
    assert Colleague(address="192.0.2.9").signs_in().status_code == 303


# The second step ----------------------------------------------------------------------------------


def test_a_code_is_asked_for_after_the_password_and_is_good_once(
    office: Wall, bo: Colleague
) -> None:
    secret, _ = bo.sets_up_codes()
    office.passes(MINUTE)
    elsewhere = Colleague()
    asked = elsewhere.signs_in(then="/mail")
    assert asked.status_code == 200
    assert elsewhere.get("/tickets").status_code == 303, "the password alone does not let in"
    assert elsewhere.gives(asked, "000000").status_code == 403
    late = code(secret, office.now - MINUTE)
    assert elsewhere.gives(asked, late).status_code == 403
    now = code(secret, office.now)
    assert elsewhere.gives(asked, f" {now[:3]} {now[3:]} ").location == "/mail"
    third = Colleague()
    asked = third.signs_in()
    assert third.gives(asked, now).status_code == 403, "it was used"
    office.passes(timedelta(seconds=30))
    assert third.gives(asked, code(secret, office.now)).status_code == 303


def test_a_recovery_code_stands_in_once(office: Wall, bo: Colleague) -> None:
    _, codes = bo.sets_up_codes()
    assert len(set(codes)) == 10
    with reading() as db:
        kept = db.scalars(select(RecoveryCode.code_hash)).all()
    assert not {one.replace("-", "") for one in codes} & set(kept)
    elsewhere = Colleague()
    first = elsewhere.signs_in()
    assert elsewhere.gives(first, codes[3].upper().replace("-", " ")).status_code == 303
    again = Colleague()
    asked = again.signs_in()
    assert again.gives(asked, codes[3]).status_code == 403
    assert again.gives(asked, codes[4]).status_code == 303
    assert "8 recovery codes are left" in words(bo.get("/account"))
    fresh = bo.press("/account", "/account/recovery", current=PASSWORD)
    assert len(re.findall(r"<code>([^<]+)</code>", fresh.text)) == 10
    third = Colleague()
    asked = third.signs_in()
    assert third.gives(asked, codes[5]).status_code == 403, "new ones replace them"


@on_sqlite
def test_codes_are_guessed_as_slowly_as_passwords(office: Wall, bo: Colleague) -> None:
    bo.sets_up_codes()
    guesser = Colleague()
    asked = guesser.signs_in()
    told = [guesser.gives(asked, f"{n:06}").status_code for n in range(5)]
    assert told == [403] * 4 + [429]


@on_sqlite
def test_half_way_in_ends_with_the_password_that_it_began_with(office: Wall, bo: Colleague) -> None:
    secret, _ = bo.sets_up_codes()
    office.passes(MINUTE)
    thief = Colleague()
    asked = thief.signs_in()
    changed = {"current": PASSWORD, "password": "other words are good"}
    assert bo.press("/account", "/account/password", **changed).status_code == 303
    assert thief.gives(asked, code(secret, office.now)).status_code == 403


@on_sqlite
def test_codes_go_only_with_the_password(office: Wall, bo: Colleague) -> None:
    bo.sets_up_codes()
    form = bo.form("/account", "/account/recovery")
    assert bo.send("/account/codes/off", form | {"current": "not mine"}).status_code == 403
    assert "Your code" in words(Colleague().signs_in())
    assert bo.send("/account/codes/off", form | {"current": PASSWORD}).status_code == 303
    assert Colleague().signs_in().status_code == 303


# Sessions -----------------------------------------------------------------------------------------


@on_sqlite
def test_they_see_where_they_are_signed_in_and_end_it(bo: Colleague) -> None:
    other = Colleague()
    other.signs_in()
    told = words(bo.get("/account"))
    assert "Firefox, Linux this browser" in told
    assert "Firefox, Linux last used" in told
    with reading() as db:
        last = db.scalars(select(StaffSignIn.id).order_by(StaffSignIn.id.desc())).first()
    assert bo.press("/account", "/account/sign-outs", which=str(last)).status_code == 303
    assert other.get("/tickets").status_code == 303
    third = Colleague()
    third.signs_in()
    bo.press("/account", "/account/sign-outs", which="others")
    assert third.get("/tickets").status_code == 303
    assert bo.get("/tickets").status_code == 200


@on_sqlite
def test_nobody_ends_a_session_of_somebody_else_from_there(bo: Colleague, ada: Colleague) -> None:
    with reading() as db:
        adas = db.scalars(select(StaffSignIn.id).order_by(StaffSignIn.id.desc())).first()
    form = bo.form("/account", "/account/password")
    bo.send("/account/sign-outs", form | {"which": str(adas)})
    assert ada.get("/tickets").status_code == 200


def test_a_new_password_needs_the_old_one_and_ends_the_others(bo: Colleague) -> None:
    other = Colleague()
    other.signs_in()
    new = "other words are good"
    for given, status in (
        ({"current": "not mine at all", "password": new}, 403),
        ({"current": PASSWORD, "password": "eleven char"}, 422),
        ({"current": PASSWORD, "password": new}, 303),
    ):
        assert bo.press("/account", "/account/password", **given).status_code == status
    assert other.get("/tickets").status_code == 303
    assert bo.get("/tickets").status_code == 200
    assert Colleague().signs_in().status_code == 403
    assert Colleague().signs_in(password=new).status_code == 303


@on_sqlite
def test_signing_out_ends_it_for_good(bo: Colleague) -> None:
    shown = bo.client.get_cookie("staff")
    assert shown
    assert bo.press("/tickets", "/sign-out").location == "/sign-in"
    bo.client.set_cookie("staff", shown.value)
    assert bo.get("/tickets").status_code == 303


@on_sqlite
def test_a_visit_keeps_signed_in_and_two_weeks_away_end_it(office: Wall, bo: Colleague) -> None:
    for _ in range(3):
        office.passes(13 * DAY)
        assert bo.get("/tickets").status_code == 200
    office.passes(14 * DAY)
    assert bo.get("/tickets").status_code == 303


@on_sqlite
def test_whoever_has_left_is_out_at_once(bo: Colleague) -> None:
    with transaction() as db:
        db.scalars(select(Technician).where(Technician.name == "Bo")).one().active = False
    assert bo.get("/tickets").status_code == 303
    assert Colleague().signs_in().status_code == 403


@on_sqlite
def test_what_was_written_is_given_back_when_the_session_has_ended(bo: Colleague) -> None:
    with reading() as db:
        number = db.scalars(select(Ticket.number)).one()
    page, notes = f"/tickets/{number}", f"/tickets/{number}/notes"
    form = bo.form(page, notes) | {"text": "Ana waits <here>"}
    bo.client.delete_cookie("staff")
    answer = bo.send(notes, form)
    assert answer.status_code == 401
    assert "Ana waits &lt;here&gt;</textarea>" in answer.text
    assert bo.get("/tickets?part=live").status_code == 401
    bo.signs_in()
    assert bo.send(notes, form).status_code == 303, "the page goes on"
    assert "Note by Bo" in words(bo.get(page)), "whoever is signed in has written it"


# Links --------------------------------------------------------------------------------------------


def given_link(name: str) -> str:
    with transaction() as db:
        person = db.scalars(select(Technician).where(Technician.name == name)).one()
        token = accounts.new_link(db, people.NOW, person)
    return links.set_password(token).removeprefix(settings().own_url)


def test_a_link_sets_a_password_once_and_within_a_day(office: Wall) -> None:
    link, late, unused = (given_link("Cy") for _ in range(3))
    cy = Colleague()
    assert "Hello Cy" in words(cy.get(link))
    assert "Hello Cy" in words(cy.get(link)), "looking uses nothing up"
    assert cy.send(link, {"password": "short"}).status_code == 422
    assert cy.send(link, {"password": PASSWORD}).status_code == 303
    assert cy.get("/tickets").status_code == 200
    for gone in (link, unused, "/sign-in/link/nonsense"):
        assert Colleague().get(gone).status_code == 410
        assert Colleague().send(gone, {"password": PASSWORD}).status_code == 410
    office.passes(DAY)
    assert Colleague().get(late).status_code == 410
    with reading() as db:
        lines = select(AuditLine.by, AuditLine.about, AuditLine.kind).where(AuditLine.by != "Bo")
        kinds = [tuple(one) for one in db.execute(lines.order_by(AuditLine.id))]
        kept = db.scalars(select(StaffLink.token_hash)).all()
    of_cy = [("Cy", "person-2", kind) for kind in ("password_set_by_link", "signed_in")]
    assert kinds == of_cy
    assert link.rpartition("/")[2] not in kept


@on_sqlite
def test_a_link_does_not_go_round_the_second_step(office: Wall, bo: Colleague) -> None:
    secret, _ = bo.sets_up_codes()
    office.passes(MINUTE)
    other = Colleague()
    asked = other.send(given_link("Bo"), {"password": "other words are good"})
    assert "Your code" in words(asked)
    assert bo.get("/tickets").status_code == 303, "the others are out"
    assert other.get("/tickets").status_code == 303
    # the form of this page is signed for a stranger, which this browser has become by it
    assert other.gives(asked, code(secret, office.now)).status_code == 303


# The door -----------------------------------------------------------------------------------------


@on_sqlite
def test_the_one_password_for_all_opens_nothing_once_there_are_accounts(
    office: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSOLE_PASSWORD", "one for all")
    settings.cache_clear()
    old = Colleague()
    old.headers |= {"Authorization": "Basic " + b64encode(b"bo:one for all").decode()}
    assert old.get("/tickets").location == "/sign-in?then=/tickets"
    elsewhere = Colleague()
    elsewhere.headers |= {"Host": "support.example.com", "X-Forwarded-For": "203.0.113.9"}
    assert elsewhere.signs_in().status_code == 303
    settings.cache_clear()


@on_sqlite
def test_while_the_database_is_away_nobody_is_let_in_and_all_are_told(
    bo: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even by a door that would be open if there were no accounts."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/ivr.db")
    engine().dispose()
    engine.cache_clear()
    settings.cache_clear()
    elsewhere = Colleague()
    elsewhere.headers |= {"Host": "support.example.com"}
    for somebody in (bo, elsewhere):
        for path in ("/tickets", "/people/1", "/sign-in"):
            answer = somebody.get(path)
            assert answer.status_code == 503
            assert "Calls are still taken" in words(answer)


# The last admin -----------------------------------------------------------------------------------


def test_the_last_admin_who_can_sign_in_remains(office: Wall) -> None:
    with transaction() as db:
        ada = db.scalars(select(Technician).where(Technician.name == "Ada")).one()
        cy = db.scalars(select(Technician).where(Technician.name == "Cy")).one()
        cy.role = Role.ADMIN
        with pytest.raises(LastAdminError):
            accounts.keep_an_admin(db, but=ada)  # Cy has no password yet
        accounts.account(db, cy.id).password_hash = "x"
        db.flush()
        accounts.keep_an_admin(db, but=ada)
        cy.active = False
        db.flush()
        with pytest.raises(LastAdminError):
            accounts.keep_an_admin(db, but=ada)
        assert db.get_one(Account, ada.id).password_hash
