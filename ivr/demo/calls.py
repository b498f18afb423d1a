"""Customers who call in the month: what they key, how long they hold, and what they choose."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from callflows.turn import (
    ChooseLanguage,
    Declare,
    End,
    Heard,
    Hold,
    Keys,
    Known,
    OpenPage,
    Rate,
    Record,
    Solved,
    Take,
    Then,
    Wish,
    Write,
)
from ivr.demo import asking, pages
from ivr.demo.case import Case
from ivr.demo.desk import PaperDesk, Where
from ivr.demo.people import AREAS
from ivr.demo.rings import seconds
from ivr.demo.walk import Walk
from ivr.demo.words import Tongue
from ivr.demo.world import World, speaks
from ivr.models import Contact, Direction, Place, Status
from ivr.services.calls import calls
from ivr.services.tickets import life
from ivr.services.tickets.timeline import Kind

if TYPE_CHECKING:
    from ivr.demo.pages import Summons

WITHHELD = "anonymous"
KEY = {"critical": "1", "major": "2", "minor": "3"}
EACH_ROUND = 15.0
"""Seconds of holding until the next words."""
PATIENCE = (4.0, 1.1)
"""Of lognormal: a minute, some much longer, a few hang up at once."""


def number_of(world: World, contact: Contact | None) -> str:
    """Mostly the one that we know; some phone from elsewhere, some withhold it."""
    chance = world.chance
    if contact and contact.phone and chance.random() < 0.9:
        return contact.phone
    if chance.random() < 0.15:
        return WITHHELD
    return f"+1{chance.choice(AREAS)}55501{chance.randrange(100):02}"


def tongue_of(world: World, contact: Contact | None) -> Tongue:
    known = {"name": contact.name} if contact else {}
    if contact and contact.customer:
        known["company"] = contact.customer.name
    return Tongue(world.chance, speaks(contact, world.ours), **known)


class Caller:
    """One call of a customer."""

    def __init__(self, world: World, at: datetime, contact: Contact | None, number: str) -> None:
        self.world, self.at, self.contact, self.number = world, at, contact, number
        language = speaks(contact, world.ours)
        self.desk = PaperDesk(world, at, language)
        self.desk.number = number if number.startswith("+") else None
        self.walk = Walk(
            world, at, Known("customer.welcome", language), self.desk, sid=world.opaque("CA"),
            direction=Direction.INBOUND, number=number, ticket_id=None,
            contact_id=contact.id if contact else None,
        )  # fmt: skip
        self.walk.perform = self._perform
        self.call = self.walk.call
        self.holds_at = self.leaves_at = at
        self.leaves = "hangup"
        self.summons: Summons | None = None
        self.hung_up = False

    def place(self, at: datetime) -> Where:
        if at < self.holds_at:
            return "coming"
        return "holding" if at < self.leaves_at else "gone"

    # What they do ------------------------------------------------------------------------------

    def calls(self, severity: str, case: Case | None, until: str = "") -> None:
        """With a ticket or without one. `until`: the question at which they hang up."""
        chance = self.world.chance
        then = self.walk.turn(self.at)
        if case:
            self.desk.known[case.number] = case
        if chance.random() < 0.06:
            then = self._keys("*", 3, 6)
        if chance.random() < 0.1:
            then = self._keys(str(chance.randrange(1000, 9999)), 8, 16)
        if until == "ticket":
            return self._hangs_up()
        then = self._keys(case.number if case else "0", 6, 15)
        if until == "severity":
            return self._hangs_up()
        if severity == "critical":
            self._plans_to_hold(opening=case is None)
        then = self._keys(KEY[severity], 3, 8)
        if isinstance(then, Record):
            long = int((self.holds_at - self.at).total_seconds())
            then = self._turn(self.holds_at, self.walk.speaks(long))
        if isinstance(then, Hold):
            self._holds()
        elif not isinstance(then, End):
            self._minds_the_menu(then)
        return None

    def tests_the_line(self, case: Case) -> None:
        """As the canary does, which is sure of what it keys."""
        self.desk.known[case.number] = case
        self.walk.turn(self.at)
        self._keys(case.number, 8, 9)
        self.holds_at, self.leaves_at = self.at, self.at + timedelta(minutes=2)
        self._keys(KEY["critical"], 5, 6)
        self._holds()

    def is_turned_away(self) -> None:
        """A blocked number."""
        self.walk.says(self.at, "blocked")
        self._hangs_up(self.at + timedelta(seconds=4))

    def _keys(self, keys: str, low: float, high: float) -> Then:
        return self._turn(self.at + seconds(self.world.chance, low, high), Heard(keys=keys))

    def _turn(self, at: datetime, heard: Heard | None = None, **how: Any) -> Then:
        self.at = at
        then = self.walk.turn(at, heard, **how)
        if isinstance(then, End) and not self.hung_up:
            self._hangs_up(at + seconds(self.world.chance, 2, 5))
        return then

    def _hangs_up(self, at: datetime | None = None) -> None:
        """The carrier says that the call is over."""
        at = at or self.at + seconds(self.world.chance, 1, 6)
        self.hung_up = True
        call = self.call
        step = str(call["known"]["at"]).partition(".")[2]
        where = "at the end" if step == "over" else f"at the question: {step}"
        if step in calls.AFTER_THE_CONVERSATION or call["place"] == Place.BRIDGED:
            where = "after the conversation"
        elif call["place"] in {Place.HOLDING, Place.GONE}:
            where = "while holding"
        self.walk.ends(at)
        row = self.walk.case.row if self.walk.case else None
        self.world.tell(Kind.LEFT, at, row, call, where=where)

    def _minds_the_menu(self, then: Then) -> None:
        """Status by PIN, a message, or nothing more."""
        chance = self.world.chance
        choice = chance.choices(("1", "2", "", "bye"), (45, 30, 15, 10))[0]
        if choice == "bye":
            return self._hangs_up()
        then = self._keys(choice, 8, 20)
        if isinstance(then, Keys) and then.secret:
            self.desk.knows_pin = chance.random() < 0.85
            then = self._keys("730100", 5, 9)
        while isinstance(then, Record | Keys):
            if isinstance(then, Record):
                long = chance.randrange(6, 32)
                then = self._turn(self.at + timedelta(seconds=long + 2), self.walk.speaks(long))
            else:
                then = self._turn(self.at + timedelta(seconds=8))
        return None

    # Holding -----------------------------------------------------------------------------------

    def _plans_to_hold(self, *, opening: bool) -> None:
        chance = self.world.chance
        said = chance.randrange(9, 28) if opening else 0
        self.holds_at = self.at + timedelta(seconds=said + 6)
        patience = min(1500.0, max(8.0, chance.lognormvariate(*PATIENCE)))
        self.leaves_at = self.holds_at + timedelta(seconds=round(patience, 3))
        self.leaves = chance.choices(("hangup", "callback", "message"), (50, 38, 12))[0]

    def _holds(self) -> None:
        one, number = self.summons, self.walk.last_turn
        assert one
        chance = self.world.chance
        self.holds_at = min(self.at, self.holds_at)
        joined = one.joined_at
        stop = joined or max(self.leaves_at, self.at + timedelta(seconds=3))
        at = self.at + timedelta(seconds=1)
        while at + timedelta(seconds=EACH_ROUND) < stop:
            if one.state(at) in {"accepted", "closed"} and not joined:
                stop = at
                break
            self._turn(at)
            at += timedelta(seconds=round(EACH_ROUND + chance.uniform(-2, 2), 3))
        if joined:
            self._bridged(one, number)
        elif self.leaves == "hangup":
            self._leaves(stop, number, "hangup")
            self._hangs_up(stop + timedelta(seconds=0.3))
        else:
            self._turn(stop, Heard(keys="2" if self.leaves == "callback" else "3"))
            self._leaves(stop + timedelta(seconds=0.4), number, "leave")

    def _leaves(self, at: datetime, number: int, how: str) -> None:
        self.call["place"] = Place.GONE if how == "hangup" else Place.TALKING_TO_US
        self.hung_up = how == "hangup"
        then = self._turn(at, Heard(left=how), step="holding.left", leaving=number)
        while not self.hung_up and isinstance(then, Record | Keys):
            if isinstance(then, Record):
                long = self.world.chance.randrange(8, 32)
                then = self._turn(self.at + timedelta(seconds=long + 2), self.walk.speaks(long))
            else:
                then = self._turn(self.at + timedelta(seconds=8))

    def _bridged(self, one: "Summons", number: int) -> None:
        """After the conversation: solved or not, and sometimes how it was."""
        assert one.talk_until
        chance = self.world.chance
        self.call["place"] = Place.BRIDGED
        leg = next(rung.row for rung in one.rung if rung.outcome == "accepted")
        self.world.answered.append((self.call, leg))
        at = one.talk_until + timedelta(seconds=0.5)
        if self.walk.case.canary or chance.random() < 0.4:  # type: ignore[union-attr]
            return self._hangs_up(at)
        self.call["place"] = Place.TALKING_TO_US
        then = self._turn(at, Heard(left="bridged"), step="holding.left", leaving=number)
        if isinstance(then, Keys):
            then = self._keys(chance.choice(("2", "")), 3, 8)
        if isinstance(then, Keys) and not self.hung_up:
            then = self._keys(str(max(3, asking.score(self.walk.case))), 4, 9)  # type: ignore[arg-type]
        return None

    # What a turn writes down -------------------------------------------------------------------

    def _perform(self, write: Write, at: datetime) -> None:
        match write:
            case ChooseLanguage(language):
                self.world.speaks_from_now_on(self.number, language)
                self.desk.language = language
            case Take(number):
                self._take(at, self.desk.known[number])
            case Declare(severity):
                if self.walk.case is None:
                    self._take(at, self._opened(at, severity))
                assert self.walk.case
                self.walk.case.declare(at, severity, self.call)
            case OpenPage():
                assert self.walk.case
                live = self.walk.case.live
                self.summons = live or pages.summon(self.walk.case, at, self.call, self)
                self.desk.summons = self.summons
            case Wish(what):
                self.call["wish"] = what
                if what == "callback":
                    self._tell(Kind.CALLBACK_ASKED, at)
            case Solved():
                self._solved(at)
            case Rate(score):
                assert self.walk.case
                asking.by_phone(self.walk.case, at, self.call, score)

    def _tell(self, kind: Kind, at: datetime) -> None:
        assert self.walk.case
        self.walk.case.tell(kind, at, self.call)

    def _take(self, at: datetime, case: Case) -> None:
        self.walk.case = self.desk.case = case
        self.call["ticket_id"] = case.row
        self._tell(Kind.CALLED, at)

    def _opened(self, at: datetime, severity: str) -> Case:
        tongue = tongue_of(self.world, self.contact)
        made = Case(
            self.world, self.contact, severity, tongue, title="Opened by phone",
            opened_by_number=self.number,
        )  # fmt: skip
        made.open(at, page=False, by="phone")
        return made

    def _solved(self, at: datetime) -> None:
        case = self.walk.case
        assert case
        if case.status in life.OVER or case.live:
            return
        by = self.contact.name if self.contact else "the caller"
        case.move(at, Status.RESOLVED, life.CUSTOMER, by=by, how="customer")
        case.tell_resolved(at)
