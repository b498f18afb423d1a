"""Policies in words: for which tickets they are, whom their levels ring and how."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Customer, Policy, Rota, Team, Technician, Webhook
from ivr.models.policy import DEFAULT
from ivr.services import vocabulary

Level = dict[str, Any]
Conditions = dict[str, Any]
"""For which tickets a policy is, everything by its name: what the audit keeps."""
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
        return self.say(kind, name=self._called(kind, what) or self.say("gone"))

    def _called(self, kind: str, what: int | str) -> str | None:
        """An address, and what is kept, is a name already."""
        return what if isinstance(what, str) else self.of.get(kind, {}).get(what)

    def conditions(self, policy: Policy) -> str:
        """For which tickets it is."""
        return self.of_conditions(self.kept_conditions(policy))

    def kept_conditions(self, policy: Policy) -> Conditions:
        if policy.id == DEFAULT:
            return {"default": True}
        given = {
            "severity": policy.severity,
            "customer": self.of["customer"].get(policy.customer_id or 0),
            "team": self.of["team"].get(policy.team_id or 0),
            "hours": policy.hours,
        }
        return {name: value for name, value in given.items() if value}

    def of_conditions(self, kept: Conditions) -> str:
        if "default" in kept:
            return self.say("default")
        if not kept:
            return self.say("everything")
        told = [self.say("tickets")]
        if "severity" in kept:
            severity = vocabulary.word(self.language, "severity", kept["severity"])
            told = [self.say("tickets-of", severity=severity)]
        told += [
            self.say(f"of-{one}", **{one: kept[one]}) for one in ("customer", "team") if one in kept
        ]
        told += [self.say(f"hours-{kept['hours']}")] if "hours" in kept else []
        return _capital(" ".join(told))

    def kept_level(self, level: Level) -> Level:
        """With everybody in it by name."""
        who = [
            {kind: self._called(kind, what) for kind, what in one.items()}
            for one in level.get("who", ())
        ]
        return level | ({"who": who} if who else {})

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
