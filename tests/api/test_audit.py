"""What programs do is in the audit like what people do at the staff pages: in the same words, and
by which token; and there is nothing that only one of the two doors writes down.
"""

import re
from collections.abc import Iterator

import pytest

from ivr.console import acts, now_acts
from ivr.database import reading, transaction
from ivr.models import Call, Page, Place, Role, Team, Technician, Ticket
from tests.api.program import Program, token
from tests.api.test_api import NEW
from tests.console.colleague import Colleague, account
from tests.console.test_audit import table
from tests.portal.browser import words
from tests.services import people

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BY_TOKEN = ", by the API token “test”"
TICKET_ACTS: dict[str, tuple[object, dict[str, str]]] = {
    "notes": ({"text": "The port is dead"},) * 2,
    "replies": ({"text": "We look at it"},) * 2,
    "questions": ({"text": "Since when?"},) * 2,
    "severity": ({"severity": "major"},) * 2,
    "level": ({"level": 2, "why": "hard"}, {"level": "2", "why": "hard"}),
    "assign": ({"team": "Network"}, {"to": "team-1"}),
    "link": ({"other": "{other}"},) * 2,
    "watch": ({"email": "boss@acme.example"},) * 2,
    "tags": ({"tags": ["sip", "night"]}, {"tags": "sip, night"}),
    "category": ({"category": "voice"},) * 2,
    "customer": ({"customer": "Acme"},) * 2,
    "resolve": (None, {}),
    "reopen": (None, {}),
    "merge": ({"other": "{other}"},) * 2,
}
"""By the last word of the address, which is the same: the body of a program, the form of a page."""
PAGE_ACTS = {
    "ring": ("Bo", "ring"),
    "next-level": ("Bo", "next"),
    "accept": ("Cy", "accept"),
    "take-over": ("Bo", "over"),
    "stop": ("Bo", "close"),
}
"""The same of a page: who does it, and its word on the first page."""


def told(mona: Colleague, number: str) -> list[str]:
    """What the audit says of a ticket, the oldest first, without its number."""
    page = mona.get(f"/audit?about=ticket-{number}").get_data(as_text=True)
    rows = re.findall(r'<tr role="row">\s*<td.*?</tr>', page, re.DOTALL)
    lines = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]
    return [line.partition(" ")[2].removesuffix(f" ticket {number}") for line in reversed(lines)]


@pytest.fixture
def mona(bo: Program) -> Iterator[Colleague]:
    account("Mona", Role.MANAGER)
    one = Colleague()
    one.signs_in("mona@2n5.example")
    yield one


def at_the_pages(name: str) -> Colleague:
    account(name)
    one = Colleague()
    one.signs_in(f"{name.lower()}@2n5.example")
    return one


def test_an_act_on_a_ticket_reads_alike_by_both_doors(bo: Program, mona: Colleague) -> None:
    pages, other = at_the_pages("Bo"), bo.does("/tickets", NEW)["number"]
    mine, theirs = (bo.does("/tickets", NEW | {"title": one})["number"] for one in ("A", "B"))
    with reading() as db:
        assert db.query(Team).one().id == 1
    for name, (body, fields) in TICKET_ACTS.items():
        given, filled = (
            {key: other if value == "{other}" else value for key, value in (one or {}).items()}
            for one in (body, fields)
        )
        bo.does(f"/tickets/{mine}/{name}", given or None)
        form = pages.form(f"/tickets/{theirs}", f"/tickets/{theirs}/notes")
        answer = pages.send(f"/tickets/{theirs}/{name}", form | filled)
        assert answer.status_code == 303, (name, words(answer))
    program, person = told(mona, mine), told(mona, theirs)
    assert program[0] == person[0] == f"Bo opened it{BY_TOKEN}"
    assert program[1:] == [f"{one}{BY_TOKEN}" for one in person[1:]]
    assert len(program) == 1 + len(TICKET_ACTS)
    assert set(TICKET_ACTS) == set(acts.ACTS), "every act of the page is one of the API"
    bo.does(f"/tickets/{mine}/tags", {"tags": ["sip", "night"]})
    assert told(mona, mine) == program, "nothing came of it"


def test_an_act_on_a_page_reads_alike_by_both_doors(bo: Program, mona: Colleague) -> None:
    programs = {"Bo": bo, "Cy": Program(token("Cy"))}
    pages = {"Bo": at_the_pages("Bo"), "Cy": at_the_pages("Cy")}
    mine, theirs = (bo.does("/tickets", NEW | {"title": one})["number"] for one in ("A", "B"))
    live = {number: waits(number) for number in (mine, theirs)}
    forms = {who: pages[who].form("/", "/") for who in pages}
    for name, (who, other_name) in PAGE_ACTS.items():
        if name == "stop":
            hangs_up()
        programs[who].does(f"/tickets/{mine}/{name}")
        answer = pages[who].send(f"/now/{live[theirs]}/{other_name}", forms[who])
        assert answer.status_code == 303, (name, words(answer))
    program, person = told(mona, mine), told(mona, theirs)
    assert program[1:] == [f"{one}{BY_TOKEN}" for one in person[1:]]
    assert [one.split()[0] for one in person[1:]] == [who for who, _ in PAGE_ACTS.values()]
    assert {name for _, name in PAGE_ACTS.values()} == set(now_acts.ACTS)
    assert bo.sends(f"/tickets/{mine}/ring").json["detail"].startswith("Nobody is summoned")


def waits(number: str) -> int:
    """Somebody holds for it. Returns its page."""
    with transaction() as db:
        ticket = db.query(Ticket).filter_by(number=number).one()
        call = people.held_call(db, ticket)
        call.sid = f"CA{number}"
        page = db.query(Page).filter_by(ticket_id=ticket.id).one()
        page.call_id = call.id
        return page.id


def hangs_up() -> None:
    with transaction() as db:
        db.query(Call).update({"place": Place.GONE})


def test_who_is_put_on_call_is_in_it_by_whatever_door(bo: Program, mona: Colleague) -> None:
    rota = bo.reads("/rotas")["items"][0]["id"]
    when = {"starts_at": "2026-12-01T09:00:00-05:00", "ends_at": "2026-12-02T09:00:00-05:00"}
    made = bo.does(f"/rotas/{rota}/overrides", {"person": "cy@2n5.example", **when})
    cy = at_the_pages("Cy")
    page, withdraw = f"/rotas/{rota}", f"/overrides/{made['id']}/withdraw"
    cy.send(f"/overrides/{made['id']}/agree", cy.form(page, withdraw))
    cy.press(page, withdraw)
    with transaction() as db:
        whose = db.query(Technician).filter_by(name="Cy").one().id
    away = {"person": whose, "from": "2026-12-03T09:00", "until": "2026-12-04T09:00"}
    cy.press("/absences", "/absences", why="A secret illness", **away)
    cy.press("/absences", "/absences/1/remove")
    lines = table(words(mona.get("/audit?act=changed")))
    span = "from Tue 1 Dec 2026, 09:00 to Wed 2 Dec 2026, 09:00, in the place of everybody"
    for one in (
        f"Bo asked that Cy be on call {span}{BY_TOKEN} Level 1",
        f"Cy put Cy on call {span} Level 1",
        f"Cy took back that Cy is on call {span} Level 1",
        "Cy put down an absence from Thu 3 Dec 2026, 09:00 to Fri 4 Dec 2026, 09:00 Cy",
        "Cy took back the absence from Thu 3 Dec 2026, 09:00 to Fri 4 Dec 2026, 09:00 Cy",
    ):
        assert one in lines, lines
    assert "illness" not in lines, "why is nobody's business"
