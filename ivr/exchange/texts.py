"""Texts: what people send to the number, what the app answers, and what it sends by REST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from ivr.exchange.calls import new_sid

if TYPE_CHECKING:
    from ivr.exchange.engine import Exchange
    from ivr.exchange.webhooks import Reply


def receive(exchange: Exchange, number: str, body: str) -> str:
    """A person texts the number; the app's answer goes back to them. Returns the text's SID."""
    sid = new_sid("SM")
    exchange.note("text-in", number=number, body=body)
    kept = {"sid": sid, "to": exchange.number, "from": number, "body": body, "status": "received"}
    exchange.messages[sid] = kept
    form = {
        "MessageSid": sid,
        "SmsSid": sid,
        "AccountSid": exchange.account_sid,
        "From": number,
        "To": exchange.number,
        "Body": body,
        "NumMedia": "0",
        "NumSegments": "1",
    }
    exchange.ask_about_text(form, lambda reply: _answer(exchange, number, reply))
    return sid


def _answer(exchange: Exchange, number: str, reply: Reply) -> None:
    if reply.error or not reply.text.strip():
        return
    try:
        document = ET.fromstring(reply.text)  # noqa: S314
    except ET.ParseError:
        exchange.warn("the answer to a text cannot be parsed (12100)")
        return
    for message in document.iter("Message"):
        send(exchange, number, "".join(message.itertext()))


def send(exchange: Exchange, number: str, body: str) -> dict[str, Any]:
    """A text arrives at a phone. Returns what REST tells of it."""
    phone = exchange.phone(number)
    at = exchange.now().isoformat()
    text = {"id": len(phone.received) + 1, "from": exchange.number, "body": body, "at": at}
    phone.received.append(text)
    exchange.note("text-out", number=number, body=body)
    sid = new_sid("SM")
    message = {"sid": sid, "to": number, "from": exchange.number, "body": body, "status": "sent"}
    exchange.messages[sid] = message
    return message
