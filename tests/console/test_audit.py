"""The page of the audit: whoever may see it finds who did what, and takes it away as a file that no
spreadsheet takes for formulas; which is in the audit itself.
"""

import csv
import io
from typing import Any

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
    assert (line.by, line.act, line.data["filter"]) == ("Mona", Act.TOOK, {"kind": "told"})
    bo = Colleague()
    bo.signs_in("bo@2n5.example")
    assert {bo.get(page).status_code for page in ("/audit", "/audit.csv")} == {403}


@on_sqlite
def test_what_was_done_to_a_ticket_is_in_it(mona: Colleague) -> None:
    with transaction() as db:
        number = people.ticket(db).number
    mona.press(f"/tickets/{number}", f"/tickets/{number}/notes", text="Looked at it.")
    assert f"Mona wrote a note ticket {number}" in words(mona.get("/audit?act=did"))


ENGLISH = (
    "added Acme: Major tickets of Acme",
    "added All: Every ticket",
    "changed Old: Tickets that team Voice has outside business hours → New: Every ticket that no other policy fits",
    "changed the levels: − Mail to x@2n5.ca, every 1 min, without end; + Rota Nuits, Bo: all at once, 30 s a ring, one round. The next level after 1 min 30 s",
    "added the layer Nuits. Weekly from Monday 09:00: Bo and Cy, Nobody (Saturday and Sunday, 17:00 to 09:00 of the next day)",
    "took over a calendar: 1 new, 2 changed, 0 removed, 3 unchanged",
    "took the audit away as a file (Who: Bo, From: Mon 30 Nov 2026)",
    "took the log of calls away as a file (filters: From, With)",
    "API token T made, for Read tickets",
    "changed the language from English to French",
    "added the phone +1 514-555-0101",
    "added the layer Old. Weekly from Monday 09:00: Bo",
    "changed A: Every ticket → B: Every ticket",
    "took the audit away as a file (kind: told)",
)
FRENCH = (
    "a ajouté Acme : Billets majeurs du client Acme",
    "a changé Old : Billets confiés à l’équipe Voice en dehors des heures ouvrables → New : Tout billet qu’aucune autre règle ne vise",
    "a changé les niveaux : − Courriel à x@2n5.ca, toutes les 1 min, sans fin; + Tour de garde Nuits, Bo : tous à la fois, 30 s par appel, un tour. Niveau suivant après 1 min 30 s",
    "a ajouté la couche Nuits. Chaque semaine dès le lundi à 9 h 00 : Bo et Cy, Personne (samedi et dimanche, de 17 h 00 à 9 h 00 le lendemain)",
    "a repris un calendrier : nouveaux : 1; changés : 2; retirés : 0; inchangés : 3",
    "a emporté le journal d’audit dans un fichier (Qui : Bo, Du : lun. 30 nov. 2026)",
    "a emporté le journal des appels dans un fichier (filtres : Du, Avec)",
    "Jeton d’API T créé, pour Lire les billets",
    "a changé la langue : anglais → français",
    "a ajouté la couche Old. Weekly from Monday 09:00: Bo",
)


@on_sqlite
def test_what_is_kept_of_a_policy_or_a_layer_is_told_to_each_in_their_language(
    mona: Colleague,
) -> None:
    """Lines of earlier versions have whole sentences in them, and stay readable."""
    level = {"who": [{"rota": "Nuits"}, {"person": "Bo"}], "ring": "all", "ring_for": 30}
    level |= {"repeat": 0, "wait": 0, "escalate_after": 90}
    layer = {"unit": "weeks", "every": 1, "starts": "2026-11-02T09:00", "turns": [["Bo", "Cy"], []]}
    layer["hours"] = [{"days": [5, 6], "from": "17:00", "until": "09:00"}]
    kept: list[tuple[Kind, dict[str, Any]]] = [
        (Kind.POLICY_ADDED, {"name": "Acme", "conditions": {"severity": "major", "customer": "Acme"}}),
        (Kind.POLICY_ADDED, {"name": "All", "conditions": {}}),
        (Kind.POLICY_CHANGED, {
            "before": {"name": "Old", "conditions": {"team": "Voice", "hours": "closed"}},
            "after": {"name": "New", "conditions": {"default": True}},
        }),
        (Kind.LEVELS_CHANGED, {"levels": [["−", {"mail": "x@2n5.ca", "repeat_every": 60}], ["+", level]]}),
        (Kind.LAYER, {"how": "added", "name": "Nuits", "told": layer}),
        (Kind.CALENDAR_TAKEN, {"outcome": {"new": 1, "changed": 2, "removed": 0, "unchanged": 3}}),
        (Kind.EXPORTED, {"what": "audit", "filter": {"by": "Bo", "since": "2026-11-30"}}),
        (Kind.CALLS_TAKEN, {"filters": ["from", "person"]}),
        (Kind.TOKEN_MADE, {"name": "T", "scopes": ["tickets:read"]}),
        (Kind.PERSON_CHANGED, {"field": "language", "before": "en-CA", "after": "fr-CA"}),
        (Kind.PHONE_ADDED, {"number": "+15145550101"}),
        (Kind.LAYER, {"how": "added", "name": "Old", "told": "Weekly from Monday 09:00: Bo"}),
        (Kind.POLICY_CHANGED, {"before": "A: Every ticket", "after": "B: Every ticket"}),
        (Kind.EXPORTED, {"what": "audit", "filter": "kind: told"}),
    ]  # fmt: skip
    with transaction() as db:
        for kind, data in kept:
            audit.write(
                db, clock.now(), "Ada", Act.CHANGED, "setting-prompts/fr-CA/goodbye", kind, **data
            )
    english = words(mona.get("/audit?by=Ada"))
    mona.press("/audit", "/language", language="fr-CA")
    french = words(mona.get("/audit?by=Ada"))
    for told in ENGLISH:
        assert f" Ada {told} “Goodbye”, on the phone, in French" in english
    for told in FRENCH:
        assert f" Ada {told} « Au revoir », au téléphone, en français" in french
