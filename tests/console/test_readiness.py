"""The readiness page: what is so, what to do, and the line's own test call."""

import re

import pytest
from playwright.sync_api import Page, expect

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Canary, Check
from ivr.services import due
from ivr.services.sureness import cage, canary, checks
from ivr.services.sureness.found import Found, bad, ok, warn
from ivr.settings import settings
from tests import looks
from tests.console.browsing import submit
from tests.console.test_pages import get, words
from tests.stories.line import Line


def found(name: str, what: Found) -> None:
    now = clock.now()
    row = Check(name=name, state=what.state, said=what.kept, since=now, at=now, due_at=None)
    with transaction() as db:
        db.add(row)


def test_what_is_bad_is_told_first_and_on_the_first_page(line: Line) -> None:
    found("carrier", ok("carrier-well"))
    found("rota", warn("gap", rota="Level 1", since="Thu", until="Fri"))
    with transaction() as db:
        due.beat(db, clock.now(), "tick")
    assert "Rotas to be looked at, for" in words(get("/"))
    assert re.search(r'id="unwell"[^>]* hidden', get("/").text)
    found("mail-out", bad("smtp-refuses"))
    page = words(get("/readiness"))
    assert "2 things to see to" in page
    order = [page.index(one) for one in ("Set SMTP_URL", "Nobody is on call", "our credentials")]
    assert order == sorted(order)
    assert "Mail out bad, for" in words(get("/"))
    assert not re.search(r'id="unwell"[^>]* hidden', get("/").text)
    line.exchange.advance(16 * 60)
    assert "Nobody looks at this any more" in get("/readiness").text


def test_one_may_look_again_and_let_the_line_ring_itself(line: Line) -> None:
    with transaction() as db:
        checks.keep(db, clock.now())
    line.work()
    line.exchange.own(settings().canary, f"{settings().own_url}/voice/canary/phone")
    assert submit("/readiness", "/readiness/look").url.endswith("?done=look")
    with reading() as db:
        assert {one.due_at for one in db.query(Check)} == {clock.now()}
    assert "rings itself now" in submit("/readiness", "/readiness/ring").text
    line.passes(5)
    page = get("/readiness").text
    assert "/readiness/ring" not in page, "one is under way"
    line.passes(120)
    page = words(get("/readiness"))
    assert "from the call to the note, in" in page
    assert "The recordings were fetched after" in page


def test_a_button_of_long_ago_does_nothing(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.signed.GOOD_FOR", -1)
    answer = submit("/readiness", "/readiness/ring")
    assert (answer.status_code, "nothing was done" in answer.text) == (403, True)
    with reading() as db:
        assert db.query(Canary).all() == []


def test_a_test_call_is_on_record_and_nobody_acts_on_it(line: Line) -> None:
    with transaction() as db:
        ticket = cage.new_ticket(db, clock.now())
        number, ticket_id = ticket.number, ticket.id
        db.add(Canary(key="k", state="failed", ticket_id=ticket_id, steps={"placed": 0.4},
                      missing="came-in", started_at=clock.now(), ended_at=clock.now()))  # fmt: skip
    assert f"/tickets/{number}" in get("/readiness").text
    assert "not reached" in get("/readiness").text
    page = get(f"/tickets/{number}").text
    assert "A test call of the line to itself" in page
    assert '<form method="post"' not in page.partition("<main")[2]
    with reading() as db:
        assert canary.latest(db)


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_can_be_read_by_light_and_in_the_dark_at_any_width(line: Line, page: Page) -> None:
    states = ("ok", "warn", "bad", "off", "unknown")
    for name, state in zip(checks.CHECKS, states, strict=False):
        found(name, Found(state, (("canary-cause", {"cause": "a long word " * 20}),)))
    with transaction() as db:
        db.add(Canary(key="k", state="failed", steps={"placed": 0.4}, missing="came-in",
                      started_at=clock.now(), ended_at=clock.now()))  # fmt: skip
    for path in ("/readiness", "/readiness?done=ring", "/"):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(path)
            assert looks.unreadable(page) == [], (path, scheme)
        looks.well_built(page)
        for width in (320, 390, 1024):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_page_that_stays_open_tells_of_what_goes_wrong(line: Line, page: Page) -> None:
    with transaction() as db:
        due.beat(db, clock.now(), "tick")
    page.goto("/")
    expect(page.get_by_role("heading", name="Nobody calls")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    found("mail-out", bad("smtp-refuses"))
    expect(page.get_by_text("Mail out bad, for")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="See what to do").click()
    expect(page.get_by_role("heading", name="One thing to see to")).to_be_visible()
