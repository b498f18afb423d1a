"""A year of a support line, made up from a seed: rows as the services leave them, written in bulk."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from ivr.models import (
    Call,
    Clock,
    Contact,
    Customer,
    Entry,
    Feedback,
    Leg,
    Page,
    Pause,
    Reckoning,
    Team,
    Technician,
    Ticket,
)
from tests.services.people import LEVELS

START = datetime(2026, 1, 1, 5, tzinfo=UTC)  # midnight in Toronto
END = datetime(2027, 1, 1, 5, tzinfo=UTC)
PROMISED = {"critical": (900, 7200), "major": (1800, 28_800), "minor": (28_800, 259_200)}
TITLES = ("SIP trunk down", "No dial tone on line {n}", "Échec de connexion au portail", "Invoice",
          "trunk SIP is down!", "Portail : échec de la connexion", "Slow network at site {n}")  # fmt: skip
CHANGES = (
    datetime(2026, 3, 8, 7, tzinfo=UTC),  # Toronto's clocks go forward, an hour is missing
    datetime(2026, 11, 1, 5, tzinfo=UTC),  # and back: one o'clock comes twice
)


class Year:
    """Writes rows; whatever was written can be read from its lists."""

    def __init__(self, seed: int, tickets: int) -> None:
        self.chance = random.Random(seed)
        self.rows: dict[type, list[dict[str, Any]]] = {
            one: [] for one in (Ticket, Call, Entry, Clock, Page, Leg, Feedback, Pause)
        }
        for _ in range(tickets):
            self.a_ticket()
        for at in CHANGES:  # nothing may get lost where the clocks change
            for minutes in (-61, -1, 0, 59, 61, 121):
                self.a_ticket(at + timedelta(minutes=minutes), "critical")

    def write(self, db: Session) -> None:
        db.add_all([Customer(id=n, name=f"Customer {n}") for n in range(1, 9)])
        db.add_all([Team(id=n, name=f"Team {n}") for n in range(1, 4)])
        zones = ("America/Vancouver", None, "America/St_Johns", "Asia/Tokyo")
        db.add_all([
            Technician(id=n, name=f"Tech {n}", email=f"t{n}@2n5.example", time_zone=zone)
            for n, zone in enumerate(zones, 101)
        ])  # fmt: skip
        db.add_all([Contact(id=n, name=f"Contact {n}", customer_id=n) for n in range(1, 9)])
        db.flush()
        self.rows[Entry].sort(key=lambda one: one["at"])
        for table, rows in self.rows.items():
            db.execute(insert(table), rows)
        db.add(Reckoning(name="figures", days=[]))

    # What happens -------------------------------------------------------------------------------

    def add(self, table: type, **row: Any) -> int:
        row["id"] = len(self.rows[table]) + 1
        self.rows[table].append(row)
        return int(row["id"])

    def tell(
        self, at: datetime, kind: str, ticket: int | None, call: int | None = None, **data: Any
    ) -> None:
        self.rows[Entry].append(
            {"at": at, "kind": kind, "ticket_id": ticket, "call_id": call, "data": data}
        )

    def later(self, at: datetime, mean: float) -> datetime:
        return at + timedelta(seconds=1 + int(self.chance.expovariate(1 / mean)))

    def a_ticket(self, at: datetime | None = None, severity: str | None = None) -> None:
        chance = self.chance
        at = at or START + timedelta(seconds=chance.randrange(365 * 86_400))
        severity = severity or chance.choices(["critical", "major", "minor"], (3, 3, 4))[0]
        n = len(self.rows[Ticket]) + 1
        row = {
            "number": f"{n}", "dialled": f"{n}", "severity": severity, "opened_at": at,
            "customer_id": chance.choice([None, *range(1, 9)]), "level": 1, "status": "open",
            "team_id": chance.choice([None, 1, 2, 3]), "resolved_at": None, "category": "",
            "title": chance.choice(TITLES).format(n=chance.randrange(9)), "description": "",
            "tags": [], "canary": n % 50 == 0, "opened_by_number": None,
        }  # fmt: skip
        if severity == "critical" and chance.random() < 0.3:
            row |= {"title": "Opened by phone", "opened_by_number": "+15145550100"}
        ticket = self.add(Ticket, **row)
        self.tell(at, "opened", ticket, severity=severity)
        first = self.rings(at, ticket) if severity == "critical" else None
        answered = first or self.later(at, PROMISED[severity][0] / 2)
        if not first:
            self.tell(answered, "reply", ticket, by="Bo", text="?")
        self.ends(ticket, row, at, answered)
        if chance.random() < 0.3:
            self.a_call(self.later(at, 3600), ticket, "major")

    def ends(self, ticket: int, row: dict[str, Any], at: datetime, answered: datetime) -> None:
        """The rest of its life: a wait for the customer perhaps, resolved, perhaps not for good."""
        chance = self.chance
        respond, resolve = (timedelta(seconds=one) for one in PROMISED[row["severity"]])
        self.clock(ticket, "response", at, at + respond, answered)
        due, now = at + resolve, answered
        if chance.random() < 0.3:
            begun, now = self.later(now, 3600), self.later(now, 3600)
            begun, now = min(begun, now), max(begun, now) + timedelta(seconds=30)
            if begun < due:
                self.tell(begun, "waits", ticket)
                self.tell(now, "goes-on", ticket)
                self.add(Pause, ticket_id=ticket, why="waiting", began_at=begun, ended_at=now)
                due += now - begun
        if chance.random() < 0.05:
            self.clock(ticket, "resolution", at, due, None)
            return
        solved = self.later(now, resolve.total_seconds() / 2)
        self.tell(solved, "resolved", ticket, by="Bo", how="keypad")
        if chance.random() < 0.1 and solved < due:  # and was not
            again = self.later(solved, 7200)
            self.tell(again, "reopened", ticket)
            due += again - solved
            solved = self.later(again, resolve.total_seconds() / 2)
            self.tell(solved, "resolved", ticket, by="Bo", how="keypad")
        self.clock(ticket, "resolution", at, due, solved)
        if chance.random() < 0.4:
            asked = solved + timedelta(days=5)
            given = self.later(asked, 86_400)
            score = chance.randrange(1, 6)
            self.add(Feedback, ticket_id=ticket, closing=solved, token=f"t{ticket}", asked_at=asked,
                     asked_by="mail", answered_at=given, answered_by="mail", score=score, comment="")  # fmt: skip
            self.tell(given, "feedback", ticket, score=score, text="", channel="mail")

    def clock(
        self, ticket: int, kind: str, start: datetime, due: datetime, met: datetime | None
    ) -> None:
        """Mostly somebody looks when it ends; now and then nobody has, when it is met."""
        missed = None
        if met is None or met > due + timedelta(seconds=2):
            missed = due + timedelta(seconds=1)
            self.tell(missed, "missed", ticket, clock=kind)
        self.add(Clock, ticket_id=ticket, kind=kind, started_at=start, ends_at=due, met_at=met,
                 missed_at=missed, warned_at=None, warn_at=None, due_at=None)  # fmt: skip

    def rings(self, at: datetime, ticket: int) -> datetime | None:
        """A critical call with its page. When it was answered, if it was."""
        chance = self.chance
        call = self.a_call(at, ticket, "critical")
        self.tell(at, "paged", ticket, call, level=1)
        level, now = 0, at
        accepted = chance.random() < 0.85
        page = len(self.rows[Page]) + 1
        while True:
            leg = self.later(now, 5)
            ended = self.later(leg, 20)
            taken = accepted and (level == 1 or chance.random() < 0.6)
            technician = chance.randrange(101, 105)
            outcome = "accepted" if taken else chance.choice(["no-answer", "passed", "busy"])
            self.add(Leg, key=f"k{len(self.rows[Leg])}", page_id=page, technician_id=technician,
                     number="+1", level=level + 1, round=level, state="ended", outcome=outcome,
                     placed_at=leg, ended_at=ended, tries=1, stopping=False, sequence=-1)  # fmt: skip
            self.tell(ended, "rang", ticket, technician="T", level=level + 1, outcome=outcome)
            now = ended
            if taken or level == 2:
                break
            level += 1
            self.tell(now, "escalated", ticket, level=level + 1)
        common = {"ticket_id": ticket, "call_id": call, "policy": LEVELS, "level": level, "version": 1,
                  "level_since": now, "round": level, "first_round": level, "opened_at": at, "due_at": None}  # fmt: skip
        if not accepted:
            self.add(Page, state="closed", accepted_by_id=None, accepted_at=None, **common)
            return None
        self.tell(now, "accepted", ticket, technician="T", seconds=1)
        self.add(Page, state="accepted", accepted_by_id=technician, accepted_at=now, **common)
        talked = self.later(now, 10)
        self.tell(talked, "joined", ticket, technician="T")
        return talked

    def a_call(self, at: datetime, ticket: int, severity: str) -> int:
        chance = self.chance
        wish = None
        where = chance.choice(
            ["after the conversation", "while holding", "at the end", "at the question: menu"]
        )
        if severity == "critical" and where == "while holding":
            wish = chance.choice([None, "callback", "message"])
        ended = self.later(at, 120)
        call = self.add(
            Call, sid=f"CA{len(self.rows[Call])}", direction="inbound", number="+15145550100",
            contact_id=chance.choice([None, *range(1, 9)]), technician_id=None, ticket_id=ticket,
            known={"at": "customer.over"}, turn=1, place="gone", wish=wish, status="completed",
            started_at=at - timedelta(seconds=20), ended_at=ended,
        )  # fmt: skip
        self.tell(at, "called", ticket, call)
        self.tell(at, "severity", ticket, call, severity=severity, was=severity)
        if wish == "callback":
            self.tell(at, "callback-asked", ticket, call)
        if wish == "message":
            self.tell(at, "recording", ticket, call, what="message", sid="RE")
        self.tell(ended, "left", ticket, call, where=where)
        if chance.random() < 0.1:  # one of us
            self.add(Call, sid=f"CA{len(self.rows[Call])}", direction="inbound", number="+1514555",
                     contact_id=None, technician_id=101, ticket_id=None, known={"at": "staff.menu"},
                     turn=1, place="gone", wish=None, status="completed", started_at=at, ended_at=ended)  # fmt: skip
        return call
