"""The exchange as a process: real time, the address book from a file, until it is told to stop."""

import json
import signal
import threading
from pathlib import Path

from ivr.exchange.engine import Exchange
from ivr.exchange.mailboxes import Mailboxes

LOOK_EVERY = 1.0
"""Seconds between looks at the address book."""


def main(
    port: int,
    account_sid: str,
    auth_token: str,
    number: str,
    public_url: str,
    phones_file: Path,
    media_dir: Path,
    log_file: Path,
    mailboxes: Mailboxes | None = None,
    canary: str = "",
    fallback_url: str = "",
    transcription: str = "",
) -> None:
    stop = _told_to_stop()
    exchange = Exchange(
        account_sid=account_sid,
        auth_token=auth_token,
        number=number,
        voice_url=f"{public_url}/voice/inbound",
        fallback_url=f"{public_url}/voice/fallback",
        status_url=f"{public_url}/voice/status",
        sms_url=f"{public_url}/sms/inbound",
        media_dir=media_dir,
        log_file=log_file,
    )
    if fallback_url:
        exchange.line.fallback_url, exchange.line.fallback_method = fallback_url, "GET"
    if canary:
        exchange.own(canary, f"{public_url}/voice/canary/phone")
    if transcription:
        exchange.written.told[transcription] = f"{public_url}/voice/transcriptions"
    exchange.staff_url, exchange.mailboxes = f"{public_url}/", mailboxes
    read = -1.0
    exchange.serve(port)
    while not stop.is_set():
        read = _read_book(exchange, phones_file, read)
        stop.wait(LOOK_EVERY)
    exchange.close()


def _told_to_stop() -> threading.Event:
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda _sign, _frame: stop.set())
    return stop


def _read_book(exchange: Exchange, file: Path, read: float) -> float:
    """Phones of the address book, whenever the file has changed."""
    try:
        changed = file.stat().st_mtime
        if changed == read:
            return read
        for one in json.loads(file.read_text()):
            exchange.phone(one["number"], one["name"], one["role"], one["language"])
    except (OSError, ValueError, KeyError) as error:
        exchange.note("book", error=type(error).__name__)
        return read
    return changed
