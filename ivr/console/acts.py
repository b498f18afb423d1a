"""What staff do to a ticket: each act is a form of the ticket's page, under its own name.

A form that was open for too long is shown once more with what was written in it; one that asks for
something that cannot be done is answered with why.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.console.forms import LONGEST_LINE, Form, WrongError, row
from ivr.console.tongue import say
from ivr.models import Team, Technician, Ticket
from ivr.services.calls.numbers import dialled
from ivr.services.paging import policies
from ivr.services.tickets import customers, tickets
from ivr.services.tickets.life import NotAllowedError
from ivr.services.tickets.relations import NotPossibleError
from ivr.services.tickets.ticket_acts import TicketActs

Act = Callable[[TicketActs, Form], None]


def note(acts: TicketActs, form: Form) -> None:
    if form.words():
        acts.note(form.words(), form.files)


def reply(acts: TicketActs, form: Form) -> None:
    if form.words():
        acts.reply(form.words(), form.files)


def ask(acts: TicketActs, form: Form) -> None:
    if form.words():
        acts.ask(form.words(), form.files)


def resolve(acts: TicketActs, _form: Form) -> None:
    acts.resolve("staff page")


def reopen(acts: TicketActs, _form: Form) -> None:
    acts.reopen()


def assign(acts: TicketActs, form: Form) -> None:
    """To `person-1`, to `team-1`, or to nobody."""
    kind, _, given = form.text("to").partition("-")
    id_ = row(given)
    team = acts.db.get(Team, id_) if kind == "team" and id_ else None
    person = acts.db.get(Technician, id_) if kind == "person" and id_ else None
    if kind and team is None and person is None:
        raise WrongError(say("forms.no_assignee"))
    acts.assign(team, person)


def grade(acts: TicketActs, form: Form) -> None:
    try:
        severity = Severity(form.text("severity"))
    except ValueError as error:
        raise WrongError(say("forms.no_severity")) from error
    acts.grade(severity)


def level(acts: TicketActs, form: Form) -> None:
    why = form.needed("why", say("forms.why_level"))
    known = [one["level"] for one in policies.default(acts.db)]
    wanted = form.text("level")
    if not wanted.isdigit() or int(wanted) not in known:
        raise WrongError(say("forms.no_level"))
    acts.to_level(int(wanted), why)


def merge(acts: TicketActs, form: Form) -> None:
    acts.merge(_other(acts.db, form))


def link(acts: TicketActs, form: Form) -> None:
    acts.link(_other(acts.db, form))


def _other(db: Session, form: Form) -> Ticket:
    number = form.text("other")
    found = tickets.find(db, dialled(number) or "")
    if found is None:
        raise WrongError(say("forms.no_ticket", number=number))
    return found


def watch(acts: TicketActs, form: Form) -> None:
    if not form.line("email"):
        raise WrongError(say("forms.whose_email"))
    acts.watch(form.email("email"))


def categorize(acts: TicketActs, form: Form) -> None:
    acts.categorize(form.line("category"))


def tag(acts: TicketActs, form: Form) -> None:
    acts.tag(form.text("tags", LONGEST_LINE).split(","))


def customer(acts: TicketActs, form: Form) -> None:
    found = customers.named(acts.db, form.line("customer"))
    if found is None:
        raise WrongError(say("forms.no_customer"))
    acts.put_under(found)


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


def do(name: str, acts: TicketActs, form: Form) -> None:
    """Raises WrongError with what to say."""
    try:
        ACTS[name](acts, form)
    except NotAllowedError as error:
        raise WrongError(say("forms.not_allowed", status=say(f"ticket.{error.was}"))) from error
    except NotPossibleError as error:
        raise WrongError(say("forms.with_itself")) from error
