"""A rota that is due: those who come on call and go off are told, and its owner of what is wrong.

Its row says who knows that they are on call. So whoever looks compares that with the plan: a
hand-over is told once however many look, and after a day of darkness only as things are then.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.prompts import text
from ivr import clock
from ivr.database import transaction
from ivr.models import HandOver, Page, Role, Rota, Status, Technician, Ticket
from ivr.services import links
from ivr.services.calls import moments
from ivr.services.calls.carrier import Carrier
from ivr.services.mail import letters, outbox
from ivr.services.on_call import findings, rota, shifts
from ivr.services.on_call.rotation import People
from ivr.services.paging import quiet
from ivr.services.settings import house
from ivr.services.staff import people

MOST = 10
"""Tickets of a kind, or problems, named in a mail."""
OPEN = (Status.NEW, Status.OPEN)
Open = list[tuple[str, Sequence[Ticket]]]
"""What is open, by kind."""


def attend(rota_id: int, _carrier: Carrier) -> None:
    with transaction() as db:
        look(db, clock.now(), rota_id)


def look(db: Session, now: datetime, rota_id: int) -> None:
    """Do what is due about a rota."""
    locked = select(Rota).where(Rota.id == rota_id).with_for_update()
    row = db.scalar(locked.execution_options(populate_existing=True))
    if row is None or row.due_at is None or row.due_at > now:
        return
    night = findings.night_after(db, now)
    shift = shifts.shifts(rota.plan(db, row.id, now, night), now, night)[0]
    if row.looked_at is not None:
        _hand_over(db, now, row, shift.people)
    row.on_duty, row.looked_at, row.due_at = list(shift.people), now, shift.ends_at
    _tell_owner(db, now, row)


# Who comes on call, and who goes off --------------------------------------------------------------


def _hand_over(db: Session, now: datetime, row: Rota, on_call: People) -> None:
    before = set(row.on_duty)
    coming, gone = set(on_call) - before, before - set(on_call)
    known = people.by_ids(db, coming | gone | set(on_call))
    for id_ in sorted(gone & known.keys()):
        _tell_off(db, now, row, known[id_], [known[one].name for one in on_call if one in known])
    for id_ in sorted(coming & known.keys()):
        _tell_on(db, now, row, known[id_], gone)


def _tell_on(db: Session, now: datetime, row: Rota, one: Technician, gone: Iterable[int]) -> None:
    nobodys, of_gone = _tickets(db, None), _tickets(db, *gone)
    live = select(Ticket).join(Page).where(Page.due_at.is_not(None)).order_by(Page.opened_at)
    pages = db.scalars(live.limit(MOST + 1)).unique().all()
    until = _until(db, now, row, one.id)
    words = text(
        one.language,
        "hand_over_on" if until else "hand_over_on_for_good",
        rota=row.name,
        until=moments.written(until, people.zone(db, one), one.language) if until else "",
    )
    counts = text(
        one.language, "hand_over_open", pages=_at_least(pages), tickets=_at_least(nobodys)
    )
    found: Open = [("pages", pages), ("nobody", nobodys), ("gone", of_gone)]
    _tell(db, now, row, one, "on", (words, counts), found)


def _tell_off(db: Session, now: datetime, row: Rota, one: Technician, names: list[str]) -> None:
    own = _tickets(db, one.id)
    words = text(
        one.language,
        "hand_over_off" if names else "hand_over_off_to_nobody",
        rota=row.name,
        names=", ".join(names),
    )
    counts = text(one.language, "hand_over_yours", tickets=_at_least(own))
    _tell(db, now, row, one, "off", (words, counts), [("yours", own)])


def _until(db: Session, now: datetime, row: Rota, id_: int) -> datetime | None:
    """When they go off again; None where that is not to be seen."""
    end = now + rota.FORESEEN
    return shifts.off_at(rota.plan(db, row.id, now, end), id_, now, end)


def _tickets(db: Session, *assignees: int | None) -> Sequence[Ticket]:
    """Open ones, the oldest first; None: of nobody."""
    if not assignees:
        return []
    ids = [one for one in assignees if one is not None]
    theirs = Ticket.assignee_id.in_(ids) if ids else Ticket.assignee_id.is_(None)
    query = select(Ticket).where(theirs, Ticket.status.in_(OPEN), Ticket.merged_into_id.is_(None))
    return db.scalars(query.order_by(Ticket.id).limit(MOST + 1)).all()


def _at_least(tickets: Sequence[Ticket]) -> str:
    return f"{MOST}+" if len(tickets) > MOST else str(len(tickets))


def _tell(
    db: Session,
    now: datetime,
    row: Rota,
    one: Technician,
    what: str,
    words: tuple[str, str],
    found: Open,
) -> None:
    """In the way that they wish; a text that would disturb them is a mail."""
    key = f"rota-{row.id}-{what}-{one.id}-{int(now.timestamp())}"
    if one.hand_over == HandOver.NONE:
        return
    still = quiet.now(one, now, people.zone(db, one))
    if one.hand_over == HandOver.TEXT and one.phone and not still:
        outbox.write(db, now, key=f"{key}-text", channel="text", to=one.phone, body=" ".join(words))
        return
    letter = letters.write(
        "hand-over",
        one.language,
        headline=words[0],
        open=[(kind, tickets[:MOST]) for kind, tickets in found if tickets],
        staff_url=links.board(),
        organization=house.ours(db).name,
    )
    outbox.mail(db, now, key=key, to=one.email, letter=letter)


# What is wrong ------------------------------------------------------------------------------------


def _tell_owner(db: Session, now: datetime, row: Rota) -> None:
    """What is new since the night: at night everything is."""
    day = f"{findings.night_before(db, now):%Y%m%d}:"
    told = [one for one in row.told if one.startswith(day)]
    new = [one for one in findings.of_rota(db, now, row.id) if day + one.key not in told]
    row.told = [*told, *(day + one.key for one in new)]
    for one in _owners(db, row) if new else ():
        zone = people.zone(db, one)
        letter = letters.write(
            "rota-problems",
            one.language,
            rota=row.name,
            sentences=[problem.sentence(one.language, zone) for problem in new],
            most=MOST,
            days=findings.DAYS,
            staff_url=links.board(),
            organization=house.ours(db).name,
        )
        key = f"rota-{row.id}-problems-{one.id}-{int(now.timestamp())}"
        outbox.mail(db, now, key=key, to=one.email, letter=letter)


def _owners(db: Session, row: Rota) -> Sequence[Technician]:
    """Its owner; the admins where it has none who is still there."""
    if row.owner and row.owner.active:
        return [row.owner]
    admins = select(Technician).where(Technician.role == Role.ADMIN, Technician.active)
    return db.scalars(admins.order_by(Technician.id)).all()
