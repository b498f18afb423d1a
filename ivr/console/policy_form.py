"""What is filled in on the pages of policies, field by field, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from ivr.console.forms import ADDRESS, Form, row
from ivr.models import Technician
from ivr.services import customers, policy_words
from ivr.services.escalation import Level
from ivr.services.policy_editing import WrongError

MOST = 12
"""Targets of a level."""
SPARE = 2
"""Empty rows that are offered for more of them."""
FEWEST = 3
LIMITS = {
    "ring_for": (1, 120, "seconds"),
    "rounds": (1, 21, "rounds"),
    "wait": (0, 3600, "seconds"),
    "escalate_after": (1, 86_400, "seconds"),
    "repeat_every": (1, 86_400, "seconds"),
}


class Filled(Form):
    """A form whose mistakes are told beside its fields."""

    def __init__(self, fields: Mapping[str, str], wrong: dict[str, str]) -> None:
        super().__init__(fields, "")
        object.__setattr__(self, "wrong", wrong)

    wrong: dict[str, str]

    def needed(self, name: str, told: str) -> str:
        given = self.line(name)
        if not given:
            self.wrong[name] = told
        return given

    def number(self, name: str) -> int:
        least, most, unit = LIMITS[name]
        given = self.line(name)
        number = int(given) if given.isascii() and given.isdigit() and len(given) < MOST else -1
        if not least <= number <= most:
            self.wrong[name] = f"Give whole {unit}, from {least} to {most}."
        return number

    def one_of(self, name: str, those: Sequence[str]) -> str | None:
        given = self.line(name)
        if given and given not in those:
            self.wrong[name] = "Choose one of the list."
        return given or None

    def row(self, name: str) -> int | None:
        return row(self.line(name))

    def customer(self, db: Session, name: str) -> int | None:
        given = self.line(name)
        found = customers.named(db, given) if given else None
        if given and found is None:
            self.wrong[name] = f"There is no customer {given}."
        return found.id if found else None

    def stop_if_wrong(self) -> None:
        if self.wrong:
            raise WrongError


def level(db: Session, filled: Filled) -> Level:
    """A level that rings, or only tells."""
    known = policy_words.names(db).of
    who = list[dict[str, Any]]()
    for at in range(MOST):
        kind, _, number = filled.line(f"who-{at}").partition("-")
        id_ = row(number)
        if kind and (kind not in policy_words.KINDS or id_ not in known[kind]):
            filled.wrong[f"who-{at}"] = "That is gone. Choose another one."
        elif kind and {kind: id_} not in who:
            who.append({kind: id_})
    who += [{"mail": one} for one in _mails(filled)]
    if not who:
        filled.wrong.setdefault("who-0", "Choose at least one, or give an address.")
    made: Level = {
        "who": who,
        "ring": filled.one_of("ring", tuple(policy_words.RINGS)) or "all",
        "ring_for": filled.number("ring_for"),
        "repeat": filled.number("rounds") - 1,
        "wait": filled.number("wait"),
        "escalate_after": filled.number("escalate_after"),
    }
    filled.stop_if_wrong()
    return made


def _mails(filled: Filled) -> list[str]:
    given = [one.strip().lower() for one in filled.line("mails").split(",") if one.strip()]
    wrong = next((one for one in given if not ADDRESS.fullmatch(one)), None)
    if wrong:
        filled.wrong["mails"] = f"{wrong} is no e-mail address. Put commas between several."
    return given


def last(filled: Filled) -> Level:
    mail = filled.needed("mail", "Give an address: the last level always mails.").lower()
    if mail and not ADDRESS.fullmatch(mail):
        filled.wrong["mail"] = f"{mail} is no e-mail address."
    made = {"mail": mail, "repeat_every": filled.number("repeat_every")}
    filled.stop_if_wrong()
    return made


def as_is(level: Level) -> MultiDict[str, str]:
    """How a level stands in its form."""
    if "mail" in level:
        return MultiDict({"mail": level["mail"], "repeat_every": str(level["repeat_every"])})
    who = [next(iter(one.items())) for one in level.get("who", ())]
    rung = [f"{kind}-{what}" for kind, what in who if kind != "mail"]
    return MultiDict(
        {
            **{f"who-{at}": one for at, one in enumerate(rung)},
            "mails": ", ".join(str(what) for kind, what in who if kind == "mail"),
            "ring": level["ring"],
            "ring_for": str(level["ring_for"]),
            "rounds": str(level["repeat"] + 1),
            "wait": str(level.get("wait", 0)),
            "escalate_after": str(level["escalate_after"]),
        }
    )


def rows(given: Mapping[str, str]) -> int:
    """How many targets the form has room for."""
    used = [at for at in range(MOST) if given.get(f"who-{at}")]
    return min(MOST, max(FEWEST, max(used, default=-1) + 1 + SPARE))


def choices(db: Session) -> dict[str, list[tuple[str, str]]]:
    """What a level may ring or tell, by kind; nobody who has left."""
    here = set(db.scalars(select(Technician.id).where(Technician.active)))
    known = policy_words.names(db).of
    titles = {"rota": "Rotas", "person": "People", "team": "Teams", "webhook": "Webhooks"}
    return {
        title: [
            (f"{kind}-{id_}", name)
            for id_, name in known[kind].items()
            if kind != "person" or id_ in here
        ]
        for kind, title in titles.items()
    }
