"""The page of the audit: whoever may see it finds who did what, and takes it away as a file that no
spreadsheet takes for formulas; which is in the audit itself.
"""

import csv
import io

import pytest

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Act, Role
from ivr.services import audit
from ivr.services.audit import Kind
from ivr.services.audit_search import Search
from tests.conftest import Wall
from tests.console.colleague import Colleague, account
from tests.portal.browser import words
from tests.services import people

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def mona(database: str, wall: Wall) -> Colleague:
    with transaction() as db:
        people.organization(db)
    account("Bo")
    account("Mona", Role.MANAGER)
    bo, mona = Colleague(), Colleague()
    assert bo.signs_in("bo@2n5.example", "four words are bad").status_code == 403
    assert bo.signs_in("nobody@2n5.example").status_code == 403
    assert bo.signs_in("bo@2n5.example").status_code == 303
    bo.press("/tickets", "/sign-out")
    assert mona.signs_in("mona@2n5.example").status_code == 303
    return mona


def table(page: str) -> str:
    return page.partition("Until")[2]


def test_signing_in_and_failing_to_are_found_by_whom_and_by_text(mona: Colleague) -> None:
    everything = words(mona.get("/audit"))
    for told in (
        "somebody unknown tried to sign in: the password was wrong Bo",
        "somebody unknown tried to sign in: the password was wrong signing in",
        "Bo signed in Bo",
        "Bo signed out Bo",
        "Mona signed in Mona",
    ):
        assert told in everything
    by_bo = table(words(mona.get("/audit?by=Bo")))
    assert "Bo signed in" in by_bo
    assert "Mona" not in by_bo
    failed = table(words(mona.get("/audit?text=tried")))
    assert "password was wrong" in failed
    assert "Bo signed in" not in failed, "a sentence is found by its words"
    assert "Nothing is written down" in words(mona.get("/audit?since=2099-01-01"))
    assert "no date" in words(mona.get("/audit?since=today"))
    french = Colleague(language="fr-CA")
    assert french.signs_in("mona@2n5.example").status_code == 303
    mona.press("/audit", "/language", language="fr-CA")
    assert "une personne inconnue a essayé de se connecter : le mot de passe était faux" in words(
        mona.get("/audit")
    )


@on_sqlite
def test_it_is_taken_away_without_formulas_and_that_is_in_it(mona: Colleague) -> None:
    told = '=HYPERLINK("http://evil.example") "é"'
    with transaction() as db:
        audit.write(db, clock.now(), "-Ada", Act.SAW, "person-1", Kind.TOLD, what=told)
    answer = mona.get("/audit.csv?kind=told")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    head, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert head[:3] == ["when", "who", "act"]
    assert [row[1:] for row in rows] == [["'-Ada", "saw", "person-1", "told", f"'{told}"]]
    with reading() as db:
        line = Search(kind=Kind.EXPORTED).newest(db, None).lines[0]
    assert (line.by, line.act, line.data["filter"]) == ("Mona", Act.TOOK, "kind: told")
    bo = Colleague()
    bo.signs_in("bo@2n5.example")
    assert {bo.get(page).status_code for page in ("/audit", "/audit.csv")} == {403}


@on_sqlite
def test_what_was_done_to_a_ticket_is_in_it(mona: Colleague) -> None:
    with transaction() as db:
        number = people.ticket(db).number
    mona.press(f"/tickets/{number}", f"/tickets/{number}/notes", text="Looked at it.")
    assert f"Mona wrote a note ticket {number}" in words(mona.get("/audit?act=did"))
