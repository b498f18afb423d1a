"""How a line of the audit reads: its sentence, and what it is about."""

import string
from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.console.tongue import is_known, say, words
from ivr.models import AuditLine, Policy, Rota, Technician, Webhook
from ivr.services import audit

PAGES = {
    "person": "console.one_person",
    "rota": "console.one_rota",
    "policy": "console.one_policy",
    "webhook": "console.one_webhook",
}
"""Of what has a row of its own."""
TABLES: dict[str, Any] = {
    "person": Technician,
    "rota": Rota,
    "policy": Policy,
    "webhook": Webhook,
}
OF_A_FIELD = ("before", "after")
Names = Mapping[tuple[str, int], str]


def told(line: AuditLine) -> str:
    """What they did, in the language of whoever reads it; as it is, when no sentence fits."""
    values = {name: _value(line.data, name) for name in line.data if name != audit.TOKEN}
    try:
        told = say(f"audit.{line.kind}", **values)
    except KeyError:
        told = " ".join([line.kind, *(f"{name}: {value}" for name, value in values.items())])
    token = line.data.get(audit.TOKEN)
    return say("audit.by_token", told=told, token=token) if token else told


def _value(data: Mapping[str, Any], name: str) -> str:
    """A value that has a word of its own is told by it: the role manager, how a layer moved."""
    value = data[name]
    if value in (None, "", []):
        return say("audit.nothing")
    word = data["field"] if name in OF_A_FIELD and "field" in data else name
    key = f"audit.{word}_{value}"
    return say(key) if is_known(key) else str(value)


def who(by: str) -> str:
    return by or say("audit.somebody")


def sorts(language: str) -> dict[str, str]:
    """Every kind by its sentence, with its gaps left open."""
    sentences = words(language)["audit"]
    return {kind: _open(str(sentences.get(kind, kind))) for kind in audit.Kind}


def _open(sentence: str) -> str:
    return "".join(text + ("…" if name is not None else "") for text, name, *_ in _parsed(sentence))


def _parsed(sentence: str) -> Iterable[tuple[str, str | None, Any, Any]]:
    return string.Formatter().parse(sentence)


# What it is about ---------------------------------------------------------------------------------


def names(db: Session, lines: Iterable[AuditLine]) -> Names:
    """What the rows that they are about are called: a statement for each table at most."""
    ids: dict[str, set[int]] = {}
    for line in lines:
        kind, _, id_ = line.about.partition("-")
        if kind in TABLES and id_.isdigit():
            ids.setdefault(kind, set()).add(int(id_))
    found: dict[tuple[str, int], str] = {}
    for kind, those in ids.items():
        table = TABLES[kind]
        rows = db.execute(select(table.id, table.name).where(table.id.in_(those)))
        found |= {(kind, id_): name for id_, name in rows}
    return found


def about(line: AuditLine, called: Names) -> tuple[str, str]:
    """What it is called, and its page; that may be gone."""
    kind, _, id_ = line.about.partition("-")
    if kind == "ticket":
        return say("audit.about_ticket", id=id_), url_for("console.one_ticket", number=id_)
    if is_known(f"audit.about_{line.about}"):
        return say(f"audit.about_{line.about}"), ""
    name = called.get((kind, int(id_))) if id_.isdigit() else None
    url = url_for(PAGES[kind], id_=id_) if name and kind in PAGES else ""
    if name or not is_known(f"audit.about_{kind}"):
        return name or line.about, url
    return say(f"audit.about_{kind}", id=id_), url
