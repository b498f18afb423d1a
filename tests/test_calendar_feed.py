"""The address that calendar programs read, over HTTP; and the commands about who is on call."""

from http import HTTPStatus
from pathlib import Path

import icalendar
import pytest

from ivr import clock
from ivr.cli import parser
from ivr.database import transaction
from ivr.models import Technician
from ivr.services.on_call import feeds, ical_export, layers, rotas
from ivr.services.on_call.layers import Wanted
from tests.services.people import NOW, organization, technician

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def token() -> str:
    """Of Bo, who is on call every other day from nine to nine."""
    clock.use(lambda: NOW)
    with transaction() as db:
        organization(db)
        bo, di = (technician(db, name, level=1) for name in ("Bo", "Di"))
        rota = rotas.create(db, NOW, "Days", "America/Toronto")
        layers.add(db, NOW, rota, Wanted("D", [[bo.id], [di.id]], "2026-11-23T09:00", "days"))
        return feeds.make(db, NOW, technician=bo)


def test_a_feed_is_read_without_signing_in_and_again_only_when_it_has_changed(token: str) -> None:
    from ivr.web import app

    client = app.test_client()
    answer = client.get(f"/calendar/{token}.ics")
    assert answer.status_code == HTTPStatus.OK
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Cache-Control"] == "private, max-age=600"
    assert "Set-Cookie" not in answer.headers
    read = icalendar.Calendar.from_ical(answer.data)
    shifts = [one["DTSTART"].dt for one in read.walk("VEVENT") if "Days" in one["SUMMARY"]]
    assert min(shifts).date().isoformat() == "2026-11-23", "the first hand-over"
    assert 90 <= (max(shifts) - NOW).days + 3 <= 94
    assert read["X-PUBLISHED-TTL"] == "PT1H"
    known = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(f"/calendar/{token}.ics", headers=known).status_code == 304
    with transaction() as db:
        bo = db.get_one(Technician, 1)
        rotas.create(db, NOW, "Other", "America/Toronto")
        row = rotas.named(db, "Other")
        layers.add(db, NOW, row, Wanted("O", [[bo.id]]))
    assert client.get(f"/calendar/{token}.ics", headers=known).status_code == HTTPStatus.OK
    with transaction() as db:
        feeds.end(db, NOW, technician=db.get_one(Technician, 1))
    for path in (token, "x" * 43, "../secret", "a"):
        assert client.get(f"/calendar/{path}.ics").status_code == HTTPStatus.NOT_FOUND


def run(*words: str) -> int:
    args = parser().parse_args(words)
    return int(args.act(args))


def test_the_command_says_who_is_on_call_at_a_time(
    token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("on-call") == 0
    assert capsys.readouterr().out == "Days: Bo\nLevel 1: Bo, Di\nLevel 2: nobody\n"
    assert run("on-call", "--at", "2026-11-24T09:00", "--rota", "Days") == 0
    assert capsys.readouterr().out == "Days: Di\n"
    assert run("on-call", "--at", "2026-11-24T13:59:59Z", "--rota", "Days") == 0
    assert capsys.readouterr().out == "Days: Bo\n"
    assert run("on-call", "--at", "tonight") == 1
    assert run("on-call", "--rota", "Nights") == 1
    told = capsys.readouterr().err
    assert "'tonight' is no time, such as 2026-11-24T03:00\n" in told
    assert "there is no rota 'Nights'\n" in told


def test_a_rota_goes_out_as_a_file_and_comes_in_again_elsewhere(
    token: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("rota", "export", "Days") == 0
    file = tmp_path / "days.ics"
    file.write_text(capsys.readouterr().out)
    with transaction() as db:
        rotas.create(db, NOW, "Copy", "America/Toronto")
    assert run("rota", "import-ics", "Copy", str(file)) == 0
    assert "0 changed, 0 removed, 0 unchanged" in capsys.readouterr().out
    assert run("rota", "import-ics", "Copy", str(file)) == 0
    assert "0 new, 0 changed, 0 removed" in capsys.readouterr().out
    with transaction() as db:
        copy, days = (
            icalendar.Calendar.from_ical(ical_export.of_rota(db, NOW, rotas.named(db, name)))
            for name in ("Copy", "Days")
        )
    begun = [
        {
            (one["DTSTART"].dt, one["SUMMARY"])
            for one in made.walk("VEVENT")
            if one["DTEND"].dt > NOW
        }
        for made in (copy, days)
    ]
    assert begun[0] == begun[1]
    assert run("absences", "import-ics", "bo@2n5.example", str(file)) == 0
    assert run("absences", "import-ics", "nobody@2n5.example", str(file)) == 1
    file.write_bytes(b"PK")
    assert run("rota", "import-ics", "Copy", str(file)) == 1
    assert "It is no iCalendar file.\nnothing was imported" in capsys.readouterr().err
