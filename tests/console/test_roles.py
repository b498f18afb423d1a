"""Every page and every button says which right it takes, and only who has it gets there."""

import re

import pytest

from ivr.console import guard
from ivr.models import Role
from ivr.services.staff import roles
from ivr.services.staff.roles import May
from ivr.web import app
from tests.console.colleague import Colleague, account
from tests.console.test_guard import PAGES, spelled_out

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def view(endpoint: str) -> object:
    return app.view_functions[endpoint]


def test_every_route_says_what_it_takes() -> None:
    for rule in PAGES:
        ways = [
            view(rule.endpoint) in kind
            for kind in (guard.RIGHTS, guard.FOR_STRANGERS, guard.BY_LINK)
        ]
        assert ways.count(True) == 1, rule


def test_every_right_has_a_role_and_an_admin_has_all() -> None:
    assert set(roles.FROM) == set(May)
    assert all(roles.may(Role.ADMIN, right) for right in May)
    assert set(roles.RANKS) == set(Role)


def test_the_table_itself() -> None:
    """Written out once more, so that nobody gives a right away by a slip."""
    for_technicians = {
        "see tickets",
        "act on tickets",
        "see to what is not delivered, by mail or webhook",
        "edit your own data and sign-in",
        "see who is on the staff",
        "see rotas",
        "ask for swaps, agree to them, say when you are away",
        "see policies, and who would be rung",
        "see readiness",
        "see calls",
        "hear recordings",
        "correct transcripts",
    }
    for_seniors = {
        "edit rotas, and the shifts and absences of others",
        "run the canary",
        "see reports",
        "take lists and reports away as files",
    }
    for_managers = {
        "edit policies",
        "see the audit",
        "hold recordings back from being deleted",
        "see settings",
    }
    expected = for_technicians
    for role, more in (
        (Role.TECHNICIAN, set()),
        (Role.SENIOR, for_seniors),
        (Role.MANAGER, for_managers),
    ):
        expected = expected | more
        assert {right.value for right in May if roles.may(role, right)} == expected


@on_sqlite
@pytest.mark.parametrize("role", list(Role))
def test_no_route_is_reached_by_the_wrong_role(database: str, role: Role) -> None:
    account("Ada", Role.ADMIN)
    account("Bo", role)
    stranger, bo = Colleague(), Colleague()
    assert bo.signs_in().status_code == 303
    for rule in PAGES:
        right = guard.RIGHTS.get(view(rule.endpoint))
        if right is None:
            continue
        for path in spelled_out(rule.rule):
            url = re.sub(r"<.+?>", "1", path)
            if "POST" in (rule.methods or ()):
                refused, answer = stranger.send(url, {}), bo.send(url, {})
                assert refused.status_code == 401, url
            else:
                refused, answer = stranger.get(url), bo.get(url)
                assert (refused.status_code, refused.location[:8]) == (303, "/sign-in"), url
            told = "takes another role" in answer.text
            assert told == (not roles.may(role, right)), (url, right)
            assert not told or answer.status_code == 403


@on_sqlite
def test_a_view_that_says_nothing_is_for_nobody(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account("Ada", Role.ADMIN)
    ada = Colleague()
    ada.signs_in("ada@2n5.example")
    monkeypatch.delitem(guard.RIGHTS, view("console.all_tickets"))
    assert ada.get("/tickets").status_code == 403
