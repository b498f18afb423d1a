"""The reports as staff read them: figures that lead to their tickets, files, the weekly mail."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from callflows.turn import Severity
from ivr import clock
from ivr.console import csv_file
from ivr.database import reading, transaction
from ivr.models import AuditLine, Customer, Message, Role, Ticket
from ivr.services import due
from ivr.services.reports import reckonings, weekly
from ivr.services.tickets import tickets
from ivr.settings import settings
from tests import looks
from tests.console.colleague import Colleague, account
from tests.console.on_call import NOW
from tests.console.staff import Staff
from tests.stories.line import Line
from tests.stories.test_reaching_a_technician import hold

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EVIL = '=HYPERLINK("http://evil.example","Acme")'


def counted() -> None:
    """The rows of the reports are there, and what is due of them is done."""
    with transaction() as db:
        reckonings.keep(db, clock.now())
    with reading() as db:
        rows = [row for row in due.until(db, clock.now()) if row.kind == "reckoning"]
    for row in rows:
        due.attend(row.kind, row.id, None)  # type: ignore[arg-type]


def tile(page: str, words: str) -> str:
    """The number that stands over some words."""
    found = re.findall(rf"<dt>{words}</dt><dd>(?:<a[^>]*>)?([^<]*)<", page)
    assert len(found) == 1, words
    return found[0]


@on_sqlite
def test_a_critical_call_is_in_the_figures_that_lead_to_its_ticket(line: Line) -> None:
    ana, bo, di = hold(line), line.technician("Bo Chan"), line.technician("Di Wu")
    bo.answer()
    line.passes(4)
    bo.press("1")
    line.until(lambda: bo.talking_to)
    line.passes(30)
    ana.hang_up()
    line.passes(20)
    hold(line).hang_up()  # nobody has answered yet
    line.passes(5)
    counted()
    staff = Staff()
    page = staff.get("/reports?period=2026-11").text
    (accepted,) = [one for one in line.ticket()["entries"] if one["kind"] == "accepted"]
    waited = accepted["data"]["seconds"]
    assert tile(page, "to press 1, median") == f"{waited} s"
    assert tile(page, "critical calls unanswered") == "1"
    assert tile(page, "calls abandoned") == "1"
    nights = len([one for one in line.rings() if one])  # it is three in the morning
    assert tile(page, "rings at night") == str(nights)
    assert di.number not in page
    behind = staff.reads("/reports/answer/tickets?period=2026-11&key=answered")
    assert "4411" in behind
    assert f"{waited} s" in behind
    for row in ("4411", "Calls: hung up while holding", "Tue 24 Nov, 03:01"):
        assert row in staff.reads("/reports/call/tickets?period=2026-11&key=abandoned"), row
    for path in set(re.findall(r'href="(/reports[^"]+)"', page)):
        answer = staff.get(path.replace("&amp;", "&"))
        assert answer.status_code == 200, path
        if "/tickets" in path:
            assert "Nothing in this time" not in answer.text, path


@pytest.fixture
def busy(staff: Staff) -> Staff:
    """Sixty tickets of a customer with a wicked name."""
    with transaction() as db:
        customer = Customer(name=EVIL)
        db.add(customer)
        db.flush()
        for one in range(60):
            tickets.open_ticket(
                db, NOW, title=f"-2+3 trunk {one}", severity=Severity.MINOR, customer=customer
            )
    counted()
    return staff


@on_sqlite
def test_what_is_behind_a_figure_is_paged_and_the_url_says_all(busy: Staff) -> None:
    page = busy.get("/reports/opened/tickets?period=2026-11").text
    assert page.count('<td class="number">') == 50
    (older,) = re.findall(r'class="leaf"><a href="([^"]+)"', page)
    rest = busy.get(older.replace("&amp;", "&")).text
    assert rest.count('<td class="number">') == 10
    assert not set(re.findall(r'href="/tickets/(\d+)"', page)) & set(
        re.findall(r'href="/tickets/(\d+)"', rest)
    )
    for wrong in ("period=2026-13", "from=x", "from=2026-12-01&to=2026-11-01", "team=x", "to=9999-01-01",
                  "period=2026-W99", "customer=Nobody", "from=0001-01-01", "period=3m&part=live"):  # fmt: skip
        assert busy.get(f"/reports?{wrong}").status_code == 200, wrong
    assert "no customer “Nobody”" in busy.reads("/reports?customer=Nobody")
    assert tile(busy.get("/reports?customer=acme").text, "tickets opened") == "60", (
        "of all, as it is unknown"
    )
    assert tile(busy.get("/reports?from=2026-11-01&to=2026-11-02").text, "tickets opened") == "0"
    for path in ("/reports/nothing/tickets", "/reports/nothing.csv"):
        assert busy.get(path).status_code == 404
    assert busy.get("/reports/call/tickets?hour=-5&before=x_y&level=0").status_code == 200


@on_sqlite
def test_a_file_is_safe_and_taking_it_away_is_written_down(busy: Staff) -> None:
    answer = busy.get("/reports/repeats.csv?period=2026-11")
    assert "attachment" in answer.headers["Content-Disposition"]
    head, row, *_ = csv.reader(io.StringIO(answer.text.removeprefix(csv_file.SIGN)))
    assert head[0] == "Customer"
    assert row[0] == f"'{EVIL}"
    assert row[1].startswith("'-2+3 trunk")
    assert int(row[3]) == 60
    with reading() as db:
        (told,) = db.scalars(select(AuditLine))
    assert (told.act, told.about, told.data["table"]) == ("took", "report-repeats", "repeats")


@on_sqlite
def test_seniors_see_the_reports_and_technicians_do_not(staff: Staff) -> None:
    for role, code in ((Role.TECHNICIAN, 403), (Role.SENIOR, 200)):
        account("Bo", role)
        bo = Colleague()
        bo.signs_in()
        for path in ("/reports", "/reports/response/tickets", "/reports/response.csv"):
            assert bo.get(path).status_code == code, (path, role)
        assert ('href="/reports"' in bo.get("/tickets").text) is (code == 200)


@on_sqlite
def test_managers_are_told_of_the_week_once_in_their_language(busy: Staff) -> None:
    with transaction() as db:
        mona = db.scalars(select(weekly.Technician).where(weekly.Technician.name == "Mona")).one()
        mona.language = "fr-CA"
    monday = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)  # eight o'clock in Toronto
    for at, mails in (
        (monday - timedelta(seconds=1), 0),
        (monday, 1),
        (monday, 1),
        (monday + timedelta(days=3), 1),
    ):
        clock.use(lambda at=at: at)
        counted()
        with reading() as db:
            assert len(db.scalars(select(Message)).all()) == mails, at
    with reading() as db:
        (letter,) = db.scalars(select(Message)).all()
    assert letter.to == "mona@2n5.example"
    assert "60 billets" in letter.subject
    assert f"{settings().own_url}/reports?period=2026-W48" in letter.body
    assert EVIL not in letter.body + (letter.html or "")
    weekly.attend()  # a worker that had been away
    with reading() as db:
        assert len(db.scalars(select(Message)).all()) == 1


@pytest.mark.browser
@on_sqlite
def test_they_can_be_read_in_a_browser(line: Line, page: Page) -> None:
    hold(line).hang_up()
    line.passes(5)
    with transaction() as db:
        db.scalars(select(Ticket).where(Ticket.number == "4411")).one().title = "a long word " * 20
    counted()
    for path in ("/reports", "/reports?period=12m", "/reports/call/tickets?key=abandoned"):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(path)
            assert looks.unreadable(page) == [], (path, scheme)
        looks.well_built(page)
        for width in (320, 390, 1024):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
