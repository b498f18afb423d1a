"""The address of the list of tickets: which filters it asks for, and the addresses of others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.console import tongue
from ivr.console.forms import row
from ivr.console.tongue import say
from ivr.models import Status, Team, Technician
from ivr.services.paging import policies
from ivr.services.tickets import customers
from ivr.services.tickets.search import LONGEST
from ivr.services.tickets.ticket_filters import NOBODY, Due, Order, Wanted

STATUSES = ("unresolved", *Status)
SEVERITIES = tuple(reversed(Severity))
VIEWS: dict[str, dict[str, str]] = {
    "all": {},
    "open": {"status": "unresolved"},
    "mine": {"status": "unresolved", "assignee": "me"},
    "unanswered": {"due": Due.UNANSWERED},
    "today": {"due": Due.TODAY},
    "late": {"due": Due.LATE},
}
"""Those that everybody has, by their word in words/*/tickets.toml; each is its filters."""


@dataclass(frozen=True)
class Asked:
    given: dict[str, str]
    """What is asked for, as it stands in the address."""
    wanted: Wanted
    order: str
    text: str = ""
    wrong: str = ""
    chips: dict[str, str] = field(default_factory=dict)
    """The same in words, by filter."""

    @property
    def url(self) -> str:
        return address(self.given)

    def without(self, name: str) -> str:
        return address({key: value for key, value in self.given.items() if key != name})

    def below(self, key: object) -> str:
        return address(self.given | {"before": str(key)})


def address(given: Mapping[str, str]) -> str:
    return url_for("console.all_tickets", **given)  # type: ignore[arg-type]


def query(given: Mapping[str, str]) -> str:
    """As a saved view keeps it."""
    return urlencode(given)


def opened(query: str) -> str:
    """The address of a saved view."""
    return f"{url_for('console.all_tickets')}?{query}" if query else address({})


@dataclass(frozen=True)
class Choices:
    """What one can choose from, by the value in the address."""

    teams: dict[str, str]
    people: dict[str, str]
    levels: list[str]


def choices(db: Session) -> Choices:
    """Who has left is not offered."""
    teams = db.execute(select(Team.id, Team.name).order_by(Team.name))
    people = select(Technician.id, Technician.name).where(Technician.active)
    return Choices(
        {str(id_): name for id_, name in teams},
        {str(id_): name for id_, name in db.execute(people.order_by(Technician.name))},
        [str(level["level"]) for level in policies.default(db)],
    )


def options(choices: Choices) -> dict[str, list[tuple[str, str]]]:
    """What each filter is chosen from: values and their words."""
    return {
        "status": _worded("status", STATUSES),
        "severity": _worded("severity", SEVERITIES),
        "due": _worded("due", tuple(Due)),
        "assignee": [*_worded("assignee", ("me", "none")), *choices.people.items()],
        "team": [*_worded("team", ("none",)), *choices.teams.items()],
        "level": [(one, one) for one in choices.levels],
        "order": _worded("order", tuple(Order)),
    }


def _worded(name: str, values: Iterable[str]) -> list[tuple[str, str]]:
    return [(one, say(f"tickets.{name}_{one}")) for one in values]


def asked(db: Session, args: Mapping[str, str], choices: Choices, me: int | None) -> Asked:
    """What is no value of a filter is left out; an unknown customer is told of."""
    given: dict[str, str] = {}
    _choose(given, args, "status", STATUSES)
    _choose(given, args, "severity", SEVERITIES)
    _choose(given, args, "team", ["none", *choices.teams])
    _choose(given, args, "level", choices.levels)
    _choose(given, args, "due", tuple(Due))
    _choose(given, args, "assignee", [*(["me"] if me else []), "none", *choices.people])
    phone = "".join(sign for sign in args.get("phone", "") if sign in "+0123456789")[:16]
    given |= {"phone": phone} if phone else {}
    usual = Order.DUE if "due" in given else Order.NEWEST
    order = args.get("order", usual)
    if order in tuple(Order) and order != usual:
        given["order"] = order
    text = " ".join(args.get("text", "").replace("\0", "").split())[:LONGEST]
    given |= {"text": text} if text else {}
    name = " ".join(args.get("customer", "").replace("\0", "").split())[:LONGEST]
    customer = customers.named(db, name) if name else None
    given |= {"customer": customer.name if customer else name} if name else {}
    wanted = Wanted(
        status=given.get("status", ""),
        severity=given.get("severity", ""),
        team=_row(given.get("team"), None),
        level=row(given.get("level", "")),
        customer=customer.id if customer else None,
        assignee=_row(given.get("assignee"), me),
        phone=phone,
        due=given.get("due", ""),
    )
    wrong = say("tickets.no_customer", name=name) if name and not customer else ""
    return Asked(given, wanted, given.get("order", usual), text, wrong, _chips(given, choices))


def _choose(given: dict[str, str], args: Mapping[str, str], name: str, known: Any) -> None:
    if args.get(name) in tuple(known):
        given[name] = args[name]


def _row(value: str | None, me: int | None) -> int | None:
    if value in {None, "me"}:
        return me if value else None
    return NOBODY if value == "none" else row(value or "")


def _chips(given: Mapping[str, str], choices: Choices) -> dict[str, str]:
    told = {}
    for name, value in given.items():
        if name == "order":
            continue
        named = {"team": choices.teams, "assignee": choices.people}.get(name, {}).get(value)
        if named is None and tongue.is_known(f"tickets.{name}_{value}"):
            named = say(f"tickets.{name}_{value}")
        told[name] = say(f"tickets.chip_{name}", value=named or value)
    return told
