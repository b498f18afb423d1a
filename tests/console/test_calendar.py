"""The calendar of the console: a month by days, by the clocks of the rota, when they change too."""

import re

from ivr.database import transaction
from ivr.models import Override, Rota
from ivr.services.on_call import layers, rotas
from ivr.services.on_call.layers import Wanted
from tests.console.on_call import NOW, person, voice
from tests.console.staff import Staff


def day(page: str, date: str) -> str:
    """What a day shows."""
    cell = re.findall(rf'<time datetime="{date}">.*?</td>', page, re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", cell).split())


def test_each_day_shows_who_from_when_until_when_and_what_is_nobodys(staff: Staff) -> None:
    id_ = voice()
    with transaction() as db:
        db.get_one(Rota, id_).layers[0].ends = "2026-12-04T17:30"
    page = staff.get(f"/rotas/{id_}/calendar").text
    assert day(page, "2026-11-01") == "Sun 1 Nov Clocks go back: 25 hours Nobody"
    assert day(page, "2026-11-02") == "Mon 2 Nov Nobody until 09:00 Bo from 09:00"
    assert day(page, "2026-11-26") == "Thu 26 Nov today Bo"
    assert day(page, "2026-12-04") == "Fri 4 Dec Cy until 17:30 Nobody from 17:30"
    assert page.count('class="gap past"') == 6 + 1 + 1
    assert page.count('class="gap"') == 3
    assert 'rel="prev" href="/rotas/3/calendar?month=2026-10"' in page.replace(f"/{id_}/", "/3/")
    assert "March 2027" in staff.reads(f"/rotas/{id_}/calendar?month=2027-03")
    march = staff.get(f"/rotas/{id_}/calendar?month=2027-03").text
    assert "Clocks go forward: 23 hours" in day(march, "2027-03-14")
    for odd in ("2026-13", "9999-01", "x", ""):
        assert "November 2026" in staff.reads(f"/rotas/{id_}/calendar?month={odd}")


def test_all_rotas_a_few_at_a_time_and_one_persons_own(staff: Staff) -> None:
    id_ = voice()
    with transaction() as db:
        for number in range(12):
            made = rotas.create(db, NOW, f"Rota {number:02}", "Europe/London")
            layers.add(db, NOW, made, Wanted("Always", [[int(person("Cy"))]]))
        rotas.create(db, NOW, "Empty", "America/Toronto")
        db.add(
            Override(
                rota_id=id_,
                technician_id=int(person("Mona")),
                starts_at=NOW,
                ends_at=NOW.replace(hour=18),
                asked_at=NOW,
                agreed_at=NOW,
            )
        )
    page = staff.get("/calendar").text
    assert "Rota 00: Cy" in day(page, "2026-11-26").replace(" :", ":")
    assert "Rotas 1 to 10 of 16, by name" in page
    further = re.findall(r'href="(/calendar\?month=2026-11&amp;from=10)"', page)[0]
    page = staff.get(further.replace("&amp;", "&")).text
    assert "Voice : Mona 10:20 to 13:20" in day(page, "2026-11-26")
    page = staff.get(f"/calendar?person={person('Mona')}").text
    assert day(page, "2026-11-26") == "Thu 26 Nov today Voice 10:20 to 13:20"
    assert day(page, "2026-11-27") == "Fri 27 Nov"
