"""Policies in words: for which tickets they are, whom their levels ring and how."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Customer, Policy, Rota, Team, Technician, Webhook
from ivr.models.policy import DEFAULT
from ivr.services import vocabulary

Level = dict[str, Any]
HOURS = ("open", "closed")
RINGS = ("all", "in_turn", "random")
KINDS = ("rota", "person", "team", "webhook")
"""Targets that have rows; an address has none."""


@dataclass(frozen=True)
class Names:
    """What everything that a policy may name is called, by kind and row; and sentences of it."""

    of: dict[str, dict[int, str]]
    language: str

    def say(self, key: str, /, **values: Any) -> str:
        return vocabulary.sentence(self.language, "policy", key, **values)

    @property
    def hours(self) -> dict[str, str]:
        return {one: self.say(f"hours-{one}") for one in HOURS}

    @property
    def rings(self) -> dict[str, str]:
        return {one: self.say(f"ring-{one}") for one in RINGS}

    def target(self, target: dict[str, Any]) -> str:
        kind, what = next(iter(target.items()))
        name = what if kind == "mail" else self.of.get(kind, {}).get(what, self.say("gone"))
        return self.say(kind, name=name)

    def conditions(self, policy: Policy) -> str:
        """For which tickets it is."""
        if policy.id == DEFAULT:
            return self.say("default")
        told = [
            self.say("tickets-of", severity=self._severity(policy)) if policy.severity else "",
            self._of("customer", policy.customer_id),
            self._of("team", policy.team_id),
            self.say(f"hours-{policy.hours}") if policy.hours else "",
        ]
        if not any(told):
            return self.say("everything")
        return _capital(" ".join(filter(None, [told[0] or self.say("tickets"), *told[1:]])))

    def _severity(self, policy: Policy) -> str:
        return vocabulary.word(self.language, "severity", policy.severity or "")

    def _of(self, kind: str, id_: int | None) -> str:
        return self.say(f"of-{kind}", **{kind: self.of[kind][id_]}) if id_ else ""

    def level(self, level: Level) -> str:
        """What a level does."""
        if "mail" in level:
            return self.say("mails", mail=level["mail"], time=seconds(level["repeat_every"]))
        whom = ", ".join(map(self.target, level.get("who", ()))) or self.say("nobody")
        rounds = level["repeat"] + 1
        told = [
            self.say("whom", whom=_capital(whom), ring=self.say(f"ring-{level['ring']}")),
            self.say("a-ring", time=seconds(level["ring_for"])),
            self.say("rounds" if rounds > 1 else "round", count=rounds),
        ]
        if level.get("wait") and rounds > 1:
            told.append(self.say("wait", time=seconds(level["wait"])))
        return f"{', '.join(told)}. {self.say('next', time=seconds(level['escalate_after']))}"


def _capital(told: str) -> str:
    return told[:1].upper() + told[1:]


def names(db: Session, language: str = vocabulary.LANGUAGES[0]) -> Names:
    """Of all of them; who has left is no longer to be chosen, but still has a name."""
    tables: dict[str, Any] = {
        "customer": Customer,
        "team": Team,
        "rota": Rota,
        "person": Technician,
        "webhook": Webhook,
    }
    of = {
        kind: {row[0]: row[1] for row in db.execute(_rows(table))} for kind, table in tables.items()
    }
    return Names(of, language)


def _rows(table: Any) -> Any:
    return select(table.id, table.name).order_by(table.name, table.id)


def seconds(given: int) -> str:
    """1 min 30 s."""
    minutes, rest = divmod(given, 60)
    return " ".join(
        filter(None, (f"{minutes} min" if minutes else "", f"{rest} s" if rest else ""))
    )
