"""No word of the staff pages is in one language alone: none stands in a template or is asked for
under a key that nobody knows, and a page that is read in French says nothing in English.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from callflows import prompts
from ivr import clock
from ivr.console import tongue
from ivr.database import transaction
from ivr.models import Delivery, Mail, Message, Role, Rota, Technician
from ivr.services import vocabulary
from ivr.services.mail import mail_templates
from ivr.services.on_call import absences, layers, overrides
from ivr.services.on_call.layers import Wanted
from ivr.services.settings import traffic, wording
from ivr.services.staff import accounts, staff
from ivr.services.staff.roles import May
from ivr.services.sureness import checks, found
from ivr.services.tickets import tickets
from ivr.services.webhooks import events
from ivr.web import app
from tests.console.colleague import Colleague, account
from tests.console.test_guard import PAGES
from tests.portal.browser import words
from tests.services import hooks
from tests.stories.line import Line

DAY = timedelta(days=1)
IVR = Path(tongue.__file__).parents[1]
OURS = {
    "Google",
    "Outlook",
    "Apple",
    "SHA-256",
    "https://",
    "signing in",
    "gap past",
    "Esc",
    "End",
    "Go",
    "Level %d",
}
"""Names, and what nobody reads."""

COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
AS_IT_IS = re.compile(r"<(code|pre|style)\b.*?</\1>", re.DOTALL)
READ = re.compile(
    r'\b(?:aria-label|title|placeholder|alt|data-(?:label|title|news))="([^"]*)"', re.DOTALL
)
TAG = re.compile(r"<[^<>]*>")
ATTRIBUTE = re.compile(r'\s[\w-]+="[^"<>]*"')
"""Also by itself, in a macro."""
BARE = {" required"}
WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"[A-Z][a-z]+|[a-z]{2,} [a-z]{2,}")
KEY = re.compile(r"[a-z_]+\.[\w-]+")
"""What a string in an expression looks like that is meant to be read."""


def words_of(template: str) -> Iterator[str]:
    """What a template says without asking for a word."""
    template = COMMENT.sub("", template)
    bare = AS_IT_IS.sub("", re.sub(r"(\{% call \w+\(\) %\}).*?(\{% endcall %\})", "", template))
    bare = JINJA.sub("", bare)
    yield from (one for one in READ.findall(bare) if WORD.search(one))
    yield from (one.strip() for one in TAG.split(ATTRIBUTE.sub("", bare)) if WORD.search(one))
    for asked in JINJA.findall(template):
        literals = re.findall(r"'([^'\n]*)'", asked)
        literals = [one for one in literals if ATTRIBUTE.sub("", one) not in {"", *BARE}]
        yield from (one for one in literals if SENTENCE.search(one) and not KEY.fullmatch(one))


def test_no_word_stands_in_a_template() -> None:
    said = {
        file.name: sorted(set(words_of(file.read_text("utf-8"))) - OURS)
        for file in (IVR / "console" / "templates").glob("*.html")
    }
    assert {name: those for name, those in said.items() if those} == {}


# Keys ---------------------------------------------------------------------------------------------

REFUSED = re.compile(
    r'(?:\bRefusedError|\.problem|_leave_out\(uid|WrongError)[(,]\s*"([a-z-]+)"(?!, ")'
)
OF_SETTINGS = re.compile(r'\bRefusedError\(\s*"?\w+"?, "(\w+)"')
FOUND = re.compile(r'\b(?:ok|warn|bad|off|also|_kept|found\.bad)\(\s*"([a-z-]+)"')


@pytest.mark.parametrize(("kind", "asked"), [("refused", REFUSED), ("found", FOUND)])
def test_whatever_a_service_tells_has_its_sentence(kind: str, asked: re.Pattern[str]) -> None:
    keys = {
        key
        for file in (IVR / "services").rglob("*.py")
        for key in asked.findall(file.read_text("utf-8"))
    }
    assert len(keys) > 20, "the sources are written in another way now"
    assert keys - vocabulary.of("en-CA")[kind].keys() == set()


def test_whatever_a_setting_is_refused_for_has_its_sentence() -> None:
    files = (IVR / "services").rglob("*.py")
    keys = {key for file in files for key in OF_SETTINGS.findall(file.read_text("utf-8"))}
    assert len(keys) > 10, "the sources are written in another way now"
    assert [key for key in keys if not tongue.is_known(f"settings.{key}")] == []


def test_what_is_built_of_a_name_has_its_words() -> None:
    english = vocabulary.of("en-CA")
    assert set(checks.CHECKS) == english["check"].keys()
    for name in [*(one.name.lower() for one in May), *Role]:
        assert tongue.is_known(f"roles.{name}"), name
    rooms = tongue.words("en-CA")
    for table in wording.TABLES:
        assert rooms[table].keys() == prompts.FILES["en-CA"][table].keys()
    assert rooms["letters"].keys() == set(mail_templates.names())
    for step in (one for flow in traffic.flows().values() for one, _, _ in flow.steps):
        assert tongue.is_known(f"steps.{step}"), step
    for event in (*events.CHOICES, events.SUMMONED, events.TEST):
        assert tongue.is_known(f"webhooks.event_{event.replace('.', '_')}"), event


def test_numbers_are_written_as_the_language_does() -> None:
    left = found.ok("balance-left", amount=1234.5, currency="CAD")
    assert left.told("en-CA") == "1234.50 CAD are left at the carrier."
    assert left.told("fr-CA") == "Il reste 1234,50 CAD chez le fournisseur."


# Whole pages, read in French ----------------------------------------------------------------------


def texts(told: Any) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    else:
        for one in told.values() if isinstance(told, dict) else told:
            yield from texts(one)


def every(language: str) -> dict[str, Any]:
    return {**tongue.words(language), "": vocabulary.of(language)}


def english_alone() -> set[str]:
    """Pieces of the English sentences, between their gaps, that no French one has."""
    french = "\n".join(texts(every("fr-CA")))
    pieces = {
        piece.strip(" .,:;?!()")
        for told in texts(every("en-CA"))
        for piece in re.split(r"\{[^}]*\}", told)
    }
    return {one for one in pieces if " " in one and len(one) > 8 and one not in french}


def a_busy_week() -> None:
    """Something of everything that a page may tell of."""
    now = clock.now()
    hook = hooks.webhook("https://status.example.com/in")
    with transaction() as db:
        rota, people = db.query(Rota).first(), db.query(Technician).order_by(Technician.id).all()
        assert rota
        bo, cy = people[:2]
        hours = [{"days": [0, 1, 2, 3, 4], "from": "17:00", "until": "09:00"}]
        turns = [[bo.id], [cy.id, bo.id]]
        layers.add(db, now, rota, Wanted("Nights", turns, "2026-11-02T09:00", hours=hours))
        week = (now + 3 * DAY, now + 4 * DAY)
        overrides.ask(db, now, rota, cy, None, *week, bo)
        absences.add(db, now, bo, now, now + 2 * DAY, "Ski")
        ticket = tickets.find(db, "4411")
        assert ticket
        told = {"key": "one", "channel": "mail", "to": "ana@acme.example", "body": "Bientôt"}
        db.add(Message(**told, state="dead", cause="recipient refused", written_at=now))
        db.add(Mail(message_id="x", file="x.eml", received_at=now, outcome="failed"))
        data = {"ticket": "4411", "severity": "critical", "technician": None, "title": "Panne"}
        dead = {"state": "dead", "cause": "connection refused", "made_at": now, "tries": 3}
        of_hook = {
            "webhook_id": hook.id,
            "key": "msg_1",
            "event": "page.opened",
            "order_key": "4411",
        }
        db.add(Delivery(**of_hook, data=data, **dead))


def pages() -> Iterator[str]:
    for rule in PAGES:
        if "GET" in (rule.methods or ()):
            path = re.sub(r"<int\([^>]*>", "1", rule.rule)
            if "<" not in path:
                yield path
    yield from ("/whom?severity=critical", "/whom?severity=critical&customer=X&at=never")
    yield from ("/calendar?person=1", "/webhooks/1?only=dead", "/policies/1/levels/0")
    yield from (f"/rotas/1?done={done}" for done in ("made", "asked", "late"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_page_in_french_says_nothing_in_english(line: Line) -> None:
    a_busy_week()
    client, alone, read = app.test_client(), english_alone(), 0
    client.set_cookie(tongue.COOKIE, "fr-CA")
    for path in pages():
        answer = client.get(path, buffered=True)
        if answer.mimetype != "text/html" or answer.status_code in {301, 302, 303}:
            continue
        told = " ".join(unescape(TAG.sub(" ", answer.text)).split())
        assert '<html lang="fr-CA">' in answer.text, path
        assert [one for one in alone if one in told] == [], path
        read += 1
    assert read > 25, "that is not every page"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_strangers_choose_their_language_and_are_refused_in_it(database: str) -> None:
    bo, _ada = account("Bo"), account("Ada", Role.ADMIN)
    colleague, page = Colleague(), "/sign-in?then=/policies"
    assert '<html lang="en-CA">' in colleague.get(page).text
    answer = colleague.press(page, "/sign-in/language", language="fr-CA")
    assert answer.location == page.replace("=/", "=%2F") or answer.location == page
    assert '<html lang="fr-CA">' in colleague.get(page).text
    assert "ne vont pas ensemble" in words(colleague.signs_in(password="not this one"))
    colleague.signs_in()
    told = "Votre rôle est technicien : pour modifier les règles d’appel, il en faut un autre."
    assert told.replace(" :", "\N{NO-BREAK SPACE}:") in unescape(
        colleague.get("/policies/new").text
    )
    assert "Il n’y a pas de page à cette adresse." in words(colleague.get("/nowhere"))
    refused = colleague.press(f"/people/{bo}", f"/people/{bo}/pin", pin="111111")
    assert "Ce NIP est le premier qu’on devine." in words(refused)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whoever_opens_a_link_reads_it_in_their_language(database: str) -> None:
    account("Ada", Role.ADMIN)
    with transaction() as db:
        bo = staff.add(db, name="Bo", email="bo@2n5.example", role=Role.TECHNICIAN)
        link = f"/sign-in/link/{accounts.new_link(db, clock.now(), bo)}"
    colleague = Colleague()
    assert "Hello Bo" in words(colleague.get(link))
    assert colleague.press(link, "/sign-in/language", language="fr-CA").location == link
    assert "Bonjour Bo" in words(colleague.get(link))
