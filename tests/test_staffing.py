"""`ivr staff`: the first admin of a fresh machine, and a way back in for everybody else."""

import re
import sys

import pytest

from ivr import cli
from ivr.database import transaction
from ivr.settings import settings
from tests.console.colleague import PASSWORD, Colleague
from tests.portal.browser import words
from tests.services import people


def ivr(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    monkeypatch.setattr(sys, "argv", ["ivr", *args])
    return cli.main()


def link(told: str) -> str:
    found = re.findall(rf"^{re.escape(settings().own_url)}(/sign-in/link/\S+)$", told, re.MULTILINE)
    assert found, told
    return str(found[0])


def test_the_first_admin_comes_in_by_the_link_that_is_printed(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with transaction() as db:
        people.organization(db)
    new = ("staff", "add", "--name", "Ada", "--email", "Ada@2n5.example")
    assert ivr(monkeypatch, *new, "--phone", "+15145550177") == 0
    told = capsys.readouterr().out
    assert "as admin" in told
    outside = Colleague()
    outside.headers["Host"] = "support.example.com"
    assert outside.get("/tickets").status_code == 404, "nobody signs in yet: this machine only"
    assert "Hello Ada" in words(outside.get(link(told))), "a link opens from anywhere"
    ada = Colleague()
    assert ada.send(link(told), {"password": PASSWORD}).status_code == 303
    assert "+1 514-555-0177 not verified" in words(ada.get("/people"))
    assert Colleague().get("/tickets").status_code == 303, "from now on everybody signs in"
    ivr(monkeypatch, "staff", "add", "--name", "Bo", "--email", "bo@2n5.example")
    assert "as technician" in capsys.readouterr().out
    assert ivr(monkeypatch, *new) == 1
    assert "Somebody has the e-mail ada@2n5.example already." in capsys.readouterr().err
    assert ivr(monkeypatch, "staff", "list") == 0
    assert capsys.readouterr().out.splitlines() == [
        "Ada <ada@2n5.example>: admin, signs in",
        "Bo <bo@2n5.example>: technician, no password",
    ]


def test_nobody_is_locked_out_of_their_own_machine(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ivr(monkeypatch, "staff", "add", "--name", "Ada", "--email", "ada@2n5.example")
    Colleague().send(link(capsys.readouterr().out), {"password": "soon forgotten"})
    assert ivr(monkeypatch, "staff", "link", " ADA@2n5.example") == 0
    assert (
        Colleague().send(link(capsys.readouterr().out), {"password": PASSWORD}).status_code == 303
    )
    assert Colleague().signs_in("ada@2n5.example").status_code == 303
    assert ivr(monkeypatch, "staff", "link", "nobody@2n5.example") == 1
    assert "nobody on the staff" in capsys.readouterr().err
