"""Who would be rung: a page tried out dry, with nobody answering, until the last level mails.

Nothing is decided here: the policy is chosen, frozen and walked by what does it for real pages.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Customer, Leg, LegState, Team, Technician, Ticket
from ivr.services import vocabulary
from ivr.services.paging import escalation, freezing, policies, policy_words, wishes
from ivr.services.paging.escalation import Level, Move, Progress, Ring
from ivr.services.refusal import RefusedError

Record = dict[str, Any]


@dataclass(frozen=True)
class Question:
    severity: Severity
    customer: Customer | None = None
    team: Team | None = None


def named(db: Session, customer: str, severity: str, team: str = "") -> Question:
    """As somebody typed it; no customer and no team are asked for by nothing."""
    return Question(
        Severity(severity),
        _row(db, Customer, "customer", customer),
        _row(db, Team, "team", team),
    )


def _row(db: Session, table: Any, kind: str, name: str) -> Any:
    if not name:
        return None
    found = db.scalar(select(table).where(table.name == name).limit(1))
    if found is None:
        raise RefusedError(f"no-{kind}", name=name)
    return found


def would_ring(
    db: Session,
    at: datetime,
    asked: Question,
    *,
    live: bool = False,
    language: str = vocabulary.LANGUAGES[0],
) -> Record:
    """Level by level; `live`: who is on the phone at this very moment counts."""
    ticket = Ticket(
        severity=asked.severity,
        customer_id=asked.customer.id if asked.customer else None,
        team_id=asked.team.id if asked.team else None,
    )
    chosen = policies.of_ticket(db, at, ticket)
    names = policy_words.names(db, language)
    levels = policies.frozen(db, at, ticket, order=_as_it_stands)
    before = policies.before(db, chosen)
    return {
        "at": at.isoformat(),
        "severity": str(asked.severity),
        "customer": asked.customer.name if asked.customer else None,
        "team": asked.team.name if asked.team else None,
        "policy": chosen.name if chosen else names.say("none-yet-name"),
        "policy_id": chosen.id if chosen else None,
        "because": names.conditions(chosen) if chosen else names.say("none-yet"),
        "others": [
            {
                "name": one.name,
                "why": names.say(f"not-{policies.unmet(db, at, one, ticket) or 'hours'}"),
            }
            for one in before
        ],
        "levels": _Walk(db, at, levels, names, _engaged(db) if live else set()).levels(),
    }


def _as_it_stands(_ids: list[int]) -> None:
    """What is drawn for each page cannot be foretold."""


def _engaged(db: Session) -> set[int]:
    talking = select(Leg.technician_id).where(
        Leg.state == LegState.ANSWERED, Leg.outcome == "accepted", Leg.ended_at.is_(None)
    )
    return set(db.scalars(talking))


@dataclass
class _Walk:
    db: Session
    start: datetime
    policy: list[Level]
    names: policy_words.Names
    engaged: set[int]
    made: list[Record] = field(default_factory=list)
    rings: dict[tuple[int, int], datetime] = field(default_factory=dict)
    """By technician and round: until when they ring."""

    def levels(self) -> list[Record]:
        now, at = self.start, Progress(0, self.start, 0, 0, ())
        while True:
            move = escalation.next_move(self.policy, at, now)
            for index in move.begun:
                self._begins(index, now, empty=index in move.passed)
            if move.mail:
                return self.made
            self._ring(move, now)
            ends = [end for end in self.rings.values() if end > now]
            now = min([move.look_again, *ends]) if not self._passed(move) else now
            rings = [
                Ring(one, round_, self._outcome(one, end, now), end)
                for (one, round_), end in self.rings.items()
                if round_ >= move.first_round
            ]
            at = Progress(move.level, move.since, move.round, move.first_round, rings)

    def _passed(self, move: Move) -> bool:
        return any(one in self.engaged for one in move.ring)

    def _outcome(self, one: int, end: datetime, now: datetime) -> str | None:
        if one in self.engaged:
            return "engaged"
        return "no-answer" if end <= now else None

    def _begins(self, index: int, now: datetime, *, empty: bool) -> None:
        level = self.policy[index]
        last = "mail" in level
        made = {
            "level": level["level"],
            "after": self._after(now),
            "ring": None if last else level["ring"],
            "mail": level.get("mail"),
            "repeat_every": level.get("repeat_every"),
            "empty": empty,
            "passed": [] if last else self._passed_over(level, now),
            "told": [self.names.target(one) for one in level.get("tell", ())],
            "rings": [],
        }
        self.made.append(made)

    def _passed_over(self, level: Level, now: datetime) -> list[Record]:
        return [one | {"why": self._why(one["why"])} for one in escalation.passed_over(level, now)]

    def _why(self, why: str) -> str:
        return vocabulary.word(self.names.language, "passed-over", why)

    def _after(self, at: datetime) -> int:
        return int((at - self.start).total_seconds())

    def _ring(self, move: Move, now: datetime) -> None:
        level, text = self.policy[move.level], move.round == move.first_round
        known = freezing.technicians(self.db, move.ring)
        for one in (known[id_] for id_ in move.ring):
            planned = wishes.planned(one, text=text)
            last = max((after for _, after in planned), default=0) + level["ring_for"]
            busy = one.id in self.engaged
            self.rings[one.id, move.round] = now if busy else now + timedelta(seconds=last)
            for number, after in planned[: 1 if busy else None]:
                self.made[-1]["rings"].append(
                    {
                        "after": self._after(now) + after,
                        "name": one.name,
                        "number": number,
                        "round": move.round - move.first_round + 1,
                        "text_first": _text(one, number) if text else None,
                        "why_not": self._why("on a call with a customer") if busy else None,
                    }
                )


def _text(one: Technician, number: str) -> int | None:
    return one.text_first or None if number == one.phone else None


def clock(seconds: int) -> str:
    """T+1:05."""
    return f"T+{seconds // 60}:{seconds % 60:02}"


def in_words(record: Record) -> str:
    """For a terminal."""
    rings = policy_words.Names({}, vocabulary.LANGUAGES[0]).rings
    lines = [f"Policy: {record['policy']} ({record['because']})"]
    lines += [f"  not {one['name']}: it {one['why']}" for one in record["others"]]
    for level in record["levels"]:
        how = rings[level["ring"]] if level["ring"] else f"mail to {level['mail']}"
        lines += ["", f"Level {level['level']} at {clock(level['after'])}: {how}"]
        lines += [f"  passed over: {one['name']} ({one['why']})" for one in level["passed"]]
        lines += ["  nobody can be rung: the next level at once"] if level["empty"] else []
        lines += [f"  told: {one}" for one in level["told"]]
        lines += [f"  {_line(one)}" for one in level["rings"]]
        if level["mail"]:
            lines.append(
                f"  again every {policy_words.seconds(level['repeat_every'])}, without end"
            )
    return "\n".join(lines)


def _line(ring: Record) -> str:
    more = ""
    if ring["why_not"]:
        more = f", passed over: {ring['why_not']}"
    elif ring["text_first"]:
        more = f", a text {ring['text_first']} s before"
    return f"{clock(ring['after']):8} {ring['name']}, {ring['number']}{more}"
