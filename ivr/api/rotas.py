"""Rotas, for programs: who is on call, the shifts to come, and putting somebody in."""

from datetime import timedelta
from http import HTTPStatus

from sqlalchemy.orm import Session

from ivr.api import sent, shapes
from ivr.api.on_ticket import refused
from ivr.api.operations import Ask, instant, reads, writes
from ivr.api.problems import ProblemError
from ivr.models import Rota, Technician
from ivr.services.on_call import coming, overrides, rota, rotas, shifts
from ivr.services.staff import people, roles
from ivr.services.staff.roles import May
from ivr.services.staff.tokens import Scope


@reads("/rotas", Scope.ROTAS_READ, "List rotas, and who is on call in each", tells=shapes.Rotas)
def list_rotas(ask: Ask) -> shapes.Rotas:
    rows, duties = rotas.all_of_them(ask.db), coming.duties(ask.db, ask.now)
    known = people.names(ask.db)
    return shapes.Rotas(
        [
            shapes.RotaLine(
                one.id,
                one.name,
                one.time_zone,
                [known[id_] for id_ in duties[one.id].people],
                duties[one.id].until,
            )
            for one in rows
        ]
    )


@reads(
    "/rotas/<int:id_>/shifts",
    Scope.ROTAS_READ,
    "List the shifts of a rota, from a time on",
    takes=sent.Span,
    tells=shapes.Shifts,
)
def list_shifts(ask: Ask, id_: int) -> shapes.Shifts:
    one = _rota(ask.db, id_)
    begin = instant(ask.given.begin) or ask.now
    end = begin + timedelta(days=ask.given.days)
    known = people.names(ask.db)
    plan = rota.plans(ask.db, begin, end, [one.id])[one.id]
    return shapes.Shifts(
        [
            shapes.Shift(found.begins_at, found.ends_at, [known[who] for who in found.people])
            for found in shifts.shifts(plan, begin, end)
        ]
    )


def _rota(db: Session, id_: int) -> Rota:
    found = db.get(Rota, id_) if id_ < 2**31 else None
    if found is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "There is no such rota.")
    return found


@writes(
    "/rotas/<int:id_>/overrides",
    Scope.ROTAS_WRITE,
    "Put somebody in for a while; they are asked, unless the owner of the token decides that",
    takes=sent.NewOverride,
    tells=shapes.OverrideRecord,
)
def override(ask: Ask, id_: int) -> shapes.OverrideRecord:
    asked, one, by = ask.given, _rota(ask.db, id_), ask.person
    who = _person(ask.db, asked.person, "person")
    instead_of = _person(ask.db, asked.instead_of, "instead_of") if asked.instead_of else None
    made = overrides.put(
        ask.db,
        ask.now,
        one,
        who,
        instead_of,
        asked.starts_at,
        asked.ends_at,
        by,
        decided=roles.may(by.role, May.EDIT_ROTAS),
    )
    return shapes.OverrideRecord(
        made.id,
        made.technician.name,
        made.instead_of.name if made.instead_of else None,
        made.starts_at,
        made.ends_at,
        made.agreed_at is not None,
    )


def _person(db: Session, email: str, field: str) -> Technician:
    found = people.by_mail(db, email)
    if found is None or not found.active:
        raise refused("There is nobody with this e-mail.", field)
    return found
