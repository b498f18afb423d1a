"""Customers of the month who wished to be erased: it is done by the very services, on what is in
the database by then; only the files have never been.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from ivr.models import Act, Call, Contact, Erasure, ErasureState, Ticket
from ivr.services import audit
from ivr.services.erasure import taking_away, traces
from ivr.services.tickets import life
from ivr.settings import settings

if TYPE_CHECKING:
    from ivr.demo.world import World

COUNT = 2
BY = "Mo Tremblay"
BEFORE_THE_END = timedelta(seconds=30)
"""The last that is in the audit."""


def carry_out(world: "World") -> None:
    for nth, contact in enumerate(_those(world), 1):
        _erase(world, contact, nth)


def _those(world: "World") -> list[Contact]:
    """The first who have called, and of whom nothing is under way."""
    db = world.db
    open_ = select(Ticket.contact_id).where(Ticket.status.not_in(life.OVER))
    over = select(Contact).where(Contact.id.not_in(open_.where(Ticket.contact_id.is_not(None))))
    called = select(Call.contact_id)
    over = over.where(Contact.id.in_(called), Contact.id.in_(world.mine))
    return list(db.scalars(over.order_by(Contact.id).limit(COUNT)))


def _erase(world: "World", contact: Contact, nth: int) -> None:
    db, at = world.db, world.until - BEFORE_THE_END + timedelta(seconds=12 * nth)
    made = Erasure(contact_id=contact.id, by=BY, reference=f"PR-{2040 + 7 * nth}", asked_at=at)
    db.add(made)
    db.flush()
    about = f"erasure-{made.id}"
    audit.write(db, at, BY, Act.SAW, "contacts", audit.Kind.PERSON_SEARCHED, found=1)
    audit.write(db, at, BY, Act.SAW, f"contact-{contact.id}", audit.Kind.PERSON_SHOWN)
    told = {"reference": made.reference}
    audit.write(db, at, BY, Act.DID, about, audit.Kind.ERASURE_BEGUN, **told)
    at += timedelta(seconds=2)
    found = traces.of(db, contact)
    made.counts = found.counts()
    left = taking_away.all_of(db, at, found)
    made.counts = made.counts | {"files_deleted": _files(world, left)}
    made.state, made.database_at = ErasureState.DONE, at
    made.done_at = at + timedelta(seconds=4)
    audit.write(db, made.done_at, BY, Act.DID, about, audit.Kind.ERASURE_DONE)


def _files(world: "World", left: dict[str, list[str]]) -> int:
    """Those that will not be written now."""
    names = [f"{sid}.wav" for sid in left["recordings"]]
    paths = [settings().var_dir / path for path in left["files"]]
    return world.files.forget(*names, paths=paths)
