"""The calendar: a month of shifts by days, of one rota, of all of them, or of one person."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, request
from sqlalchemy.orm import Session

from ivr import clock
from ivr.console.door import console, page
from ivr.console.fields import by_name
from ivr.console.forms import row, token
from ivr.console.guard import needs
from ivr.console.tongue import say
from ivr.database import reading
from ivr.models import Rota, Technician
from ivr.services.on_call import feeds, months, rota, rota_board, shifts
from ivr.services.on_call.months import Month
from ivr.services.on_call.rotation import People
from ivr.services.on_call.shifts import Plan
from ivr.services.settings import house
from ivr.services.staff import people
from ivr.services.staff.roles import May

ROW = "int(max=2147483647)"
A_PAGE = 10
"""Rotas shown at a time: more cannot be read in the space of a day."""


@console.get(f"/rotas/<{ROW}:id_>/calendar")
@needs(May.SEE_ROTAS)
def rota_calendar(id_: int) -> Response:
    with reading() as db:
        rota_ = found(db, id_)
        values = of_rota(db, rota_)
        return page(db, "rota_calendar.html", rota=rota_, zone=rota_.time_zone, **values)


def found(db: Session, id_: int) -> Rota:
    rota_ = db.get(Rota, id_)
    if rota_ is None:
        abort(404, description=say("rotas.unknown"))
    return rota_


def of_rota(db: Session, rota_: Rota) -> dict[str, Any]:
    """The month that is asked for, of one rota, by its clock."""
    month = _month(rota_.time_zone)
    _put(month, rota.plans(db, month.begins_at, month.ends_at, [rota_.id]))
    return {"month": month, "known": people.names(db)}


@console.get("/calendar")
@needs(May.SEE_ROTAS)
def calendar() -> Response:
    """Of all rotas, a few at a time; or of one person, by their own clock."""
    with reading() as db:
        id_ = request.args.get("person", type=row)
        person = db.get(Technician, id_) if id_ else None
        if id_ and person is None:
            abort(404, description=say("wrong.nobody_like_that"))
        zone = (person.time_zone if person else None) or house.ours(db).time_zone
        month = _month(zone)
        rotas = rota_board.names(db)
        first = max(0, request.args.get("from", 0, type=int))
        ids = list(rotas) if person else list(rotas)[first : first + A_PAGE]
        plans = rota.plans(db, month.begins_at, month.ends_at, ids)
        shown = _theirs(plans, person.id) if person else _with_layers(plans)
        _put(month, shown, person.id if person else None)
        return page(
            db,
            "calendar.html",
            month=month,
            zone=zone,
            person=person,
            rotas=rotas,
            first=first,
            size=A_PAGE,
            known=people.names(db),
            choices=by_name(people.present(db)),
            fed_since=feeds.since(db, technician=person) if person else None,
            token=token(about(person.id)) if person else "",
        )


def about(person: int) -> str:
    """What the token of a person's calendar is signed for."""
    return f"calendar of {person}"


def _month(zone: str) -> Month:
    return months.month(request.args.get("month"), clock.now(), ZoneInfo(zone))


def _put(month: Month, plans: Mapping[int, Plan], person: int | None = None) -> None:
    for id_, plan in plans.items():
        found = shifts.shifts(plan, month.begins_at, month.ends_at)
        theirs = [one for one in found if person is None or person in one.people]
        month.put(id_, theirs, plan.covers)


def _with_layers(plans: Mapping[int, Plan]) -> dict[int, Plan]:
    """One in which nobody has ever been on call says nothing here."""
    return {id_: plan for id_, plan in plans.items() if plan.layers or plan.covers}


def _theirs(plans: Mapping[int, Plan], person: int) -> dict[int, Plan]:
    """The rotas in which somebody may be on call at all."""
    return {id_: plan for id_, plan in plans.items() if person in _anybody(plan)}


def _anybody(plan: Plan) -> People:
    turns = [one for layer in plan.layers for turn in layer.turns for one in turn]
    return (*turns, *(one.person for one in plan.covers))
