"""A call of the month: its steps are those of callflows, taken one after the other with what the
person on the line does; every turn is kept as services/calls/calls keeps it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from callflows import (  # noqa: F401  enter their steps
    after,
    callback,
    customer,
    feedback,
    holding,
    staff,
    technician,
)
from callflows.steps import SECRET, STEPS
from callflows.turn import (
    MOST_STEPS,
    Bridge,
    End,
    Go,
    Heard,
    Hold,
    Keep,
    Known,
    Say,
    Then,
    Turn,
    Write,
    say,
)
from ivr.demo.desk import PaperDesk
from ivr.demo.words import Tongue
from ivr.exchange.said import spread
from ivr.models import Call, Place, Recording, RecordingState, TakenTurn
from ivr.services.calls import sentences
from ivr.services.calls.answer import Answer
from ivr.services.calls.sentences import Sentence
from ivr.services.tickets.timeline import Kind

if TYPE_CHECKING:
    from ivr.demo.case import Case
    from ivr.demo.rows import Row
    from ivr.demo.world import World

TRANSCRIBED_AFTER = timedelta(seconds=9)
Perform = Callable[[Write, datetime], None]


class Walk:
    def __init__(
        self, world: "World", at: datetime, start: Known, desk: PaperDesk, **call: Any
    ) -> None:
        self.world, self.known, self.desk = world, start, desk
        self.case: Case | None = None
        self.call = world.rows.add(
            Call, known=start.as_json(), turn=0, place=Place.TALKING_TO_US, status="in-progress",
            started_at=at, **call,
        )  # fmt: skip
        self.queue_of: Row = self.call
        """Whose queue a hold or a bridge is."""
        self.leg: str | None = None
        self.by: str | None = None
        """Which of us is on the line, for what they dictate."""
        self.perform: Perform = lambda _write, _at: None

    def turn(
        self, at: datetime, heard: Heard | None = None, *, step: str | None = None,
        leaving: int | None = None,
    ) -> Then:  # fmt: skip
        """Step after step, until one waits for the line."""
        taken = heard = heard or Heard()
        known = self.known.but(at=step) if step else self.known
        began, said = known.at, list[Say]()
        for _ in range(MOST_STEPS):
            self.desk.at = at
            turn = STEPS[known.at](known, heard, self.desk)
            for write in turn.write:
                self._perform(write, at)
            known = turn.known.but(ticket=self.case.number) if self.case else turn.known
            said += turn.say
            if not isinstance(turn.then, Go):
                self.known = known
                self._keep(at, began, taken, Turn(known, turn.then, tuple(said)), leaving)
                return turn.then
            heard = Heard()
        raise RuntimeError(f"{began} goes on without ever waiting")

    def says(self, at: datetime, sentence: str) -> None:
        """That, and the line is closed, whatever flow it is."""
        over = Turn(self.known.to("customer.over"), End(), (say(sentence),))
        self._keep(at, self.known.at, Heard(), over, None)

    def _perform(self, write: Write, at: datetime) -> None:
        if isinstance(write, Keep):
            self.record(at, write.recording, write.kind, write.seconds)
        else:
            self.perform(write, at)

    def _keep(self, at: datetime, step: str, taken: Heard, turn: Turn, leaving: int | None) -> None:
        queue = ("call-", self.queue_of) if isinstance(turn.then, Hold | Bridge) else None
        answer = Answer(
            self.call["turn"], turn.known.language, turn.say, turn.then, None, self.leg
        ).as_json()
        heard = {name: value for name, value in vars(taken).items() if value}
        if step in SECRET and "keys" in heard:
            heard["keys"] = "*" * 6
        self.world.rows.add(
            TakenTurn, call_id=self.call, number=self.call["turn"], leaving=leaving, step=step,
            heard=heard, answer={**answer, "queue": queue}, at=at,
        )  # fmt: skip
        place = Place.HOLDING if isinstance(turn.then, Hold) else self.call["place"]
        self.call.update(turn=self.call["turn"] + 1, known=turn.known.as_json(), place=place)

    @property
    def last_turn(self) -> int:
        return int(self.call["turn"]) - 1

    def ends(self, at: datetime) -> None:
        self.call.update(status="completed", ended_at=at, place=Place.GONE)

    # What is recorded --------------------------------------------------------------------------

    def speaks(self, seconds: int) -> Heard:
        """Something is said after the tone."""
        return Heard(recording=self.world.opaque("RE"), seconds=seconds)

    def record(self, at: datetime, sid: str, kind: str, seconds: int) -> None:
        world, case = self.world, self.case
        seconds, file, sha256 = world.files.sound(sid, seconds)
        said = (
            self._conversation(sid, seconds)
            if kind == "conversation"
            else self._said(kind, seconds)
        )
        words, row = " ".join(one.text for one in said), case.row if case else None
        world.rows.add(
            Recording, sid=sid, call_id=self.call, ticket_id=row, kind=kind, seconds=seconds,
            state=RecordingState.STORED, tries=1, made_at=at, file=file, sha256=sha256,
            transcript=sentences.words(said) or None,
            sentences=sentences.kept(said) or None,
            transcript_status="completed" if said else "failed",
        )  # fmt: skip
        world.tell(Kind.RECORDING, at, row, self.call, sid=sid, what=kind, seconds=seconds)
        later = at + TRANSCRIBED_AFTER
        if not said:
            world.tell(Kind.TRANSCRIPT_FAILED, later, row, self.call, sid=sid)
        elif kind == "note":
            world.tell(Kind.NOTE, later, row, self.call, by=self.by, text=words)
        else:
            world.tell(Kind.TRANSCRIPT, later, row, self.call, sid=sid, text=words)

    def _said(self, kind: str, seconds: int) -> list[Sentence]:
        return [Sentence(text, at) for at, text in spread(self._words(kind), seconds)]

    def _conversation(self, sid: str, seconds: int) -> list[Sentence]:
        """One of us speaks first, on the first channel: it is their leg that dials."""
        chance = Random(sid)  # of its own: what is said changes nothing else of the month
        lines = self._tongue(chance).dialogue()
        whole = sum(len(one.split()) for one in lines)
        said, before = list[Sentence](), 0
        for nth, line in enumerate(lines):
            begins, lasts = seconds * before / whole, seconds * len(line.split()) / whole
            said += (
                Sentence(text, round(begins + at, 2), 1 + nth % 2)
                for at, text in spread(line, lasts)
            )
            before += len(line.split())
        return said

    def _words(self, kind: str) -> str:
        """Nothing, where it could not be understood."""
        if self.world.chance.random() < 0.06:
            return ""
        of = {"description": "described", "message": "messages", "note": "dictated"}
        return self._tongue(self.world.chance).says(of[kind])

    def _tongue(self, chance: Random) -> Tongue:
        names = ("name", "company", "line")
        given = {one: self.case.tongue.given[one] for one in names} if self.case else {}
        return Tongue(chance, self.known.language, **given)
