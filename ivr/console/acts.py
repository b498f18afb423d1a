"""What staff do to a ticket: each act is a form of the ticket's page, under its own name.

A form that was open for too long is shown once more with what was written in it; one that asks for
something that cannot be done is answered with why.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Status, Team, Technician, Ticket
from ivr.services import (
    assignment,
    conversation,
    levels,
    life,
    notices,
    paging,
    relations,
    rota,
    tickets,
)
from ivr.services.life import NotAllowedError
from ivr.services.numbers import dialled
from ivr.services.relations import NotPossibleError

LONGEST_TEXT = 10_000
LONGEST_LINE = 200


class WrongError(Exception):
    """What is wrong with what was filled in, for whoever filled it in."""


@dataclass(frozen=True)
class Form:
    """What was filled in, and by whom."""

    fields: Mapping[str, str]
    by: str

    def text(self, name: str = "text", most: int = LONGEST_TEXT) -> str:
        return self.fields.get(name, "").strip()[:most]

    def needed(self, name: str, told: str) -> str:
        given = self.text(name, LONGEST_LINE)
        if not given:
            raise WrongError(told)
        return given


Act = Callable[[Session, datetime, Ticket, Form], None]


def note(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    if form.text():
        tickets.note(db, now, ticket, form.by, form.text())


def reply(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    if form.text():
        conversation.reply(db, now, ticket, form.by, form.text())


def ask(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    if form.text():
        conversation.ask(db, now, ticket, form.by, form.text())


def resolve(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    conversation.resolve(db, now, ticket, form.by, "staff page")


def reopen(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    life.move(db, now, ticket, Status.OPEN, life.STAFF, by=form.by)


def assign(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    """To `person-1`, to `team-1`, or to nobody."""
    kind, _, id_ = form.text("to").partition("-")
    team = db.get(Team, int(id_)) if kind == "team" and id_.isdigit() else None
    person = db.get(Technician, int(id_)) if kind == "person" and id_.isdigit() else None
    if kind and team is None and person is None:
        raise WrongError("There is no such team or person.")
    if assignment.to(db, now, ticket, team, person, form.by):
        notices.assigned(db, now, ticket)


def grade(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    try:
        severity = Severity(form.text("severity"))
    except ValueError as error:
        raise WrongError("The severity is critical, major or minor.") from error
    was = ticket.severity
    tickets.change_severity(db, now, ticket, severity, form.by)
    if severity == Severity.CRITICAL != was and ticket.status not in life.OVER:
        paging.open_page(db, now, ticket)


def level(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    why = form.needed("why", "Say why the ticket goes to another level.")
    known = [one["level"] for one in rota.frozen_policy(db)]
    wanted = form.text("level")
    if not wanted.isdigit() or int(wanted) not in known:
        raise WrongError("There is no such level.")
    levels.to_level(db, now, ticket, int(wanted), f"{why} ({form.by})")


def merge(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    relations.merge(db, now, ticket, _other(db, form), form.by)


def link(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    relations.link(db, now, ticket, _other(db, form), form.by)


def _other(db: Session, form: Form) -> Ticket:
    number = form.text("other")
    found = tickets.find(db, dialled(number) or "")
    if found is None:
        raise WrongError(f"There is no ticket {number}.")
    return found


def watch(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    email = form.needed("email", "Whose e-mail?")
    if email.count("@") != 1 or " " in email or email.startswith("@") or email.endswith("@"):
        raise WrongError(f"{email} is no e-mail address.")
    relations.watch(db, now, ticket, email)


def tag(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    relations.tag(db, now, ticket, form.text("tags", LONGEST_LINE).split(","), form.by)


ACTS: dict[str, Act] = {
    "notes": note,
    "replies": reply,
    "questions": ask,
    "resolve": resolve,
    "reopen": reopen,
    "assign": assign,
    "severity": grade,
    "level": level,
    "merge": merge,
    "link": link,
    "watch": watch,
    "tags": tag,
}
"""By the last word of the address that the form is sent to."""


def do(db: Session, now: datetime, name: str, ticket: Ticket, form: Form) -> None:
    """Raises WrongError with what to say."""
    try:
        ACTS[name](db, now, ticket, form)
    except NotAllowedError as error:
        raise WrongError(f"That cannot be done to a ticket that is {ticket.status}.") from error
    except NotPossibleError as error:
        raise WrongError(f"That is not possible: {error}.") from error


def author(db: Session, given: str) -> str:
    """Who acts: somebody of the staff by name, or just staff."""
    found = db.scalar(select(Technician.name).where(Technician.name == given).limit(1))
    return found or "staff"
