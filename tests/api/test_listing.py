"""`ivr list` tells the same as the API, in its words, and takes what a query of it takes."""

import json
import sys

import pytest

from ivr import cli
from ivr.api.operations import OPERATIONS
from ivr.commands.listing import WHAT
from tests.api.program import Program, token
from tests.api.test_api import NEW

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_what_programs_read_is_read_on_the_machine(
    bo: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ivr(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ivr", "list", *args])
        return (cli.main(), *capsys.readouterr())

    numbers = [bo.does("/tickets", NEW | {"severity": one})["number"] for one in
               ("minor", "critical")]  # fmt: skip
    bo.does(f"/tickets/{numbers[0]}/assign", {"person": "bo@2n5.example"})
    mona = Program(token("Mona"))
    lists = {one.path for one in OPERATIONS if not one.writes and "<" not in one.path}
    assert lists == {f"/{what}" for what in WHAT}
    for what in WHAT:
        status, out, _ = ivr(what, "--json")
        assert (status, json.loads(out)) == (0, mona.reads(f"/{what}")), what
    asked = ("severity=critical", "limit=5")
    assert [one["number"] for one in json.loads(ivr("tickets", *asked, "--json")[1])["items"]] == [
        numbers[1]
    ]
    head, line = ivr("tickets", "assignee=bo@2n5.example")[1].splitlines()
    assert head.split()[:4] == ["number", "title", "severity", "status"]
    assert line.startswith(f"{numbers[0]}   Trunk down  minor     new")
    assert line.endswith("2026-11-26 10:20"), "by the clock of the house"
    assert "cursor=c" in ivr("tickets", "limit=1")[2]
    assert [row.split()[3] for row in ivr("people")[1].splitlines()][1:] == ["technician"] * 2 + [
        "manager"
    ]
    for wrong, why in {
        "colour=red": "unknown field `colour`",
        "status=lost": "Invalid enum value 'lost'",
        "team=nobody": "There is no such team.",
        "assignee=me": "There is no such assignee.",
    }.items():
        status, out, told = ivr("tickets", wrong)
        assert (status, out) == (1, "")
        assert why in told
