"""The checks that ask somebody else: the carrier, the mail servers, the broker, a web server."""

import imaplib
import smtplib
import socket
from xml.etree import ElementTree as ET

from ivr import clock
from ivr.database import reading
from ivr.services import lifeline, mailbox, mailing
from ivr.services.carrier import NOBODY, Balance, Carrier, NotNow, Refused, Unknown
from ivr.services.found import Found, bad, off, ok, warn
from ivr.settings import settings

TIMEOUT = 5
LARGEST = 65_536
EVERYWHERE = "0.0.0.0"  # noqa: S104  what MAIL_HOST may say
READY = b"220"
"""How an SMTP server greets (RFC 5321, 4.2)."""


def carrier(asked: Carrier) -> Found:
    told = asked.balance()
    if isinstance(told, Refused) and told.cause == NOBODY:
        return bad(
            "The carrier refuses our credentials: no phone can be rung. "
            "Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
        )
    if isinstance(told, NotNow | Unknown):
        return bad(f"The carrier does not answer us ({told.cause}): no phone can be rung.")
    return ok("The carrier takes our credentials.")


def numbers(asked: Carrier) -> Found:
    stray = asked.astray()
    if isinstance(stray, list):
        if stray:
            told = f"Not set to us at the carrier: {', '.join(stray)}."
            return bad(f"{told} Run: ivr twilio set-up.")
        return ok("The carrier tells us of every call and text.")
    if isinstance(stray, Refused):
        return off(f"The carrier does not tell where its calls go ({stray.cause}).")
    return warn(f"The carrier did not answer ({stray.cause}).")


def balance(asked: Carrier) -> Found:
    told = asked.balance()
    if not isinstance(told, Balance):
        return off(f"The carrier does not tell what is left ({told.cause}).")
    said = f"{told.amount:.2f} {told.currency} are left at the carrier."
    if told.amount <= 0:
        return bad(f"{said} Pay, or no phone is rung.")
    if told.amount < settings().low_balance:
        return warn(f"{said} Pay soon: below 0 no phone is rung.")
    return ok(said)


def mail_out(_carrier: Carrier) -> Found:
    if settings().mail_is_kept:
        return off("No mail is sent: it is kept in VAR_DIR/mail. Set SMTP_URL.")
    try:
        mailing.greet()
    except smtplib.SMTPAuthenticationError:
        return bad("The mail server refuses our password. Set SMTP_URL.")
    except (OSError, smtplib.SMTPException) as error:
        return bad(f"The mail server does not take our mail ({type(error).__name__}). See to it.")
    return ok("The mail server takes our mail.")


def mail_in(_carrier: Carrier) -> Found:
    listens = _listens()
    if settings().imap_url:
        return _mailbox(listens=listens)
    if listens:
        return ok("The SMTP listener takes mail.")
    if settings().mail_token:
        return ok("Mail comes by the webhook.")
    return bad("No mail comes in: start the listener (ivr mail), or set MAIL_TOKEN.")


def _mailbox(*, listens: bool) -> Found:
    try:
        with mailbox.opened():
            pass
    except Exception as error:  # noqa: BLE001  of the socket, TLS, or the library
        if _is_refusal(error):
            return bad("The mailbox refuses our password: no mail comes in. Set IMAP_URL.")
        return bad(f"The mailbox cannot be opened ({type(error).__name__}): no mail comes in.")
    if not listens:
        return bad("Nobody looks into the mailbox: start ivr mail.")
    return ok("The mailbox opens, and is looked into.")


def _is_refusal(error: Exception) -> bool:
    """Of the password; a line that breaks is another matter."""
    from imap_tools import MailboxLoginError

    refusals = (MailboxLoginError, imaplib.IMAP4.error)
    return isinstance(error, refusals) and not isinstance(error, imaplib.IMAP4.abort)


def _listens() -> bool:
    host = settings().mail_host
    asked = "127.0.0.1" if host == EVERYWHERE else host
    try:
        with socket.create_connection((asked, settings().mail_port), TIMEOUT) as line:
            return line.recv(len(READY)) == READY
    except OSError:
        return False


def broker(_carrier: Carrier) -> Found:
    import redis

    if not settings().redis_url:
        return off("There is no broker here.")
    with redis.Redis.from_url(
        settings().redis_url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
    ) as client:
        try:
            client.ping()
        except redis.RedisError as error:
            why = type(error).__name__
            return warn(f"The broker does not answer ({why}): the ticker does all the work itself.")
    return ok("The broker answers.")


# The fallback document ----------------------------------------------------------------------------


def fallback(asked: Carrier) -> Found:
    if not settings().fallback_url:
        none = "There is no fallback document: should our servers be down, callers reach nobody."
        told = f"{none} Write it with ivr fallback, and set FALLBACK_URL."
        return off(told) if settings().embedded_exchange else warn(told)
    try:
        there = _fetched(settings().fallback_url)
    except (OSError, ValueError) as error:
        return bad(f"The fallback document cannot be fetched ({type(error).__name__}).")
    with reading() as db:
        roster = lifeline.on_call(db, clock.now())
    if _canonical(there) == _canonical(asked.fallback(roster)):
        return ok("The fallback document rings those who are on call now.")
    return warn("The fallback document rings others than those on call: lay it there again.")


def _fetched(url: str) -> str:
    import requests

    with requests.get(url, timeout=TIMEOUT, stream=True) as answer:
        answer.raise_for_status()
        return answer.raw.read(LARGEST, decode_content=True).decode()


def _canonical(document: str) -> str:
    """Alike, however it is laid out; nothing for what is no document."""
    try:
        return ET.canonicalize(document, strip_text=True)
    except ET.ParseError:
        return ""
