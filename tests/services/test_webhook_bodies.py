"""What is posted: signed as Standard Webhooks says, whole in both languages, and nothing in it is
taken for markup by a chat.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.models import Delivery, WebhookForm
from ivr.services import vocabulary
from ivr.services.tickets.timeline import Kind
from ivr.services.webhooks import bodies, events, standard_webhooks

HOSTILE = "<!channel> & [click](https://evil.example) *now*"
DATA: dict[str, Any] = {
    "ticket": "4411",
    "title": HOSTILE,
    "severity": "critical",
    "status": "open",
    "level": 2,
    "page": "open",
    "technician": None,
    "url": "https://support.example/tickets/4411",
}
UNTOLD = {
    *(Kind.CALLED, Kind.REMINDED, Kind.BOUNCED, Kind.AUTOMATIC, Kind.FILES_LEFT, Kind.LINKED),
    *(Kind.WATCHED, Kind.MAILED, Kind.NOT_SENT, Kind.LEFT, Kind.RECORDING, Kind.NO_FEEDBACK),
    *(Kind.RECORDING_MISSING, Kind.TRANSCRIPT, Kind.TRANSCRIPT_FAILED, Kind.CALLER_BLOCKED),
    *(Kind.MANY_CALLS, Kind.LIFELINE, Kind.PASSED, Kind.PASSED_OVER, Kind.RECORDING_DELETED),
    *(Kind.HELD, Kind.HOLD_LIFTED, Kind.CALL_PUT_HERE, Kind.CALL_PUT_ELSEWHERE, Kind.ERASED),
    *(Kind.NOT_REACHED, Kind.NOT_TAKEN_OVER, Kind.CORRECTED),
}
"""Lines of the timeline that webhooks are deliberately not told of."""
OCCASIONS = [
    *((event, {}) for event in (*events.CHOICES[:-1], events.SUMMONED, events.TEST)),
    (events.RUNG, {"technician": "Bo", "outcome": None}),
    (events.RUNG, {"technician": "Bo", "outcome": "no-answer"}),
    *((events.CHANGED, {"change": one, "clock": "response"}) for one in events.CHANGES),
]


def delivery(event: str, **data: Any) -> Delivery:
    at = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    return Delivery(event=event, made_at=at, sequence=3, data=DATA | data)


def test_a_signature_is_the_one_of_the_specification() -> None:
    """The values of its reference implementation (standardwebhooks 1.1.0)."""
    made = standard_webhooks.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_every_line_of_the_timeline_is_an_event_or_deliberately_not() -> None:
    assert {str(one) for one in Kind} - {str(one) for one in UNTOLD} == set(events.OF_KIND)


@pytest.mark.parametrize(("event", "told"), OCCASIONS)
def test_every_event_has_its_sentence_in_every_language(event: str, told: dict[str, Any]) -> None:
    made = [bodies.sentence(language, event, DATA | told) for language in vocabulary.LANGUAGES]
    assert all(one.endswith((".", "…")) and "{" not in one for one in made), made
    assert made[0] != made[1]
    assert "None" not in "".join(made)


@pytest.mark.parametrize("form", [WebhookForm.SLACK, WebhookForm.TEAMS])
@pytest.mark.parametrize("language", vocabulary.LANGUAGES)
def test_a_chat_takes_nothing_of_a_title_for_markup(form: str, language: str) -> None:
    made = bodies.FORMS[form](language, delivery(events.EXHAUSTED))
    if form == WebhookForm.SLACK:
        assert "<!channel>" not in made["text"]
        section, context = made["blocks"]
        assert section["text"]["text"].startswith("*<https://support.example/tickets/4411|")
        assert context["elements"] == [{"type": "plain_text", "text": HOSTILE, "emoji": False}]
        return
    (attachment,) = made["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert {one["type"] for one in card["body"]} == {"RichTextBlock"}, "in a TextBlock, it would be"
    assert card["body"][1]["inlines"][0]["text"] == HOSTILE
    assert card["actions"][0]["url"] == "https://support.example/tickets/4411"


def test_a_long_title_and_one_that_is_empty_are_no_trouble() -> None:
    assert len(bodies.title("en-CA", DATA | {"title": "W" * 5000})) == bodies.LONGEST_TITLE
    assert bodies.title("fr-CA", DATA | {"title": ""}) == "Billet 4411, critique"
