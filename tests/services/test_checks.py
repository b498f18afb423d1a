"""What the checks find, with real servers on the other side; what is no longer looked at is bad."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, select, update

from ivr import clock
from ivr.database import transaction
from ivr.models import Check, CheckState, Layer, Phone, Technician
from ivr.services import due
from ivr.services.calls.carrier import NOBODY, Balance, NotNow, Refused, Unknown
from ivr.services.sureness import checks, checks_here, checks_outside
from ivr.services.sureness.checks_here import GIGABYTE
from ivr.services.sureness.found import bad
from ivr.settings import settings
from tests.mail.imap_server import imap_server
from tests.phone.scripted_api import scripted_api
from tests.servers import free_port, valkey
from tests.services.mail_server import mail_server
from tests.services.people import NOW, organization, technician
from tests.services.scripted_carrier import ScriptedCarrier

OK, WARN, BAD, OFF, UNKNOWN = (CheckState(one) for one in ("ok", "warn", "bad", "off", "unknown"))


@pytest.fixture
def carrier(database: str) -> ScriptedCarrier:
    clock.use(lambda: NOW)
    settings().var_dir.mkdir()
    with transaction() as db:
        organization(db)
        for name, level in (("Bo", 1), ("Cy", 2)):
            technician(db, name, level)
        checks.keep(db, NOW)
    return ScriptedCarrier()


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def set_them(**names: object) -> None:
        for name, value in names.items():
            monkeypatch.setenv(name, str(value))
        settings.cache_clear()

    return set_them


def at(seconds: float) -> None:
    clock.use(lambda: NOW + timedelta(seconds=seconds))


def work(carrier: ScriptedCarrier) -> None:
    with transaction() as db:
        rows = due.until(db, clock.now())
    for row in rows:
        due.attend(row.kind, row.id, carrier)


def shown() -> dict[str, checks.Line]:
    with transaction() as db:
        return {line.name: line for line in checks.lines(db, clock.now())}


# The rows -----------------------------------------------------------------------------------------


def test_every_check_is_done_every_few_minutes_and_tells_since_when(
    carrier: ScriptedCarrier, given: Callable[..., None]
) -> None:
    given(MAIL_PORT=free_port())
    assert {line.state for line in shown().values()} == {UNKNOWN}
    work(carrier)
    found = {name: line.state for name, line in shown().items()}
    assert (found["balance"], found["mail-in"], found["disk"]) == (OK, BAD, OK)
    carrier.money = Balance(19.0, "CAD")
    at(299)
    work(carrier)
    assert shown()["balance"].state == OK
    at(301)
    work(carrier)
    line = shown()["balance"]
    assert (line.state, line.since, line.at) == (WARN, clock.now(), clock.now())
    at(700)
    work(carrier)
    assert shown()["balance"].since == NOW + timedelta(seconds=301)


def test_a_check_that_nobody_does_any_more_is_bad(carrier: ScriptedCarrier) -> None:
    work(carrier)
    at(15 * 60 + 1)
    assert {line.state for line in shown().values()} == {BAD}
    assert "ivr worker" in shown()["disk"].said


def test_a_check_that_breaks_is_bad_and_done_again(
    carrier: ScriptedCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(carrier, "balance", breaks)
    work(carrier)
    assert shown()["balance"].state == BAD
    assert "ZeroDivisionError" in shown()["balance"].said
    monkeypatch.undo()
    at(301)
    work(carrier)
    assert shown()["balance"].state == OK


def test_two_workers_do_a_check_once(carrier: ScriptedCarrier) -> None:
    asked: list[int] = []
    with transaction() as db:
        id_ = db.scalars(select(Check.id).where(Check.name == "balance")).one()

    def ask() -> Balance:
        asked.append(id_)
        checks.attend(id_, carrier)  # another one, meanwhile
        return Balance(100.0, "CAD")

    carrier.balance = ask  # type: ignore[method-assign]
    checks.attend(id_, carrier)
    assert len(asked) == 1


def test_the_rows_are_those_of_the_checks_that_there_are(carrier: ScriptedCarrier) -> None:
    with transaction() as db:
        db.add(Check(name="of yesterday", since=NOW, due_at=NOW))
        db.execute(delete(Check).where(Check.name == "disk"))
    with transaction() as db:
        checks.keep(db, NOW)
    with transaction() as db:
        assert set(db.scalars(select(Check.name))) == checks.CHECKS.keys()


# The carrier --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("money", "of_carrier", "of_balance"),
    [
        (Balance(100.0, "CAD"), OK, OK),
        (Balance(19.99, "CAD"), OK, WARN),
        (Balance(-0.5, "CAD"), OK, BAD),
        (Refused(NOBODY), BAD, OFF),
        (Refused("20404"), OK, OFF),
        (Unknown("HTTP 500"), BAD, OFF),
        (NotNow("connection refused"), BAD, OFF),
    ],
)
def test_the_credentials_and_what_is_left(
    carrier: ScriptedCarrier, money: object, of_carrier: str, of_balance: str
) -> None:
    carrier.money = money
    assert checks_outside.carrier(carrier).state == of_carrier
    assert checks_outside.balance(carrier).state == of_balance


def test_the_numbers_are_set_to_us(carrier: ScriptedCarrier) -> None:
    assert checks_outside.numbers(carrier).state == OK
    carrier.stray = ["the line: voice_url"]
    found = checks_outside.numbers(carrier)
    assert (found.state, "the line: voice_url" in found.told("en-CA")) == (BAD, True)
    carrier.stray = Unknown("HTTP 500")
    assert checks_outside.numbers(carrier).state == WARN


# Mail, and the broker -----------------------------------------------------------------------------


def test_the_mail_server_takes_our_mail(
    carrier: ScriptedCarrier, given: Callable[..., None]
) -> None:
    assert checks_outside.mail_out(carrier).state == OFF
    with mail_server() as server:
        server.answers["NOOP"] = "250 ok"
        given(SMTP_URL=server.url)
        assert checks_outside.mail_out(carrier).state == OK
        server.answers["NOOP"] = "554 go away"
        assert checks_outside.mail_out(carrier).state == BAD
        assert server.letters == []
    found = checks_outside.mail_out(carrier)
    assert (found.state, "ConnectionRefused" in found.told("en-CA")) == (BAD, True)


def test_mail_comes_in_by_one_door_at_least(
    carrier: ScriptedCarrier, given: Callable[..., None]
) -> None:
    with mail_server() as listener:  # it greets as ours does
        given(MAIL_PORT=listener.port)
        assert checks_outside.mail_in(carrier).state == OK
    assert checks_outside.mail_in(carrier).state == BAD
    given(MAIL_TOKEN="secret")
    assert checks_outside.mail_in(carrier).state == OK


def test_the_mailbox_opens_and_somebody_looks_into_it(
    carrier: ScriptedCarrier, given: Callable[..., None]
) -> None:
    with imap_server() as server, mail_server() as listener:
        given(IMAP_URL=server.url, MAIL_PORT=listener.port)
        assert checks_outside.mail_in(carrier).state == OK
        given(IMAP_URL=server.url.replace("1@", "2@"))
        assert "password" in checks_outside.mail_in(carrier).told("en-CA")
        given(IMAP_URL=server.url, MAIL_PORT=free_port())
        assert "ivr mail" in checks_outside.mail_in(carrier).told("en-CA")
    found = checks_outside.mail_in(carrier)
    assert (found.state, "cannot be opened" in found.told("en-CA")) == (BAD, True)


def test_the_broker_answers(
    carrier: ScriptedCarrier, given: Callable[..., None], tmp_path: object
) -> None:
    with valkey(tmp_path) as url:
        given(REDIS_URL=url)
        assert checks_outside.broker(carrier).state == OK
    assert checks_outside.broker(carrier).state == WARN


# Who is on call -----------------------------------------------------------------------------------


def test_a_gap_of_the_next_fortnight_is_found(carrier: ScriptedCarrier) -> None:
    assert checks_here.rota(carrier).state == OK
    with transaction() as db:
        ends = (NOW + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
        db.execute(update(Layer).values(ends=ends))
    found = checks_here.rota(carrier)
    assert (found.state, "Put somebody on call" in found.told("en-CA")) == (WARN, True)
    at(9 * 24 * 3600)
    assert checks_here.rota(carrier).state == BAD


def test_whoever_is_on_call_has_a_verified_phone(carrier: ScriptedCarrier) -> None:
    assert checks_here.phones(carrier).state == OK
    with transaction() as db:
        db.execute(update(Phone).values(verified_at=None))
    found = checks_here.phones(carrier)
    assert (found.state, "Bo, Cy" in found.told("en-CA")) == (WARN, True)
    with transaction() as db:
        cy = select(Technician.id).where(Technician.name == "Cy").scalar_subquery()
        db.execute(delete(Phone).where(Phone.technician_id == cy))
    assert checks_here.phones(carrier) == bad("no-phone", names="Cy")


# This machine -------------------------------------------------------------------------------------


def test_a_ticker_that_is_silent_is_bad(carrier: ScriptedCarrier) -> None:
    assert checks_here.ticker(carrier).state == BAD
    with transaction() as db:
        due.beat(db, NOW, "tick")
    assert checks_here.ticker(carrier).state == OK
    at(16)
    assert checks_here.ticker(carrier).state == BAD


@pytest.mark.parametrize(("free", "state"), [(5, OK), (0.9, WARN), (0.1, BAD)])
def test_the_room_on_the_disk(
    carrier: ScriptedCarrier, monkeypatch: pytest.MonkeyPatch, free: float, state: str
) -> None:
    usage = SimpleNamespace(free=int(free * GIGABYTE))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert checks_here.disk(carrier).state == state


# The fallback document ----------------------------------------------------------------------------


def test_the_fallback_document_is_compared_with_the_rota(
    carrier: ScriptedCarrier, given: Callable[..., None]
) -> None:
    assert checks_outside.fallback(carrier).state == OFF
    with scripted_api() as elsewhere:
        given(FALLBACK_URL=f"{elsewhere.url}/fallback.xml")
        with transaction() as db:
            numbers = list(db.scalars(select(Phone.number).order_by(Phone.id)))
        elsewhere.body = f"<Response>\n  {''.join(numbers)}\n</Response>\n".encode()
        assert checks_outside.fallback(carrier).state == OK
        elsewhere.body = b"<Response>+15145550999</Response>"
        assert checks_outside.fallback(carrier).state == WARN
        elsewhere.status = 404
        assert checks_outside.fallback(carrier).state == BAD
    assert checks_outside.fallback(carrier).state == BAD
