"""The support line as a story tells it: people with phones, and a clock that the story moves.

Everything is real: the app answers signed webhooks over HTTP, the exchange executes its TwiML,
the rows that fall due are attended to by the same functions that the workers call.
"""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from werkzeug.serving import make_server

from ivr import clock
from ivr.database import reading, transaction
from ivr.exchange import Exchange, ManualClock
from ivr.models import Ticket
from ivr.phone.client import Carrier
from ivr.services import due
from ivr.services.due import Due
from ivr.services.imports import importing
from ivr.services.mail import inbox, spool
from ivr.services.tickets import show
from ivr.settings import settings

NIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
"""Tuesday, three in the morning in Toronto."""
NUMBER = "+18005550100"

WORLD: dict[str, Any] = {
    "organization": {
        "name": "2N5",
        "time_zone": "America/Toronto",
        "holidays": "CA-ON",
        "languages": ["en-CA", "fr-CA"],
    },
    "customers": [
        {
            "name": "Acme",
            "pin": "482913",
            "contacts": [
                {
                    "name": "Ana Roy",
                    "phone": "+15145550100",
                    "email": "ana@acme.example",
                    "language": "en-CA",
                },
            ],
        },
    ],
    "staff": [
        {
            "name": "Bo Chan",
            "email": "bo@2n5.example",
            "phone": "+15145550201",
            "role": "technician",
        },
        {"name": "Di Wu", "email": "di@2n5.example", "phone": "+15145550202", "role": "technician"},
        {"name": "Cy Roy", "email": "cy@2n5.example", "phone": "+15145550203", "role": "senior"},
    ],
    "on_call": {"level_1": ["bo@2n5.example", "di@2n5.example"], "level_2": ["cy@2n5.example"]},
    "policy": {
        "levels": [
            {"level": 1, "ring": "all", "ring_for": 25, "repeat": 1, "escalate_after": 60},
            {"level": 2, "ring": "in_turn", "ring_for": 25, "repeat": 1, "escalate_after": 120},
            {"level": 3, "mail": "escalation@2n5.example", "repeat_every": 300},
        ],
    },
    "tickets": [
        {
            "number": "4411",
            "customer": "Acme",
            "contact": "ana@acme.example",
            "title": "SIP trunk down",
            "severity": "major",
        },
        {"number": "42", "customer": "Acme", "title": "Question", "severity": "minor"},
    ],
}


def at_once(app: Any) -> Any:
    """Werkzeug's server leaves a file open when a browser no longer wants it; this leaves none."""

    def answer(environ: Any, start_response: Any) -> list[bytes]:
        parts = app(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            if hasattr(parts, "close"):
                parts.close()

    return answer


class Line:
    def __init__(self, folder: Path, start: datetime = NIGHT) -> None:
        sid, token = settings().credentials
        self.exchange = Exchange(
            account_sid=sid,
            auth_token=token,
            number=NUMBER,
            clock=ManualClock(start),
            media_dir=folder / "media",
        )
        clock.use(self.exchange.clock.now)
        self.carrier = Carrier()
        self.folder = folder
        self.posted = 0

    def open(self) -> None:
        from ivr.web import app

        self.server = make_server("127.0.0.1", settings().port, at_once(app), threaded=True)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        for name in ("voice_url", "fallback_url", "status_url", "sms_url"):
            path = {"voice_url": "voice/inbound", "sms_url": "sms/inbound"}.get(
                name, f"voice/{name.removesuffix('_url')}"
            )
            setattr(self.exchange.line, name, f"{settings().own_url}/{path}")
        told = f"{settings().own_url}/voice/transcriptions"
        self.exchange.written.told[settings().transcription] = told

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.exchange.close()
        clock.use(None)

    # The people ---------------------------------------------------------------------------------

    def world(self, **changes: Any) -> None:
        file = self.folder / "world.json"
        file.write_text(json.dumps(WORLD | changes))
        with transaction() as db:
            importing.import_file(db, file, clock.now())

    def customer(self, number: str = "+15145550100", name: str = "Ana Roy") -> Any:
        return self.exchange.phone(number, name=name, role="customer", language="en-CA")

    def technician(self, name: str) -> Any:
        number = next(one["phone"] for one in WORLD["staff"] if one["name"] == name)
        return self.exchange.phone(number, name=name, role="technician", language="en-CA")

    def mail(self, words: str, subject: str = "", sender: str = "ana@acme.example") -> None:
        """A mail to the support address, put down as every door puts it."""
        self.posted += 1
        raw = (
            f"From: {sender}\r\nTo: support@2n5.example\r\nSubject: {subject}\r\n"
            f"Message-ID: <{self.posted}@story.example>\r\n\r\n{words}\r\n"
        )
        spool.receive(raw.encode())
        inbox.collect(clock.now())
        self.work()

    # Time ---------------------------------------------------------------------------------------

    def work(self) -> None:
        """Let everything happen that is due by now."""
        for _ in range(60):
            self.exchange.settle()
            with reading() as db:
                rows = due.until(db, clock.now())
            if not rows:
                return
            self.attend(rows)
        raise AssertionError(f"never quiet: {rows}")

    def attend_all(self) -> None:
        with reading() as db:
            rows = due.until(db, clock.now())
        self.attend(rows)

    def attend(self, rows: list[Due]) -> None:
        for row in rows:
            for leg in due.attend(row.kind, row.id, self.carrier):
                due.attend("leg", leg, self.carrier)

    def passes(self, seconds: float = 0.0) -> None:
        """Let so much time pass, one event after the other."""
        end = clock.now() + timedelta(seconds=seconds)
        while True:
            self.work()
            now = clock.now()
            if now >= end:
                return
            with reading() as db:
                rows = [row.at for row in due.until(db, end) if row.at > now]
            event = self.exchange.next_event_at()
            self.exchange.advance_to(min([end, *rows, *([event] if event else [])]))

    def until(self, happens: Any, within: float = 120) -> None:
        """Let time pass until it happens."""
        for _ in range(int(within * 2)):
            if happens():
                return
            self.passes(0.5)
        raise AssertionError("it never happened")

    # What is on record --------------------------------------------------------------------------

    def ticket(self, number: str = "4411") -> dict[str, Any]:
        with reading() as db:
            return show.ticket(db, number)

    def call(self, sid: str) -> dict[str, Any]:
        with reading() as db:
            return show.call(db, sid)

    def mails(self, number: str = "4411") -> list[str]:
        """To whom the ticket's mails went, one after the other."""
        messages = self.ticket(number)["messages"]
        return [one["to"] for one in messages if one["channel"] == "mail"]

    def kinds(self, number: str = "4411") -> list[str]:
        return [entry["kind"] for entry in self.ticket(number)["entries"]]

    def rings(self) -> list[str]:
        """Every ring of a technician's phone, from the exchange's own log."""
        technicians = {one["phone"]: one["name"] for one in WORLD["staff"]}
        rung = [event for event in self.exchange.log if event.kind == "ring"]
        return [technicians[event.number] for event in rung if event.number in technicians]

    def tickets_of(self, number: str) -> list[str]:
        """Numbers of the tickets that this caller's calls have opened."""
        with reading() as db:
            opened = select(Ticket.number).where(Ticket.opened_by_number == number)
            return list(db.scalars(opened.order_by(Ticket.id)))

    def numbers(self) -> list[str]:
        """Of all tickets, the oldest first."""
        with reading() as db:
            return list(db.scalars(select(Ticket.number).order_by(Ticket.id)))

    def opened_by_phone(self) -> str:
        with reading() as db:
            opened = select(Ticket.number).where(Ticket.opened_by_number.is_not(None))
            return db.scalars(opened).one()
