"""The door of the calendars, and `ivr calendar`."""

import icalendar
import pytest

from ivr.cli import main
from ivr.database import transaction
from ivr.services import feeds, rotas
from ivr.web import app
from tests.services.people import NOW, organization, technician
from tests.services.test_calendars import event, file

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def secret(database: str) -> str:
    with transaction() as db:
        organization(db)
        technician(db, "Bo", level=1)
        return feeds.renew(db, NOW, rotas.named(db, "Level 1"))


def test_a_calendar_program_reads_it_without_signing_in_from_anywhere(secret: str) -> None:
    client = app.test_client()
    answer = client.get(f"/calendar/{secret}.ics", headers={"Host": "support.example"})
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert icalendar.Calendar.from_ical(answer.data).walk("VEVENT")[0]["SUMMARY"] == "Bo"
    unchanged = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(f"/calendar/{secret}.ics", headers=unchanged).status_code == 304
    wrong = client.get(f"/calendar/{secret[:-1]}.ics", headers={"Host": "support.example"})
    assert wrong.status_code == 404


def ivr(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    monkeypatch.setattr("sys.argv", ["ivr", "calendar", *args])
    return main()


def test_on_the_command_line_a_calendar_goes_out_and_comes_in(
    secret: str,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
    tmp_path,
) -> None:
    assert ivr(monkeypatch, "export", "--rota", "Level 1") == 0
    assert b"SUMMARY:Bo\r\n" in capfdbinary.readouterr().out
    away = tmp_path / "away.ics"
    away.write_bytes(file(*event("a", ":20990101T000000Z", ":20990102T000000Z", "Holidays")))
    assert ivr(monkeypatch, "import", str(away), "--person", "bo@2n5.example") == 0
    assert capfdbinary.readouterr().out == b"0 new, 0 taken away, 0 unchanged\n", "in a year only"
    away.write_bytes(b"nonsense")
    assert ivr(monkeypatch, "import", str(away), "--rota", "Level 1") == 1
    assert b"it is no calendar file (.ics)" in capfdbinary.readouterr().err
    assert ivr(monkeypatch, "import", str(away), "--rota", "Level 9") == 1
    assert b"there is no rota Level 9" in capfdbinary.readouterr().err
