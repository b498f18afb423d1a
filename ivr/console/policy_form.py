"""What is filled in on the pages of policies, field by field, and what is wrong with it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from ivr.console.fields import Sheet
from ivr.console.forms import ADDRESS, row
from ivr.console.tongue import say
from ivr.models import Technician
from ivr.services.paging import policy_words
from ivr.services.paging.escalation import Level

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


def _number(sheet: Sheet, name: str) -> int:
    least, most, unit = LIMITS[name]
    return sheet.number(name, least, most, say(f"policies.whole_{unit}", least=least, most=most))


def level(db: Session, sheet: Sheet) -> Level:
    """A level that rings, or only tells."""
    known = policy_words.names(db).of
    who = list[dict[str, Any]]()
    for at in range(MOST):
        kind, _, number = sheet.line(f"who-{at}").partition("-")
        id_ = row(number)
        if kind and (kind not in policy_words.KINDS or id_ not in known[kind]):
            sheet.wrong[f"who-{at}"] = say("policies.target_gone")
        elif kind and {kind: id_} not in who:
            who.append({kind: id_})
    who += [{"mail": one} for one in _mails(sheet)]
    if not who:
        sheet.wrong.setdefault("who-0", say("policies.target_needed"))
    made: Level = {
        "who": who,
        "ring": sheet.one_of("ring", policy_words.RINGS) or "all",
        "ring_for": _number(sheet, "ring_for"),
        "repeat": _number(sheet, "rounds") - 1,
        "wait": _number(sheet, "wait"),
        "escalate_after": _number(sheet, "escalate_after"),
    }
    sheet.stop_if_wrong()
    return made


def _mails(sheet: Sheet) -> list[str]:
    given = [one.strip().lower() for one in sheet.line("mails").split(",") if one.strip()]
    wrong = next((one for one in given if not ADDRESS.fullmatch(one)), None)
    if wrong:
        sheet.wrong["mails"] = say("policies.no_email", given=wrong)
    return given


def last(sheet: Sheet) -> Level:
    mail = sheet.needed("mail", say("policies.mail_needed")).lower()
    if mail and not ADDRESS.fullmatch(mail):
        sheet.wrong["mail"] = say("form.no_email", given=mail)
    made = {"mail": mail, "repeat_every": _number(sheet, "repeat_every")}
    sheet.stop_if_wrong()
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
    return {
        kind: [
            (f"{kind}-{id_}", name)
            for id_, name in known[kind].items()
            if kind != "person" or id_ in here
        ]
        for kind in policy_words.KINDS
    }
