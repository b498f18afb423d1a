"""What is posted to a webhook: the event as JSON, or a message as Slack or Teams take it. The
sentences are in ivr/vocabulary.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from ivr.models import Delivery, WebhookForm
from ivr.services import vocabulary
from ivr.services.webhooks import events

Body = dict[str, Any]
LONGEST_TITLE = 200
CARD = "application/vnd.microsoft.card.adaptive"
COLOURS = {"critical": "attention", "major": "warning"}


def body(form: str, language: str, delivery: Delivery) -> bytes:
    return msgspec.json.encode(FORMS[form](language, delivery))


def _event(_language: str, delivery: Delivery) -> Body:
    """The envelope of Standard Webhooks, and the place in its order."""
    return {
        "type": delivery.event,
        "timestamp": delivery.made_at.isoformat().replace("+00:00", "Z"),
        "sequence": delivery.sequence,
        "data": delivery.data,
    }


# For people to read -------------------------------------------------------------------------------


def heading(language: str, data: Body) -> str:
    if data["ticket"] is None:
        return vocabulary.word(language, "chat", "test")
    return vocabulary.word(language, "chat", "heading").format(
        ticket=data["ticket"], severity=vocabulary.word(language, "severity", data["severity"])
    )


def title(language: str, data: Body) -> str:
    return data["title"][:LONGEST_TITLE] or heading(language, data)


def sentence(language: str, event: str, data: Body) -> str:
    words = {
        **data,
        "severity": vocabulary.word(language, "severity", data["severity"]),
        "outcome": vocabulary.word(language, "ring", data.get("outcome") or ""),
        "clock": vocabulary.word(language, "clock", data.get("clock") or ""),
        "technician": data["technician"] or vocabulary.word(language, "nobody", "technician"),
        "seconds": data.get("seconds", 0),
    }
    kind, key = ("change", data["change"]) if event == events.CHANGED else ("event", event)
    if event == events.RUNG and data.get("outcome") is None:
        key = "page.ringing"
    return vocabulary.word(language, kind, key).format_map(words)


def _slack(language: str, delivery: Delivery) -> Body:
    """A message of an incoming webhook. `text` is what a notification shows."""
    data = delivery.data
    head, told = heading(language, data), sentence(language, delivery.event, data)
    what = title(language, data)
    link = f"*<{data['url']}|{_escaped(head)}>*\n{_escaped(told)}"
    return {
        "text": _escaped(f"{head}: {what}. {told}"),
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": link}},
            {
                "type": "context",
                "elements": [{"type": "plain_text", "text": what, "emoji": False}],
            },
        ],
    }


def _escaped(words: str) -> str:
    """So that nothing in them is a link, or calls everybody of the channel."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(language: str, delivery: Delivery) -> Body:
    """An Adaptive Card, as a Workflows webhook takes it. In a RichTextBlock nothing is markup."""
    data = delivery.data
    colour = COLOURS.get(data["severity"], "default")
    told = sentence(language, delivery.event, data)
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            _line(heading(language, data), weight="bolder", size="medium", color=colour),
            _line(title(language, data), isSubtle=True),
            _line(told),
        ],
        "actions": [
            {
                "type": "Action.OpenUrl",
                "title": vocabulary.word(language, "chat", "open"),
                "url": data["url"],
            }
        ],
    }
    attachment = {"contentType": CARD, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _line(words: str, **look: Any) -> Body:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": words, **look}]}


FORMS: dict[str, Callable[[str, Delivery], Body]] = {
    WebhookForm.EVENT: _event,
    WebhookForm.SLACK: _slack,
    WebhookForm.TEAMS: _teams,
}
