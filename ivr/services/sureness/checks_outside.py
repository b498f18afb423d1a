"""The checks that ask somebody else: the carrier, the mail servers, the broker, a web server."""

import imaplib
import smtplib
import socket
from xml.etree import ElementTree as ET

from ivr import clock
from ivr.database import reading
from ivr.services.calls import lifeline
from ivr.services.calls.carrier import NOBODY, Balance, Carrier, NotNow, Refused, Unknown
from ivr.services.mail import mailbox, mailing
from ivr.services.sureness.found import Found, bad, off, ok, warn
from ivr.settings import settings

TIMEOUT = 5
LARGEST = 65_536
EVERYWHERE = "0.0.0.0"  # noqa: S104  what MAIL_HOST may say
READY = b"220"
"""How an SMTP server greets (RFC 5321, 4.2)."""


def carrier(asked: Carrier) -> Found:
    told = asked.balance()
    if isinstance(told, Refused) and told.cause == NOBODY:
        return bad("carrier-refuses")
    if isinstance(told, NotNow | Unknown):
        return bad("carrier-silent", cause=told.cause)
    return ok("carrier-well")


def numbers(asked: Carrier) -> Found:
    stray = asked.astray()
    if isinstance(stray, list):
        if stray:
            return bad("astray", numbers=", ".join(stray))
        return ok("numbers-well")
    if isinstance(stray, Refused):
        return off("numbers-untold", cause=stray.cause)
    return warn("numbers-silent", cause=stray.cause)


def balance(asked: Carrier) -> Found:
    told = asked.balance()
    if not isinstance(told, Balance):
        return off("balance-untold", cause=told.cause)
    left = {"amount": float(told.amount), "currency": told.currency}
    if told.amount <= 0:
        return bad("balance-left", **left).also("balance-pay")
    if told.amount < settings().low_balance:
        return warn("balance-left", **left).also("balance-soon")
    return ok("balance-left", **left)


def mail_out(_carrier: Carrier) -> Found:
    if settings().mail_is_kept:
        return off("mail-kept")
    try:
        mailing.greet()
    except smtplib.SMTPAuthenticationError:
        return bad("smtp-refuses")
    except (OSError, smtplib.SMTPException) as error:
        return bad("smtp-fails", why=type(error).__name__)
    return ok("smtp-well")


def mail_in(_carrier: Carrier) -> Found:
    listens = _listens()
    if settings().imap_url:
        return _mailbox(listens=listens)
    if listens:
        return ok("listens")
    if settings().mail_token:
        return ok("by-webhook")
    return bad("no-mail-in")


def _mailbox(*, listens: bool) -> Found:
    try:
        with mailbox.opened():
            pass
    except Exception as error:  # noqa: BLE001  of the socket, TLS, or the library
        if _is_refusal(error):
            return bad("imap-refuses")
        return bad("imap-fails", why=type(error).__name__)
    if not listens:
        return bad("imap-unwatched")
    return ok("imap-well")


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
        return off("no-broker")
    with redis.Redis.from_url(
        settings().redis_url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT
    ) as client:
        try:
            client.ping()
        except redis.RedisError as error:
            return warn("broker-silent", why=type(error).__name__)
    return ok("broker-well")


# The fallback document ----------------------------------------------------------------------------


def fallback(asked: Carrier) -> Found:
    if not settings().fallback_url:
        return off("no-fallback") if settings().embedded_exchange else warn("no-fallback")
    try:
        there = _fetched(settings().fallback_url)
    except (OSError, ValueError) as error:
        return bad("fallback-lost", why=type(error).__name__)
    with reading() as db:
        roster = lifeline.on_call(db, clock.now())
    if _canonical(there) == _canonical(asked.fallback(roster)):
        return ok("fallback-well")
    return warn("fallback-stale")


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
