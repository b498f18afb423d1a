"""Whatever a desk may answer, each with the words for it, and a desk that is dealt such cards.

The walk (callflows/walk.py) takes every step with every card that it asks for.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from callflows.desk import CallerCard, PageCard, TicketCard
from callflows.staff_desk import AskedCard, Choice, DutyCard, OpenCard
from callflows.turn import Severity

NUMBER = "4411"


def _ticket(**changes: Any) -> TicketCard:
    card = TicketCard(NUMBER, "Acme", Severity.MAJOR, "new", 1, has_pin=True)
    return replace(card, **changes)


def _page(**changes: Any) -> PageCard:
    card = PageCard("open", mine=False, holder=None, level=1, ringing=1, minutes=0)
    return replace(card, **changes)


def _open(**changes: Any) -> OpenCard:
    return replace(OpenCard(NUMBER, "Acme", Severity.CRITICAL, "open"), **changes)


def _choices(what: str) -> dict[str, Any]:
    some = [Choice(number, f"{what} {number}") for number in range(1, 11)]
    return {f"no {what}": [], f"one {what}": some[:1], f"many {what}s": some}


CARDS: dict[str, dict[str, Any]] = {
    "ticket": {"no such ticket": None, "ticket found": _ticket()},
    "own_ticket": {
        "no ticket": None,
        "without PIN": _ticket(has_pin=False),
        "new": _ticket(),
        **{
            status: _ticket(status=status, assignee="Bo")
            for status in ("open", "waiting", "resolved", "closed")
        },
        **{severity: _ticket(severity=severity) for severity in Severity},
    },
    "pin_matches": {"right PIN": True, "wrong PIN": False},
    "page": {
        "no page": None,
        "page open": _page(),
        "page open: second ring": _page(ringing=2),
        "page open: level 2": _page(level=2, ringing=3),
        "page open: level 3": _page(level=3, ringing=3),
        "page open: three wait": _page(waiting=3),
        "page closed": _page(state="closed"),
        "page mine": _page(state="owed", mine=True, holder="Bo"),
        "page mine: alone": _page(state="owed", mine=True, holder="Bo", alone=True),
        "page owed": _page(state="owed", holder="Cy"),
        "page taken over": _page(state="owed", holder="Cy", takes_over=True),
        "page accepted": _page(state="accepted", holder="Cy"),
    },
    "caller": {
        "no caller": CallerCard("none", None, None),
        "caller holding": CallerCard("holding", "Ana", "+15145550100"),
        "caller coming": CallerCard("coming", "Ana", "+15145550100"),
        "caller talking": CallerCard("talking", "Ana", "+15145550100", "Bo"),
        "caller gone": CallerCard("gone", "Ana", "+15145550100"),
        "caller unknown": CallerCard("gone", None, None),
    },
    "taken_over_by": {"not taken over": None, "taken over": "Cy"},
    "feedback_due": {"to be asked": True, "asked lately": False},
    "waiting_before": {"first": 0, "second": 1},
    "staff_pin": {"PIN set": "set", "no PIN": "none", "PIN refused": "refused"},
    "staff_pin_matches": {"right PIN": True, "wrong PIN": False},
    "duty": {
        "nothing open": DutyCard(0, 0, None),
        "one waits": DutyCard(1, 1, "soon"),
        "two wait": DutyCard(2, 2, "soon"),
    },
    "open_ticket": {
        "nothing more": None,
        **{f"page open: {severity}": _open(severity=severity) for severity in Severity},
        "page owed": _open(state="owed"),
        "mine": _open(state="mine", severity=Severity.MAJOR),
        "mine: minor": _open(state="mine", severity=Severity.MINOR),
    },
    "at_hand": {
        "still open": _open(),
        "owed by me": _open(state="owed"),
        "mine": _open(state="mine"),
        "taken": _open(state="taken", holder="Cy"),
        "over": _open(state="over"),
    },
    "rotas": _choices("rota"),
    "own_rotas": _choices("rota"),
    "on_call": _choices("colleague"),
    "colleagues": _choices("colleague"),
    "hand_over": {"no hand-over": None, "hand-over": "tomorrow"},
    "asked": {"nothing asked": None, "shift asked": AskedCard(12, "Cy", "Voice", "tomorrow")},
}


class GuessingDesk:
    """Answers every question with the cards it was dealt, and notes questions it has none for."""

    organization = "2N5"

    def __init__(self, dealt: dict[str, str]) -> None:
        self.dealt = dealt

    @property
    def staff(self) -> "GuessingStaffDesk":
        return GuessingStaffDesk(self)

    def card(self, question: str) -> Any:
        words = self.dealt.setdefault(question, next(iter(CARDS[question])))
        return CARDS[question][words]

    def ticket(self, dialled: str) -> TicketCard | None:
        return self.card("ticket") if dialled.isdecimal() else None

    def own_ticket(self) -> TicketCard | None:
        return self.card("own_ticket")  # type: ignore[no-any-return]

    def respond_by(self) -> str:
        return "soon"

    def expected(self, _severity: Severity) -> str:
        return "soon"

    def pin_matches(self, _pin: str) -> bool:
        return bool(self.card("pin_matches"))

    def page(self) -> PageCard | None:
        return self.card("page")  # type: ignore[no-any-return]

    def caller(self) -> CallerCard:
        return self.card("caller")  # type: ignore[no-any-return]

    def taken_over_by(self) -> str | None:
        return self.card("taken_over_by")  # type: ignore[no-any-return]

    def feedback_due(self) -> bool:
        return bool(self.card("feedback_due"))

    def waiting_before(self) -> int:
        return int(self.card("waiting_before"))


class GuessingStaffDesk:
    def __init__(self, desk: GuessingDesk) -> None:
        self.card = desk.card

    def pin(self) -> Literal["set", "none", "refused"]:
        return self.card("staff_pin")  # type: ignore[no-any-return]

    def pin_matches(self, _pin: str) -> bool:
        return bool(self.card("staff_pin_matches"))

    def duty(self) -> DutyCard:
        return self.card("duty")  # type: ignore[no-any-return]

    def open_ticket(self, _heard: Sequence[str]) -> OpenCard | None:
        return self.card("open_ticket")  # type: ignore[no-any-return]

    def at_hand(self) -> OpenCard:
        return self.card("at_hand")  # type: ignore[no-any-return]

    def rotas(self) -> Sequence[Choice]:
        return self.card("rotas")  # type: ignore[no-any-return]

    def own_rotas(self) -> Sequence[Choice]:
        return self.card("own_rotas")  # type: ignore[no-any-return]

    def on_call(self, _rota: int) -> Sequence[Choice]:
        return self.card("on_call")  # type: ignore[no-any-return]

    def colleagues(self, _rota: int) -> Sequence[Choice]:
        return self.card("colleagues")  # type: ignore[no-any-return]

    def hand_over(self, _rota: int) -> str | None:
        return self.card("hand_over")  # type: ignore[no-any-return]

    def gives_until(self, _rota: int) -> str:
        return "until tomorrow"

    def asked(self) -> AskedCard | None:
        return self.card("asked")  # type: ignore[no-any-return]
