"""How a line of the audit reads: its sentence, and what it is about."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.console import audit_values, setting_words, tongue
from ivr.console.tongue import is_known, say, words
from ivr.models import AuditLine, Policy, Rota, Technician, Webhook
from ivr.services import audit, vocabulary

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
Names = Mapping[tuple[str, int], str]


def told(line: AuditLine) -> str:
    """What they did, in the language of whoever reads it; as it is, when no sentence fits."""
    values = {name: audit_values.told(line.data, name) for name in line.data if name != audit.TOKEN}
    try:
        told = say(f"audit.{line.kind}", **values)
    except KeyError:
        told = " ".join([line.kind, *(f"{name}: {value}" for name, value in values.items())])
    token = line.data.get(audit.TOKEN)
    return say("audit.by_token", told=told, token=token) if token else told


def who(by: str) -> str:
    """A name, or a word of ours for what acts by itself."""
    return vocabulary.word(tongue.language(), "value", by) if by else say("audit.somebody")


def sorts(language: str) -> dict[str, str]:
    known = words(language)
    return {kind: audit_values.sort(kind, known) for kind in audit.Kind}


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
    if kind == "call":
        return say("audit.about_call"), url_for("console.one_call", sid=id_)
    if kind == "setting":
        return _setting(id_)
    if is_known(f"audit.about_{line.about}"):
        return say(f"audit.about_{line.about}"), ""
    name = called.get((kind, int(id_))) if id_.isdigit() else None
    url = url_for(PAGES[kind], id_=id_) if name and kind in PAGES else ""
    if name or not is_known(f"audit.about_{kind}"):
        return name or line.about, url
    return say(f"audit.about_{kind}", id=audit_values.table(id_) if kind == "report" else id_), url


def _setting(name: str) -> tuple[str, str]:
    """A page of the settings; a sentence of the phone or a mail is one too, in each language."""
    room, _, rest = name.partition("/")
    language, _, key = rest.partition("/")
    if not key:
        called = audit_values.word(f"settings.set_{name}", name)
        url = url_for("console.one_setting", name=name) if name in setting_words.WORDS else ""
        return say("audit.about_setting", id=called), url
    if room == "mail":
        url = url_for("console.one_mail_template", language=language, name=key)
        called = audit_values.word(f"letters.{key}", key)
    else:
        url = url_for("console.one_prompt", table=room, language=language, key=key)
        called = audit_values.word(f"{room}.{key}", key)
    spoken = audit_values.word(f"settings.language_{language}", language)
    return say(f"audit.about_set_{room}", name=called, language=spoken), url
