"""The templates of our mails, changed on the staff pages: only what can be sent is kept, it is sent
from then on, and it can be put back. What staff write reaches nothing but its values.
"""

import re

import pytest

from ivr.services import vocabulary
from ivr.services.mail import letters, mail_templates
from ivr.services.settings import in_force
from tests.console.colleague import Colleague
from tests.portal.browser import words
from tests.stories.line import Line

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RESOLVED = "/settings/mails/en-CA/resolved"
SUBJECT = "[#{{ ticket.number }}] Solved: {{ ticket.title }}"
TEXT = 'Solved!\n{% if text %}\n{{ text }}\n{% endif %}\n<b>By {{ closes_on }}</b>\n{% include "foot.en-CA.txt" %}\n'


def resolved(**more: object) -> letters.Letter:
    return letters.write("resolved", "en-CA", **(mail_templates.samples("en-CA") | more))


def test_every_template_is_written_with_the_sample_values() -> None:
    for language in vocabulary.LANGUAGES:
        for name in mail_templates.names():
            written = mail_templates.Template(
                name, language, mail_templates._written(language, name)
            )
            mail_templates.check(written, written.written)
            assert written.sample() == written.sample(written.written)
            original = letters.write(name, language, **mail_templates.samples(language))
            assert written.sample().subject == original.subject


@on_sqlite
def test_a_mail_is_written_anew_sent_so_and_put_back(line: Line) -> None:
    ada, was = Colleague(), resolved()
    form = ada.form(RESOLVED, RESOLVED)
    kept = {"subject": SUBJECT, "text": TEXT.replace("\n", "\r\n")}
    looked = ada.send(RESOLVED, form | kept | {"do": "preview"})
    assert "[#4411] Solved: No dial tone Solved! It works again. <b>By" in words(looked)
    assert resolved() == was
    assert ada.send(RESOLVED, form | kept).status_code == 303
    in_force.look()
    now = resolved(text="Is <i>fine</i>")
    assert now.subject == "[#4411] Solved: No dial tone"
    assert now.text.startswith("Solved!\nIs <i>fine</i>\n<b>By Tue 24 Nov 2026, 03:00")
    assert "&lt;i&gt;fine" in now.html
    assert '<a href="https://support.example/portal/tickets/4411"' in now.html
    page = ada.get(RESOLVED)
    undo = re.findall(rf'action="({RESOLVED}/versions/[0-9]+/undo)"', page.text)[0]
    assert ada.press(RESOLVED, undo).status_code == 303
    in_force.look()
    assert resolved() == was


@on_sqlite
@pytest.mark.parametrize(
    ("subject", "text", "why"),
    [
        ("Solved", TEXT, "[#{{ ticket.number }}] is missing"),
        (
            SUBJECT,
            TEXT.replace("{{ text }}", "").replace("if text", "if closes_on"),
            "text is missing",
        ),
        (SUBJECT, TEXT.replace('{% include "foot.en-CA.txt" %}', ""), "foot.en-CA.txt is missing"),
        (SUBJECT, TEXT + "{{ password }}", "no value for password"),
        (SUBJECT, TEXT + '{% include "frame.html" %}', "no value for"),
        (SUBJECT, TEXT + "{% include text %}", "no value for"),
        (SUBJECT, TEXT + "{% if %}", "Line 7 cannot be understood"),
        (SUBJECT, TEXT + "{{ ticket.nothing }}", "it fails"),
        (SUBJECT, TEXT + "{{ ticket.__class__.__mro__ }}", "it fails"),
        (SUBJECT, TEXT + "{% for one in range(9999999) %}x{% endfor %}", "it fails"),
        (SUBJECT, "", "Write what"),
    ],
)
def test_what_cannot_be_sent_is_refused(line: Line, subject: str, text: str, why: str) -> None:
    ada = Colleague()
    answer = ada.send(RESOLVED, ada.form(RESOLVED, RESOLVED) | {"subject": subject, "text": text})
    assert (answer.status_code, why in words(answer)) == (422, True), words(answer)


@on_sqlite
def test_one_that_fails_after_all_is_as_if_it_were_not_there(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"subject": "x", "text": "{{ ticket.gone.by.now }}"}
    was = resolved()
    monkeypatch.setattr(in_force, "_kept", {"mail/en-CA/resolved": own})
    assert resolved() == was
