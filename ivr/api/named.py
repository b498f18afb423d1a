"""What a query names, found: by its name or e-mail, as people say it. There is no such one: 404."""

from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.api.operations import Ask
from ivr.api.problems import ProblemError, Wrong
from ivr.models import Team
from ivr.services.calls import numbers
from ivr.services.settings import house
from ivr.services.staff import people
from ivr.services.tickets import customers
from ivr.services.tickets.ticket_filters import NOBODY


def customer(db: Session, name: str) -> int | None:
    name = " ".join(name.split())
    found = customers.named(db, name) if name else None
    if name and found is None:
        raise unknown("customer")
    return found.id if found else None


def team(db: Session, name: str) -> int | None:
    found = db.scalar(select(Team.id).where(Team.name == name)) if name else None
    if name and found is None:
        raise unknown("team")
    return found


def team_or_none(db: Session, name: str) -> int | None:
    return NOBODY if name == "none" else team(db, name)


def assignee(ask: Ask, email: str) -> int | None:
    if email == "none":
        return NOBODY
    if email == "me" and ask.owner:
        return ask.owner.id
    found = people.by_mail(ask.db, email) if email else None
    if email and found is None:
        raise unknown("assignee")
    return found.id if found else None


def phone(db: Session, given: str) -> str:
    """As people write it here; what is no number is nobody's."""
    number = " ".join(given.split())
    return numbers.international(number, house.country(db)) or number if number else ""


def unknown(field: str) -> ProblemError:
    wrong = Wrong(f"There is no such {field}.", f"$.{field}")
    return ProblemError(HTTPStatus.NOT_FOUND, wrong.detail, wrong)
