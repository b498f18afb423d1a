"""A newcomer at the console, by keyboard alone: rotas for two teams, a week swapped, a feed subscribed
to, and tonight's technician on the first page. And how all of these pages look.
"""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Absence, Rota, Team, Technician
from ivr.services.on_call import layers, overrides, rotas
from ivr.services.on_call.layers import Wanted
from tests import looks
from tests.stories.line import Line

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


def press(page: Page, name: str, role: str = "button", *, exact: bool = False) -> None:
    """Go to it, and press Enter."""
    page.get_by_role(role, name=name, exact=exact).first.press("Enter")  # type: ignore[arg-type]


def choose(field: Locator, beginning: str) -> None:
    """As the keyboard does it: what begins with these letters."""
    field.focus()
    field.page.keyboard.type(beginning)


def makes_a_rota(page: Page, name: str, *people: str) -> None:
    press(page, "Rotas", "link", exact=True)
    press(page, "New rota", "link")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type(name)
    choose(page.get_by_label("Team"), name)
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Nobody is on call.")).to_be_visible()
    press(page, "Add the first layer", "link")
    for at, person in enumerate(people):
        choose(page.get_by_label(f"Turn {at + 1}", exact=True), person)
    press(page, "Move up Turn 3")
    expect(page.get_by_label("Turn 2", exact=True)).to_be_focused()
    press(page, "Move up Turn 3")
    press(page, "Preview the next shifts")
    preview = page.get_by_role("region", name="The next shifts of this layer, not saved yet")
    expect(preview.get_by_role("row").nth(1)).to_contain_text(people[0])
    press(page, "Save")
    layers = page.get_by_role("region", name="Layers")
    expect(layers).to_contain_text(f"Weekly from Monday 09:00: {', '.join(people)}")


def test_a_newcomer_sets_up_rotas_swaps_a_week_and_subscribes(line: Line, page: Page) -> None:
    with transaction() as db:
        db.add_all([Team(name="Voice"), Team(name="Network")])
    page.goto("/")
    press(page, "On call", "link")
    makes_a_rota(page, "Network", "Cy Roy", "Bo Chan", "Di Wu")
    makes_a_rota(page, "Voice", "Bo Chan", "Di Wu", "Cy Roy")
    # Di asks Cy to swap their weeks
    press(page, "Swap two shifts", "link")
    choose(page.get_by_label("This shift"), "Di Wu")
    choose(page.get_by_label("for this one"), "Cy Roy")
    choose(page.get_by_label("You are"), "Di Wu")
    press(page, "Ask for the swap")
    changes = page.get_by_role("region", name="Overrides and swaps")
    expect(changes).to_contain_text("asked for, not in force Asked for by Di Wu. Cy Roy must agree")
    choose(changes.get_by_label("You are"), "Cy Roy")
    press(page, "Agree to the swap")
    expect(changes).to_contain_text("swap agreed to Asked for by Di Wu. Agreed to by Cy Roy")
    # the calendar shows it
    press(page, "Month by month", "link")
    press(page, "December 2026", "link")
    first, eighth = (page.locator("td", has=page.locator(f'time[datetime="2026-12-{day}"]'))
                     for day in ("01", "08"))  # fmt: skip
    expect(first).to_contain_text("Cy Roy for Di Wu")
    expect(eighth).to_contain_text("Di Wu for Cy Roy")
    press(page, "Rota Voice", "link")
    # and so does the feed
    press(page, "Make an address")
    address = page.locator("code").text_content()
    events = icalendar.Calendar.from_ical(requests.get(address or "", timeout=10).text).walk(
        "VEVENT"
    )
    begins = {
        str(one["summary"]).removeprefix("On call: "): one["dtstart"].dt
        for one in reversed(events)
        if one["dtstart"].dt > clock.now()
    }
    assert begins["Cy Roy"] == datetime(2026, 11, 30, 14, tzinfo=UTC)
    assert begins["Di Wu"] == datetime(2026, 12, 7, 14, tzinfo=UTC)
    # tonight's technicians are on the first page
    press(page, "Now", "link")
    tonight = page.get_by_role("region", name="On call")
    expect(tonight).to_contain_text("Voice Bo Chan until Monday 09:00, then Cy Roy")
    expect(tonight).to_contain_text("Network Cy Roy until Monday 09:00, then Bo Chan")


def a_busy_rota(line: Line) -> int:
    """With all that its page can show."""
    now = line.exchange.clock.now()
    with transaction() as db:
        bo, di, cy = db.query(Technician).order_by(Technician.id)
        rota = rotas.create(db, now, "W" * 90, "America/Toronto", owner=bo)
        layers.add(db, now, rota, Wanted("Weekly", [[bo.id], [di.id, cy.id]], "2026-11-02T09:00"))
        hours = [{"days": [0, 1, 2, 3, 4], "from": "17:00", "until": "09:00"}]
        layers.add(db, now, rota, Wanted("Nights", [[cy.id]], hours=hours, ends="2026-12-24T09:00"))
        tomorrow, later = now + timedelta(days=1), now + timedelta(days=2)
        overrides.ask(db, now, rota, di, bo, tomorrow, later, bo)
        overrides.put(db, now, rota, di, bo, later, later + timedelta(hours=5, seconds=7), di)
        db.add(
            Absence(technician=di, starts_at=now, ends_at=now + timedelta(hours=9), why="W" * 99)
        )
        return rota.id


def test_every_page_of_the_rotas_can_be_read_at_any_width_by_light_and_in_the_dark(
    line: Line, page: Page
) -> None:
    id_ = a_busy_rota(line)
    with reading() as db:
        layer = db.get_one(Rota, id_).layers[1].id
    rota = f"/rotas/{id_}"
    paths = (
        *("/tickets", "/rotas", "/rotas/new", rota, f"{rota}/settings", f"{rota}/calendar"),
        *("/calendar", "/calendar?person=1", f"{rota}/layers/new", f"{rota}/layers/{layer}"),
        *(f"{rota}/overrides/new", f"{rota}/swaps/new", f"{rota}/import"),
        *("/absences", "/absences/import"),
    )
    for path in paths:
        page.goto(path)
        looks.well_built(page)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert looks.unreadable(page) == [], path
        for width in (320, 390, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
    page.goto(f"{rota}/layers/new")
    press(page, "Only at certain hours")
    expect(page.get_by_role("checkbox", name="Monday")).to_be_focused()
    press(page, "Save")
    expect(page.get_by_role("alert").last).to_contain_text("Choose at least one person.")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert looks.unreadable(page) == []
    looks.well_built(page)
