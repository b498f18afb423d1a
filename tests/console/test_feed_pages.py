"""Shifts in other calendars, from the console: secret addresses, files saved and taken over. And who
of us may do what to rotas.
"""

import io
import re

from ivr.database import reading, transaction
from ivr.models import Absence, Override, Role, Rota, Technician
from ivr.services.on_call import overrides
from tests.console.colleague import Colleague, account
from tests.console.on_call import NOW, person, voice
from tests.console.staff import Staff, text, wrong


def event(uid: str, start: str, end: str, summary: str) -> list[str]:
    times = (f"DTSTART{start}", f"DTEND{end}")
    return ["BEGIN:VEVENT", f"UID:{uid}", *times, f"SUMMARY:{summary}", "END:VEVENT"]


def file(*lines: str) -> bytes:
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", *lines, "END:VCALENDAR", ""]
    return "\r\n".join(whole).encode()


CHRISTMAS = event("1@x", ":20261224T140000Z", ":20261225T140000Z", "Cy")


def address(page: str) -> str:
    return re.findall(r"/calendar/[\w-]+\.ics", page)[0]


def upload(*lines: str) -> dict[str, object]:
    return {"file": (io.BytesIO(file(*lines)), "calendar.ics")}


def test_an_address_is_shown_once_and_the_one_before_ends(staff: Staff) -> None:
    page = f"/rotas/{voice()}"
    first = address(staff.submits(page, f"{page}/feed").text)
    assert b"SUMMARY:On call: Bo" in staff.get(first).data
    assert first not in staff.get(page).text
    assert "There is a secret address since Thu 26 Nov, 10:20" in staff.reads(page)
    second = address(staff.submits(page, f"{page}/feed").text)
    assert staff.get(first).status_code == 404
    assert staff.get(second).status_code == 200
    assert "staff : made a new address for calendars" in staff.reads(page)
    own = f"/calendar/people/{person('Cy')}/feed"
    mine = address(staff.submits(f"/calendar?person={person('Cy')}", own).text)
    assert b"Voice" in staff.get(mine).data
    saved = staff.get(f"{page}/shifts.ics")
    assert saved.headers["Content-Disposition"].startswith("attachment; filename=rota-")
    assert saved.data == staff.get(second).data


def test_a_calendar_is_taken_over_as_shifts_or_as_absences(staff: Staff) -> None:
    page = f"/rotas/{voice()}/import"
    unknown = event("2@x", ":20261226T140000Z", ":20261227T140000Z", "Santa")
    told = text(staff.submits(page, **upload(*CHRISTMAS, *unknown), by="Bo"))
    assert (
        "Taken over: 1 new, 0 changed, 0 removed, 0 unchanged. Left out: line 11 (UID 2@x)" in told
    )
    assert "0 new, 0 changed, 0 removed, 1 unchanged" in text(
        staff.submits(page, **upload(*CHRISTMAS))
    )
    told = text(staff.submits("/absences/import", **upload(*CHRISTMAS), person=person("Bo")))
    assert "Taken over: 1 new" in told
    with reading() as db:
        assert db.query(Override).one().technician.name == "Cy"
        assert db.query(Absence).one().technician.name == "Bo"
    for given, field, why in (
        ({}, "file", "Choose a file that ends in .ics."),
        (
            {"file": (io.BytesIO(b"x" * 400_001), "x.ics")},
            "file",
            "That is more than 400 kB.",
        ),
        (
            {"file": (io.BytesIO(b"nonsense"), "x.ics")},
            "file",
            "Nothing was taken over. It is no iCalendar file.",
        ),
    ):
        assert wrong(staff.submits(page, **given))[field].startswith(why)
    assert wrong(staff.submits("/absences/import", **upload(*CHRISTMAS))) == {
        "person": "Choose whose calendar it is."
    }


# Who may do what ----------------------------------------------------------------------------------


def test_a_technician_swaps_and_a_senior_decides(staff: Staff) -> None:
    id_ = voice()
    page = f"/rotas/{id_}"
    with transaction() as db:
        bo, cy = (db.get_one(Technician, int(person(one))) for one in ("Bo", "Cy"))
        rota = db.get_one(Rota, id_)
        asked = overrides.ask(db, NOW, rota, cy, bo, NOW, NOW.replace(hour=20), bo)
    for name, role in (("Didi", Role.TECHNICIAN), ("Mona", Role.SENIOR)):
        account(name, role)
    theirs, senior = Colleague(), Colleague()
    theirs.signs_in("didi@2n5.example")
    senior.signs_in("mona@2n5.example")
    for path in ("/rotas/new", f"{page}/settings", f"{page}/layers/new", f"{page}/import"):
        assert theirs.get(path).status_code == 403
        assert senior.get(path).status_code == 200
    shown = theirs.get(page).text
    assert "Add a layer" not in shown
    assert 'name="by"' not in shown
    agree = f"/overrides/{asked.id}/agree"
    form = f"/overrides/{asked.id}/withdraw"
    token = re.findall(
        rf'action="{form}">\s*<input type="hidden" name="token" value="([^"]+)"', shown
    )
    assert theirs.send(agree, {"token": token[0], "by": "Cy"}).status_code == 403, (
        "not Didi's to say"
    )
    away = {"from": "2026-12-20T00:00", "until": "2027-01-03T00:00"}
    refused = theirs.press("/absences", "/absences", person=person("Bo"), **away)
    assert wrong(refused)["person"].startswith("Your own absences only")
    assert theirs.press("/absences", "/absences", person=person("Didi"), **away).status_code == 303
    taken = {"person": person("Didi"), "instead": person("Cy"), "by": "Cy"}
    times = {"from": "2026-12-01T09:00", "until": "2026-12-02T09:00"}
    theirs.press(f"{page}/overrides/new", f"{page}/overrides/new", **taken, **times)
    with reading() as db:
        last = db.query(Override).order_by(Override.id.desc()).first()
        assert last
        assert (last.asked_by_id, last.agreed_by_id) == (int(person("Didi")), int(person("Didi")))
