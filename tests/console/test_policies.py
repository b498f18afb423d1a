"""Policies on the staff pages: made, ordered, changed level by level; and tried out dry."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from ivr import cli
from ivr.database import reading, transaction
from ivr.models import Policy, Technician
from ivr.services.paging import policies
from ivr.web import app
from tests.console.test_statements import asked
from tests.stories.line import Line
from tests.stories.test_who_is_rung import BO, CY, DI, call, level, policy, rung, second_phone


def get(path: str, code: int = 200) -> str:
    answer = app.test_client().get(path)
    assert answer.status_code == code, answer.text
    return answer.text


def hidden(page: str, action: str = "") -> dict[str, str]:
    """The token and what was seen, of the form that goes to `action`, or of the page's own."""
    form = page.partition(f'action="{action}"')[2] if action else page.partition('class="card"')[2]
    found = re.findall(r'name="(token|seen)" value="([^"]*)"', form)
    return dict(found[:2])


def post(path: str, where: str = "", code: int = 303, **fields: str) -> str:
    page = get(where or path)
    fields |= hidden(page, path if where else "")
    answer = app.test_client().post(path, data=fields)
    assert answer.status_code == code, answer.text
    return answer.text


def stored() -> dict[str, Policy]:
    with reading() as db:
        return {one.name: one for one in policies.in_order(db)}


LEVEL = {
    "who-0": "rota-1",
    "who-1": "person-3",
    "mails": "Chat@2n5.example, noc@2n5.example",
    "ring": "random",
    "ring_for": "20",
    "rounds": "3",
    "wait": "15",
    "escalate_after": "90",
}


def test_a_policy_is_made_and_its_levels_are_changed_moved_and_removed(line: Line) -> None:
    post("/policies/new", name="Nights", customer="Acme", severity="critical", hours="closed")
    nights = stored()["Nights"]
    assert (nights.id, nights.customer_id, nights.hours) == (2, 1, "closed")
    assert "Critical tickets of Acme outside business hours." in get("/policies")
    post("/policies/2/levels/1", **LEVEL)
    first = stored()["Nights"].levels[0]
    assert first == {
        "level": 1,
        "who": [{"rota": 1}, {"person": 3}, {"mail": "chat@2n5.example"},
                {"mail": "noc@2n5.example"}],
        "ring": "random", "ring_for": 20, "repeat": 2, "wait": 15, "escalate_after": 90,
    }  # fmt: skip
    post("/policies/2/levels/1/down", "/policies/2")
    assert stored()["Nights"].levels[1] == first | {"level": 2}
    post("/policies/2/levels/1/remove", "/policies/2")
    post("/policies/2/levels/0", **LEVEL)
    post("/policies/2/levels/3", mail="boss@2n5.example", repeat_every="60")
    levels = stored()["Nights"].levels
    assert [one["level"] for one in levels] == [1, 2, 3]
    assert levels[2] == {"level": 3, "mail": "boss@2n5.example", "repeat_every": 60}
    post("/policies/2", name="Nights and days")
    assert stored()["Nights and days"].customer_id is None
    post("/policies/2/remove", "/policies")
    assert [*stored()] == ["Default"]


def test_policies_are_asked_in_the_order_that_staff_give_them(line: Line) -> None:
    for name in ("One", "Two", "Three"):
        post("/policies/new", name=name)
    assert [*stored()] == ["One", "Two", "Three", "Default"]
    post("/policies/4/up", "/policies")
    post("/policies/2/down", "/policies")
    assert [*stored()] == ["Three", "One", "Two", "Default"]


@pytest.mark.parametrize(
    ("field", "given", "told"),
    [
        ("who-0", "person-99", "That is gone. Choose another one."),
        ("mails", "chat", "chat is no e-mail address."),
        ("ring_for", "121", "Give whole seconds, from 1 to 120."),
        ("rounds", "0", "Give whole rounds, from 1 to 21."),
        ("escalate_after", "soon", "Give whole seconds, from 1 to 86400."),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_the_rest_stays_filled_in(
    line: Line, field: str, given: str, told: str
) -> None:
    before = stored()["Default"].levels
    page = post("/policies/1/levels/1", code=422, **(LEVEL | {field: given, "wait": "77"}))
    assert f'<p class="bad" id="{field}-wrong">{told}' in page
    assert f'aria-describedby="{field}-wrong"' in page
    assert 'value="77"' in page
    assert stored()["Default"].levels == before


def test_what_must_not_be_is_refused(line: Line) -> None:
    post("/policies/new", name="Nights")
    assert "There is a policy called Nights already." in post(
        "/policies/new", code=422, name="Nights"
    )
    assert "There is no customer Nobody." in post(
        "/policies/2", code=422, name="Nights", customer="Nobody"
    )
    seen = {
        "token": hidden(get("/policies/1"))["token"],
        "seen": hidden(get("/policies/1"))["seen"],
    }
    client = app.test_client()
    for path in ("/policies/1/remove", "/policies/1/levels/3/remove"):
        assert client.post(path, data=seen).status_code == 422
    assert client.post("/policies/1", data={"name": "X"}).status_code == 403
    assert len(stored()["Default"].levels) == 3


def test_of_two_who_change_a_policy_at_once_the_second_is_told(line: Line) -> None:
    fields = hidden(get("/policies/1/levels/1"))
    post("/policies/1/levels/2", **LEVEL)
    answer = app.test_client().post("/policies/1/levels/1", data=LEVEL | fields)
    assert answer.status_code == 422
    assert "Somebody has changed this policy meanwhile." in answer.text


# Tried out dry ------------------------------------------------------------------------------------


def whom(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *more: str) -> Any:
    monkeypatch.setattr("sys.argv", ["ivr", "whom", "Acme", "critical", "--json", *more])
    assert cli.main() == 0
    return json.loads(capsys.readouterr().out)


def test_what_is_foretold_is_what_happens_when_nobody_answers(
    line: Line, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    levels = (
        level(BO, DI, {"mail": "noc@2n5.example"}, repeat=1, wait=20, escalate_after=200),
        level(CY, ring="all", escalate_after=60) | {"level": 2},
    )
    line.world(policies=[policy(*levels, name="Acme", customer="Acme")])
    with transaction() as db:
        bo, di = (db.get_one(Technician, id_) for id_ in (1, 2))
        second_phone(bo)
        bo.text_first, bo.second_phone_after = 10, 15
        di.phones.clear()
    foretold = whom(capsys, monkeypatch)
    rings = [ring for one in foretold["levels"] for ring in one["rings"]]
    assert foretold["policy"] == "Acme"
    assert foretold["levels"][0]["passed"] == [{"name": "Di Wu", "why": "no phone"}]
    assert foretold["levels"][0]["told"] == ["mail to noc@2n5.example"]
    assert foretold["levels"][-1]["mail"] == "escalation@2n5.example"
    call(line).hang_up()
    line.passes(300)
    first = rings[0]["after"]
    assert [(one["number"][-3:], one["after"] - first) for one in rings] == rung(line)
    assert {rings[0]["text_first"], rings[1]["text_first"]} == {10, None}


def test_the_page_says_which_policy_counts_and_why_and_whom_it_would_ring(line: Line) -> None:
    line.world(
        policies=[
            policy(level(DI), name="By day", customer="Acme", hours="open"),
            policy(level(BO), name="At night", customer="Acme", hours="closed"),
        ]
    )
    page = get("/whom?customer=Acme&severity=critical&at=2026-11-24T03:00")
    assert "At night</bdi></b></a> counts: tickets of Acme outside business hours." in page
    assert "By day</bdi> comes before it, but is for other hours." in page
    assert "Bo Chan" in page
    assert "Di Wu" not in page.partition("If nobody answers")[2]
    assert "Di Wu" in get("/whom?customer=Acme&severity=critical&at=2026-11-24T12:00")
    wrong = get("/whom?customer=Nobody&severity=critical&at=soon", 422)
    assert "There is no customer Nobody." in wrong
    assert "That is no date and time" in wrong


def test_who_talks_to_a_customer_now_would_be_passed_over(
    line: Line, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line.world(policy=policy(level(BO, DI)))
    call(line)
    line.technician("Bo Chan").answer()
    line.passes(3)
    line.technician("Bo Chan").press("1")
    line.passes(8)
    first, second, *_ = whom(capsys, monkeypatch)["levels"][0]["rings"]
    assert (first["name"], first["why_not"]) == ("Bo Chan", "on a call with a customer")
    assert (second["name"], second["after"]) == ("Di Wu", 0)


def test_however_many_are_rung_a_page_is_opened_with_as_many_statements(line: Line) -> None:
    """Rotas, people and teams at every level cost as much as one of each."""
    from callflows.turn import Severity
    from ivr import clock
    from ivr.models import Ticket

    def opened(*who: dict[str, str]) -> int:
        one = [level(*who) | {"level": nth} for nth in (1, 2, 3)]
        line.world(policy=policy(*one), teams=[{"name": "All", "members": ["bo@2n5.example"]}])
        with transaction() as db, asked() as sent:
            db.scalar(select(Ticket.id))
            policies.frozen(db, clock.now(), Ticket(severity=Severity.CRITICAL))
        return len(sent)

    few = opened(BO, {"rota": "Level 1"}, {"team": "All"})
    assert opened(BO, DI, CY, {"rota": "Level 1"}, {"rota": "Level 2"}, {"team": "All"}) == few
