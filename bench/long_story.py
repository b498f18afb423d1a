"""One ticket on which very much has happened: calls, rings, recordings, mail, and what was said."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.models import Call, Entry, Leg, Message, Page, Recording, TakenTurn, Ticket
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind

SAID = "When two calls come in at once, the second one drops after two seconds. " * 5
LETTER = "We have reset the gateway. Please try it once more and tell us what you hear.\n" * 8
STEPS = ("customer.welcome", "customer.ticket", "customer.severity", *["holding.wait"] * 5)
CHAPTER = 40
"""Entries."""


def write(db: Session, ticket: Ticket, entries: int) -> None:
    """So many entries in the end, a multiple of CHAPTER apart from those that are there."""
    about, had = Entry.ticket_id == ticket.id, select(func.count()).select_from(Entry)
    missing = entries - (db.scalar(had.where(about)) or 0)
    for nth in range(missing // CHAPTER):
        _chapter(db, ticket, nth, ticket.opened_at + timedelta(hours=nth))
    for _ in range(missing % CHAPTER):
        timeline.write(db, Kind.NOTE, ticket.opened_at, ticket_id=ticket.id, by="Bo", text=SAID)


def _chapter(db: Session, ticket: Ticket, nth: int, at: datetime) -> None:
    """The customer phones, is put through, and then mails go back and forth."""
    call = _call(db, ticket, nth, at)
    _summons(db, ticket, call, at)
    sid = f"RE{nth:032x}"
    db.add(Recording(sid=sid, call_id=call.id, ticket_id=ticket.id, kind="conversation",
                     seconds=90, state="stored", made_at=at, file="x.wav", transcript=SAID,
                     transcript_status="completed"))  # fmt: skip
    of = {"ticket_id": ticket.id, "call_id": call.id}
    seconds = count()

    def tell(kind: Kind, about: dict[str, int], **data: Any) -> None:
        timeline.write(db, kind, at + timedelta(seconds=next(seconds)), **about, **data)

    tell(Kind.CALLED, of)
    tell(Kind.SEVERITY, of, severity="critical", was="major")
    tell(Kind.PAGED, of, level=1)
    for name in ("Bo Chan", "Didi Wu"):
        tell(Kind.RANG, of, technician=name, level=1, outcome="no-answer")
    tell(Kind.ACCEPTED, of, technician="Bo Chan", seconds=31)
    tell(Kind.JOINED, of, technician="Bo Chan")
    tell(Kind.RECORDING, of, what="conversation", seconds=90, sid=sid)
    tell(Kind.TRANSCRIPT, of, text=SAID, sid=sid)
    mine = {"ticket_id": ticket.id}
    for turn in range(8):
        tell(Kind.SAID, mine, by="Ana Roy", channel="mail", text=SAID)
        tell(Kind.REPLY, mine, by="Bo Chan", text=LETTER)
        tell(Kind.MAILED, mine, to="ana@acme.example", letter="reply")
        _letter(db, ticket, f"{nth}-{turn}", at)
    for _ in range(CHAPTER - 9 - 3 * 8):
        tell(Kind.NOTE, mine, by="Bo Chan", text=SAID)


def _call(db: Session, ticket: Ticket, nth: int, at: datetime) -> Call:
    call = Call(sid=f"CB{nth:032x}", direction="inbound", number="+15145550100",
                ticket_id=ticket.id, contact_id=ticket.contact_id, status="completed",
                known={"at": "holding.talked", "language": "fr-CA"}, started_at=at, place="gone",
                ended_at=at + timedelta(minutes=3))  # fmt: skip
    db.add(call)
    db.flush()
    answer = {"say": [["holding", {}], ["thanks", {}]]}
    for number, step in enumerate(STEPS):
        db.add(TakenTurn(call_id=call.id, number=number, step=step, heard={}, answer=answer, at=at))
    return call


def _summons(db: Session, ticket: Ticket, call: Call, at: datetime) -> None:
    policy = [{"level": 1, "ring": "all", "ring_for": 25}]
    page = Page(ticket_id=ticket.id, call_id=call.id, policy=policy, state="accepted",
                level_since=at, opened_at=at, accepted_by_id=1, accepted_at=at)  # fmt: skip
    db.add(page)
    db.flush()
    for one in (1, 2):
        key = f"{call.sid}-{one}"
        db.add(Leg(key=key, page_id=page.id, technician_id=one, number="+1", level=1, round=0,
                   state="ended", outcome="no-answer", placed_at=at))  # fmt: skip


def _letter(db: Session, ticket: Ticket, name: str, at: datetime) -> None:
    db.add(Message(key=f"{ticket.id}-{name}", channel="mail", ticket_id=ticket.id, body=LETTER,
                   to="ana@acme.example", subject="Re: it drops", html=f"<p>{LETTER}</p>",
                   message_id=f"<{name}@2n5.example>", state="sent", written_at=at, sent_at=at,
                   tries=1))  # fmt: skip
