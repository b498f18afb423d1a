"""Policies in words: for which tickets they are, whom their levels ring and how."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Customer, Policy, Rota, Team, Technician, Webhook
from ivr.models.policy import DEFAULT

Level = dict[str, Any]
HOURS = {"open": "in business hours", "closed": "outside business hours"}
RINGS = {
    "all": "all at once",
    "in_turn": "one after the other",
    "random": "one after the other, in an order drawn for each page",
}
KINDS = ("rota", "person", "team", "webhook")
"""Targets that have rows; an address has none."""


@dataclass(frozen=True)
class Names:
    """What everything that a policy may name is called, by kind and row."""

    of: dict[str, dict[int, str]]

    def target(self, target: dict[str, Any]) -> str:
        kind, what = next(iter(target.items()))
        if kind == "mail":
            return f"mail to {what}"
        name = self.of.get(kind, {}).get(what, "somebody who is gone")
        return name if kind == "person" else f"{kind} {name}"

    def conditions(self, policy: Policy) -> str:
        """For which tickets it is."""
        if policy.id == DEFAULT:
            return "Every ticket that no other policy fits"
        told = [
            f"{policy.severity} tickets" if policy.severity else "tickets",
            f"of {self.of['customer'][policy.customer_id]}" if policy.customer_id else "",
            f"that team {self.of['team'][policy.team_id]} has" if policy.team_id else "",
            HOURS[policy.hours] if policy.hours else "",
        ]
        words = " ".join(filter(None, told))
        return "Every ticket" if words == "tickets" else words[0].upper() + words[1:]

    def level(self, level: Level) -> str:
        """What a level does."""
        if "mail" in level:
            return f"Mail to {level['mail']}, every {seconds(level['repeat_every'])}, without end"
        whom = ", ".join(map(self.target, level.get("who", ()))) or "Nobody"
        rounds = level["repeat"] + 1
        told = [
            f"{whom[0].upper()}{whom[1:]}: {RINGS[level['ring']]}",
            f"{seconds(level['ring_for'])} a ring",
            f"{rounds} rounds" if rounds > 1 else "one round",
        ]
        if level.get("wait") and rounds > 1:
            told.append(f"{seconds(level['wait'])} between them")
        return f"{', '.join(told)}. The next level after {seconds(level['escalate_after'])}"


def names(db: Session) -> Names:
    """Of all of them; who has left is no longer to be chosen, but still has a name."""
    tables: dict[str, Any] = {
        "customer": Customer,
        "team": Team,
        "rota": Rota,
        "person": Technician,
        "webhook": Webhook,
    }
    return Names(
        {kind: {row[0]: row[1] for row in db.execute(_of(table))} for kind, table in tables.items()}
    )


def _of(table: Any) -> Any:
    return select(table.id, table.name).order_by(table.name, table.id)


def seconds(given: int) -> str:
    """1 min 30 s."""
    minutes, rest = divmod(given, 60)
    return " ".join(
        filter(None, (f"{minutes} min" if minutes else "", f"{rest} s" if rest else ""))
    )
