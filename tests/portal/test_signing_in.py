"""Signing in tells nobody who is known, and lets in only whoever owns the address."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from ivr.database import reading, transaction
from ivr.models import Contact, Message, SignIn, SignInLink
from ivr.services.staff import hashing, signing_in
from tests.conftest import Wall
from tests.portal.browser import Customer, links, words

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LINK_SENT = "/portal/sign-in"
PASSWORD = "four words in a row"


@pytest.fixture
def stranger(world: dict[str, str]) -> Customer:
    return Customer()


def test_a_mailed_link_lets_in_once(stranger: Customer) -> None:
    answer = stranger.signs_in()
    assert (answer.status_code, answer.location) == (303, "/portal/tickets")
    assert "Ticket of ana" in words(stranger.get("/portal/tickets"))
    other = Customer()
    again = other.get(links("ana@acme.example")[0])
    assert again.status_code == 410
    assert "no longer good" in words(again)
    assert other.get("/portal/tickets").status_code == 303


def test_opening_the_link_alone_uses_nothing_up(stranger: Customer) -> None:
    stranger.press(LINK_SENT, LINK_SENT, email="ana@acme.example")
    link = links("ana@acme.example")[0]
    scanner = Customer()
    for _ in range(3):
        assert scanner.get(link).status_code == 200
    assert stranger.opens(link).status_code == 303


def test_two_browsers_that_press_the_same_link(stranger: Customer) -> None:
    stranger.press(LINK_SENT, LINK_SENT, email="ana@acme.example")
    link = links("ana@acme.example")[0]
    other = Customer()
    form = other.form(link, link)
    assert stranger.opens(link).status_code == 303
    assert other.send(link, form).status_code == 410


def test_a_link_is_good_for_a_quarter_of_an_hour(stranger: Customer, wall: Wall) -> None:
    stranger.press(LINK_SENT, LINK_SENT, email="ana@acme.example")
    form = stranger.form(links("ana@acme.example")[0], links("ana@acme.example")[0])
    wall.passes(15 * MINUTE)
    assert stranger.send(links("ana@acme.example")[0], form).status_code == 410


def test_an_address_that_nobody_has_is_answered_alike(stranger: Customer) -> None:
    known = stranger.press(LINK_SENT, LINK_SENT, email="ana@acme.example")
    unknown = stranger.press(LINK_SENT, LINK_SENT, email="eve@acme.example")
    assert known.status_code == unknown.status_code == 200
    assert words(known).replace("ana@", "eve@") == words(unknown)
    assert links("eve@acme.example") == []


@pytest.mark.parametrize("email", ["ana@acme.example", "eve@acme.example"])
def test_links_are_asked_for_only_so_often(stranger: Customer, wall: Wall, email: str) -> None:
    for _ in range(5):
        assert stranger.press(LINK_SENT, LINK_SENT, email=email).status_code == 200
    answer = stranger.press(LINK_SENT, LINK_SENT, email=email.upper())
    assert answer.status_code == 429
    assert "quarter of an hour" in words(answer)
    wall.passes(15 * MINUTE)
    assert stranger.press(LINK_SENT, LINK_SENT, email=email).status_code == 200


def test_one_source_asks_for_many_addresses_only_so_often(stranger: Customer) -> None:
    form = stranger.form(LINK_SENT, LINK_SENT)
    told = [
        stranger.send(LINK_SENT, form | {"email": f"{n}@x.example"}).status_code for n in range(41)
    ]
    assert told == [200] * 40 + [429]
    elsewhere = Customer(address="192.0.2.2")
    assert elsewhere.press(LINK_SENT, LINK_SENT, email="ana@acme.example").status_code == 200


def test_neither_links_nor_sessions_are_kept_as_they_are(stranger: Customer) -> None:
    stranger.signs_in()
    shown = stranger.client.get_cookie("portal", path="/portal")
    assert shown
    with reading() as db:
        kept = [*db.scalars(select(SignIn.token_hash)), *db.scalars(select(SignInLink.token_hash))]
    assert len(kept) == 2
    for secret in (shown.value, links("ana@acme.example")[0].rpartition("/")[2]):
        assert all(secret not in one for one in kept)


def test_the_cookie_is_for_the_portal_alone(stranger: Customer) -> None:
    stranger.signs_in()
    shown = stranger.client.get_cookie("portal", path="/portal")
    assert shown
    assert (shown.http_only, shown.same_site, shown.path) == (True, "Lax", "/portal")


# By a password ------------------------------------------------------------------------------------


@pytest.fixture
def with_password(world: dict[str, str]) -> Customer:
    with transaction() as db:
        ana = db.scalars(select(Contact).where(Contact.email == "ana@acme.example")).one()
        ana.password_hash = hashing.hashed(PASSWORD)
    return Customer()


def by_password(who: Customer, password: str, email: str = "ana@acme.example") -> int:
    form = who.form(LINK_SENT, "/portal/password")
    return who.send("/portal/password", form | {"email": email, "password": password}).status_code


def test_a_password_lets_in(with_password: Customer) -> None:
    assert by_password(with_password, PASSWORD, " Ana@Acme.example ") == 303
    assert with_password.get("/portal/tickets").status_code == 200


@pytest.mark.parametrize("email", ["ana@acme.example", "tom@acme.example", "eve@acme.example"])
def test_a_wrong_password_does_not_tell_who_is_there(with_password: Customer, email: str) -> None:
    form = with_password.form(LINK_SENT, "/portal/password") | {"email": email, "password": "no"}
    answer = with_password.send("/portal/password", form)
    assert answer.status_code == 403
    assert "do not match" in words(answer)


def test_passwords_are_tried_only_so_often(with_password: Customer, wall: Wall) -> None:
    told = [by_password(with_password, "no") for _ in range(11)]
    assert told == [403] * 10 + [429]
    assert by_password(with_password, PASSWORD) == 429
    with_password.press(LINK_SENT, LINK_SENT, email="ana@acme.example")
    assert with_password.opens(links("ana@acme.example")[-1]).status_code == 303, (
        "the link still is"
    )


def test_setting_a_password_signs_out_everywhere_else(ana: Customer) -> None:
    other = Customer()
    other.signs_in()
    short = ana.press("/portal/account", "/portal/account/password", password="short")
    assert short.status_code == 422
    assert (
        ana.press("/portal/account", "/portal/account/password", password=PASSWORD).status_code
        == 303
    )
    assert ana.get("/portal/tickets").status_code == 200
    assert other.get("/portal/tickets").status_code == 303
    assert by_password(other, PASSWORD) == 303


# Staying and leaving ------------------------------------------------------------------------------


def test_whoever_is_signed_in_can_be_signed_out_elsewhere(ana: Customer) -> None:
    other = Customer()
    other.signs_in()
    shown = words(ana.get("/portal/account"))
    assert "Firefox, Linux this device" in shown
    assert "Firefox, Linux last used" in shown
    done = ana.press("/portal/account", "/portal/account/sign-outs", which="others")
    assert done.status_code == 303
    assert other.get("/portal/tickets").status_code == 303
    assert ana.get("/portal/tickets").status_code == 200


def test_nobody_signs_others_out(ana: Customer) -> None:
    luc = Customer()
    luc.signs_in("luc@lajoie.example")
    with reading() as db:
        last = db.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
    assert last
    token = ana.form("/portal/account", "/portal/sign-out")
    ana.send("/portal/account/sign-outs", token | {"which": str(last.id)})
    assert luc.get("/portal/tickets").status_code == 200


def test_signing_out_ends_it_for_good(ana: Customer) -> None:
    shown = ana.client.get_cookie("portal", path="/portal")
    assert shown
    ana.press("/portal/account", "/portal/sign-out")
    assert ana.get("/portal/tickets").status_code == 303
    assert ana.get("/portal/tickets?part=live").status_code == 401
    ana.client.set_cookie("portal", shown.value, path="/portal")
    assert ana.get("/portal/tickets").status_code == 303


def test_a_visit_keeps_signed_in_and_a_month_away_ends_it(ana: Customer, wall: Wall) -> None:
    for _ in range(3):
        wall.passes(20 * DAY)
        assert ana.get("/portal/tickets").status_code == 200
    wall.passes(30 * DAY)
    assert ana.get("/portal/tickets").status_code == 303


def test_they_come_back_to_where_they_wanted_to_go(
    stranger: Customer, world: dict[str, str]
) -> None:
    wanted = f"/portal/tickets/{world['ana']}"
    assert stranger.get(wanted).location == "/portal/sign-in"
    assert stranger.signs_in().location == wanted


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/portal/", "/portal//evil", "/tickets"]
)
def test_nobody_is_sent_elsewhere(stranger: Customer, elsewhere: str) -> None:
    stranger.client.set_cookie("portal_wanted", elsewhere, path="/portal")
    assert stranger.signs_in().location == "/portal/tickets"


# Languages ----------------------------------------------------------------------------------------


def test_strangers_are_spoken_to_as_their_browser_reads(world: dict[str, str]) -> None:
    french = Customer("fr-CA,fr;q=0.9,en;q=0.5")
    assert "Envoyez-moi un lien" in words(french.get("/portal/sign-in"))
    assert "Mail me a link" in words(Customer("de-DE").get("/portal/sign-in"))
    french.press("/portal/sign-in", "/portal/language", language="en-CA")
    assert "Mail me a link" in words(french.get("/portal/sign-in"))


def test_a_contact_is_spoken_to_in_their_language_and_may_change_it(world: dict[str, str]) -> None:
    luc = Customer("en-CA")
    luc.signs_in("luc@lajoie.example")
    with reading() as db:
        mails = select(Message.subject).where(Message.to == "luc@lajoie.example")
        assert "Connexion au soutien de 2N5" in db.scalars(mails.order_by(Message.id)).all()
    assert "Vos billets" in words(luc.get("/portal/tickets"))
    done = luc.press(
        "/portal/tickets", "/portal/language", language="en-CA", back="/portal/account"
    )
    assert done.location == "/portal/account"
    assert "Your tickets" in words(luc.get("/portal/tickets"))
    with reading() as db:
        contact = db.scalars(select(Contact).where(Contact.name == "Luc Lajoie")).one()
        assert contact.language == "en-CA"


def test_what_nobody_needs_any_more_is_swept_up(ana: Customer, wall: Wall) -> None:
    ana.press("/portal/account", "/portal/sign-out")
    wall.passes(2 * DAY)
    with transaction() as db:
        signing_in.sweep(db, wall.now)
    with reading() as db:
        for table in (signing_in.SignInAttempt, SignInLink, SignIn):
            assert db.scalars(select(table)).all() == []
