"""Settings on the staff pages: seen by who may, changed by who may, with their history; and what is
fixed by the environment, without its secrets.
"""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.database import reading, transaction
from ivr.models import AuditLine, Organization, Retention, Role
from ivr.services.calls import retention
from ivr.services.settings import house_settings, in_force
from ivr.settings import settings
from tests.conftest import Wall
from tests.console.colleague import Colleague, account
from tests.portal.browser import words
from tests.services import people
from tests.stories.line import Line

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def colleague(name: str, role: Role) -> Colleague:
    account(name, role)
    somebody = Colleague()
    assert somebody.signs_in(f"{name.lower()}@2n5.example").status_code == 303
    return somebody


@pytest.fixture
def ada(database: str, wall: Wall) -> Colleague:
    with transaction() as db:
        people.organization(db)
    return colleague("Ada", Role.ADMIN)


def filled(somebody: Colleague, path: str, **changes: str) -> dict[str, str]:
    """The form of a page as it stands, with some of it changed."""
    form = somebody.get(path).text.partition(f'action="{path}"')[2].partition("</form>")[0]
    inputs = re.findall(r'<input([^>]*) name="([\w-]+)"[^>]* value="([^"]*)"([^>]*)>', form)
    given = {
        name: value
        for before, name, value, after in inputs
        if "checkbox" not in before or "checked" in after
    }
    for name, options in re.findall(
        r'<select[^>]* name="([\w-]+)".*?>(.*?)</select>', form, re.DOTALL
    ):
        given[name] = re.findall(r'value="([^"]*)" selected', options)[0]
    return given | changes


def test_a_target_is_changed_and_put_back(ada: Colleague) -> None:
    path = "/settings/targets"
    form = filled(ada, path, **{"major-response-amount": "45", "closing-amount": "0"})
    wrong = ada.send(path, form)
    assert wrong.status_code == 422
    assert "Give a whole number" in words(wrong)
    assert 'value="45"' in wrong.text, "what was filled in stays"
    assert (
        ada.send(path, form | {"closing-amount": "7", "closing-unit": "hours"}).status_code == 303
    )
    page = ada.get(path)
    assert "Major, first response 30 minutes, warning at 80% → 45 minutes" in words(page)
    with reading() as db:
        assert house_settings.value(db, "targets") == {
            "major": {"response": {"within": 2700}},
            "closing": {"within": 25200},
        }
    late = ada.send(path, form | {"closing-amount": "8"})
    assert (late.status_code, "meanwhile" in words(late)) == (422, True)
    undo = re.findall(r'action="(/settings/targets/versions/\d+/undo)"', page.text)[0]
    assert ada.press(path, undo).status_code == 303
    with reading() as db:
        assert house_settings.value(db, "targets") == {}
    assert "Ada changed a setting" in words(ada.get("/audit?kind=setting_changed"))


@on_sqlite
def test_how_long_recordings_are_kept_is_set_audited_and_due_at_once(ada: Colleague) -> None:
    path = "/settings/retention"
    for days in ("0", "36501", "-1", "1.5", "a year", ""):
        wrong = ada.send(path, filled(ada, path, note=days))
        assert wrong.status_code == 422, days
        assert "Give a whole number of days, from 1 to 36" in words(wrong)
    assert ada.send(path, filled(ada, path, message="90")).status_code == 303
    page = ada.get(path)
    assert "Messages 730 days → 90 days" in words(page)
    with reading() as db:
        assert retention.days(db) == retention.DEFAULTS | {"message": 90}
        looked_for = select(Retention).where(Retention.kind == "message")
        assert db.scalars(looked_for).one().due_at is not None
        told = db.scalars(select(AuditLine).where(AuditLine.about == "retention")).one()
        assert (told.by, told.data) == ("Ada", {"recording": "message", "days": 90, "was": 730})
    undo = re.findall(rf'action="({path}/versions/\d+/undo)"', page.text)[0]
    assert ada.press(path, undo).status_code == 303
    with reading() as db:
        assert retention.days(db) == retention.DEFAULTS


@on_sqlite
def test_every_setting_is_saved_as_it_stands_and_changed(ada: Colleague) -> None:
    changes = {
        "organization": {"name": "Acme Aide", "time_zone": "America/Vancouver"},
        "business-hours": {"opens": "08:30"},
        "languages": {"first": "fr-CA"},
        "retention": {"message": "90"},
    }
    for name, fields in changes.items():
        path = f"/settings/{name}"
        told = words(ada.get(ada.send(path, filled(ada, path)).headers["Location"]))
        assert "It is so already" in told, name
        assert ada.send(path, filled(ada, path, **fields)).status_code == 303, name
    with reading() as db:
        row = db.get_one(Organization, 1)
        assert (row.name, row.time_zone) == ("Acme Aide", "America/Vancouver")
        assert row.business_hours["opens"] == "08:30"
        assert row.languages == ["fr-CA", "en-CA"]
    mona = colleague("Mona", Role.MANAGER)
    assert "<form class" not in mona.get("/settings/targets").text
    assert mona.send("/settings/languages", {"first": "en-CA"}).status_code == 403
    assert colleague("Bo", Role.SENIOR).get("/settings").status_code == 403


@on_sqlite
def test_a_number_is_blocked_from_the_next_call_on_and_served_again(line: Line) -> None:
    ada, path = Colleague(), "/settings/blocked-numbers"
    assert ada.send(path, filled(ada, path, number="12", why="")).status_code == 422
    ada.send(path, filled(ada, path, number="514 555-0167", why="Rings all night"))
    assert "Rings all night" in words(ada.get(path))
    pest = line.customer("+15145550167", "Pest")
    sid = pest.dial()
    line.passes(8)
    assert (pest.in_call, line.rings()) == (False, [])
    assert line.call(sid)["entries"][0]["kind"] == "caller-blocked"
    ada.send(path, filled(ada, path, remove="+15145550167"))
    in_force.look()
    assert not house_settings.is_blocked("+15145550167")


@on_sqlite
def test_the_environment_is_shown_with_its_sources_and_without_secrets(
    ada: Colleague, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "token"
    secret.write_text("tok-in-a-file")
    monkeypatch.setenv("MAIL_TOKEN_FILE", str(secret))
    monkeypatch.setenv("SMTP_URL", "smtp://mailer:hush-hush@mail.example:587?key=very-secret")
    monkeypatch.setenv("SUPPORT_EMAIL", "aide@example.ca")
    generated = settings().credentials[1]
    settings.cache_clear()
    page = ada.get("/settings/environment")
    told = words(page)
    assert "MAIL_TOKEN •••••••• file, by MAIL_TOKEN_FILE" in told
    assert "SMTP_URL smtp://mailer:••••••••@mail.example:587?•••••••• environment" in told
    assert "SUPPORT_EMAIL aide@example.ca environment" in told
    assert "TWILIO_AUTH_TOKEN •••••••• made on the first start" in told
    assert re.search(r"RINGS_A_DAY 300 default", told)
    for hidden in ("tok-in-a-file", "hush-hush", "very-secret", generated):
        assert hidden not in page.text
