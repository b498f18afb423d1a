"""What staff do to a ticket: each act is a form of the ticket's page, under its own name.

A form that was open for too long is shown once more with what was written in it; one that asks for
something that cannot be done is answered with why.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.console.forms import LONGEST_LINE, Form, WrongError, row
from ivr.console.tongue import say
from ivr.models import Act as Audited
from ivr.models import Status, Team, Technician, Ticket
from ivr.services import (
    assignment,
    attachments,
    audit,
    conversation,
    customers,
    levels,
    life,
    notices,
    policies,
    relations,
    tickets,
)
from ivr.services.audit import Kind
from ivr.services.life import NotAllowedError
from ivr.services.numbers import dialled
from ivr.services.relations import NotPossibleError

Act = Callable[[Session, datetime, Ticket, Form], None]


def note(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    if form.words():
        entry = tickets.note(db, now, ticket, form.by, form.words())
        attachments.attach(db, now, ticket.id, form.files, entry)


def reply(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    if form.words():
        conversation.reply(db, now, ticket, form.by, form.words(), form.files)


def ask(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    if form.words():
        conversation.ask(db, now, ticket, form.by, form.words(), form.files)


def resolve(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    conversation.resolve(db, now, ticket, form.by, "staff page")


def reopen(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    life.move(db, now, ticket, Status.OPEN, life.STAFF, by=form.by)


def assign(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    """To `person-1`, to `team-1`, or to nobody."""
    kind, _, given = form.text("to").partition("-")
    id_ = row(given)
    team = db.get(Team, id_) if kind == "team" and id_ else None
    person = db.get(Technician, id_) if kind == "person" and id_ else None
    if kind and team is None and person is None:
        raise WrongError(say("forms.no_assignee"))
    if assignment.to(db, now, ticket, team, person, form.by):
        notices.assigned(db, now, ticket)


def grade(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    try:
        severity = Severity(form.text("severity"))
    except ValueError as error:
        raise WrongError(say("forms.no_severity")) from error
    conversation.regrade(db, now, ticket, severity, form.by)


def level(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    why = form.needed("why", say("forms.why_level"))
    known = [one["level"] for one in policies.default(db)]
    wanted = form.text("level")
    if not wanted.isdigit() or int(wanted) not in known:
        raise WrongError(say("forms.no_level"))
    levels.to_level(db, now, ticket, int(wanted), f"{why} ({form.by})")


def merge(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    relations.merge(db, now, ticket, _other(db, form), form.by)


def link(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    relations.link(db, now, ticket, _other(db, form), form.by)


def _other(db: Session, form: Form) -> Ticket:
    number = form.text("other")
    found = tickets.find(db, dialled(number) or "")
    if found is None:
        raise WrongError(say("forms.no_ticket", number=number))
    return found


def watch(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    if not form.line("email"):
        raise WrongError(say("forms.whose_email"))
    relations.watch(db, now, ticket, form.email("email"))


def categorize(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    relations.categorize(db, now, ticket, form.line("category"), form.by)


def tag(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    relations.tag(db, now, ticket, form.text("tags", LONGEST_LINE).split(","), form.by)


def customer(db: Session, now: datetime, ticket: Ticket, form: Form) -> None:
    found = customers.named(db, form.line("customer"))
    if found is None:
        raise WrongError(say("forms.no_customer"))
    customers.put_under(db, now, ticket, found, form.by)


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
    "category": categorize,
    "customer": customer,
}
"""By the last word of the address that the form is sent to."""
WITH_FILES = ("notes", "replies", "questions")


def do(db: Session, now: datetime, name: str, ticket: Ticket, form: Form) -> None:
    """Raises WrongError with what to say."""
    try:
        ACTS[name](db, now, ticket, form)
        about = f"ticket-{ticket.number}"
        audit.write(db, now, form.by, Audited.DID, about, Kind.TICKET_ACT, deed=name)
    except NotAllowedError as error:
        status = say(f"ticket.{ticket.status}")
        raise WrongError(say("forms.not_allowed", status=status)) from error
    except NotPossibleError as error:
        raise WrongError(say("forms.with_itself")) from error
