"""Somebody else is on call for a while: overrides and swaps, asked for, agreed to and withdrawn."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Response, abort, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import calendar
from ivr.console.door import console, page
from ivr.console.fields import (
    Sheet,
    actor,
    by_name,
    carry_out,
    filled,
    may_decide,
    may_speak_for,
    sheet,
)
from ivr.console.forms import done, token, who
from ivr.console.guard import needs
from ivr.console.rota_words import to_the_second
from ivr.console.rotas import about, again
from ivr.console.tongue import say
from ivr.database import reading
from ivr.models import Override, Rota, Technician
from ivr.services.on_call import coming, overrides, rota, shifts, swaps
from ivr.services.on_call.shifts import Shift
from ivr.services.on_call.swaps import Stretch
from ivr.services.staff import people
from ivr.services.staff.roles import May

ROW = calendar.ROW
HELPED_WITH = 8
CHOSEN_FROM = 40
"""Shifts of the future among which two are swapped."""


def _coming(db: Session, rota_: Rota, count: int) -> list[Shift]:
    now = clock.now()
    within = coming.STRETCHES[-1]
    return coming.coming(rota.plan(db, rota_.id, now, now + within), now, count, within)


# Somebody else ------------------------------------------------------------------------------------


@console.get(f"/rotas/<{ROW}:id_>/overrides/new")
@needs(May.SWAP_SHIFTS)
def new_override(id_: int) -> Response:
    """With a shift filled in that was chosen from those that come."""
    given = {name: request.args.get(name, "") for name in ("instead", "from", "until")}
    return _override_form(id_, sheet(**given))


@console.post(f"/rotas/<{ROW}:id_>/overrides/new")
@needs(May.SWAP_SHIFTS)
def make_override(id_: int) -> Answer:
    paper = sheet()

    def act(db: Session) -> Answer:
        made = _override(db, calendar.found(db, id_), paper)
        return done("console.one_rota", id_=id_, done="agreed" if made.agreed_at else "asked")

    return carry_out(about(id_), paper, partial(_override_form, id_), act)


def _override(db: Session, rota_: Rota, paper: Sheet) -> Override:
    person = paper.person(db, "person", say("rotas.choose_who"))
    instead = paper.person(db, "instead")
    begin = paper.moment("from", rota_.time_zone, say("rotas.from_needed"))
    end = paper.moment("until", rota_.time_zone, say("rotas.until_needed"))
    if begin and end and end <= begin:
        paper.wrong["until"] = say("rotas.over_before")
    elif begin and end and instead and not _is_on_call(db, rota_, instead, begin, end):
        paper.wrong["instead"] = say("rotas.not_on_call", name=instead.name)
    paper.stop_if_wrong()
    assert person
    assert begin
    assert end
    by = actor(db)
    return overrides.put(
        db, clock.now(), rota_, person, instead, begin, end, by, decided=may_decide(by)
    )


def _is_on_call(db: Session, rota_: Rota, one: Technician, begin: datetime, end: datetime) -> bool:
    found = shifts.shifts(rota.plan(db, rota_.id, begin, end), begin, end)
    return any(one.id in shift.people for shift in found)


def _override_form(id_: int, paper: Sheet) -> Response:
    with reading() as db:
        rota_ = calendar.found(db, id_)
        return page(
            db,
            "override.html",
            rota=rota_,
            zone=rota_.time_zone,
            sheet=paper,
            people=by_name(people.present(db)),
            known=people.names(db),
            next_shifts=_coming(db, rota_, HELPED_WITH),
            filled=filled,
            by=who(),
            token=token(about(id_)),
        )


# A swap -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """A shift of one person, as the form names it: by its end, for it may be under way."""

    shift: Shift
    person: int

    @property
    def key(self) -> str:
        return f"{self.shift.ends_at:%Y%m%dT%H%M%S}-{self.person}"


def _choices(db: Session, rota_: Rota) -> dict[str, Choice]:
    endless = clock.now() + coming.STRETCHES[-1]
    found = [one for one in _coming(db, rota_, CHOSEN_FROM) if one.ends_at < endless]
    those = [Choice(shift, person) for shift in found for person in shift.people]
    return {one.key: one for one in those}


@console.get(f"/rotas/<{ROW}:id_>/swaps/new")
@needs(May.SWAP_SHIFTS)
def new_swap(id_: int) -> Response:
    return _swap_form(id_, sheet())


@console.post(f"/rotas/<{ROW}:id_>/swaps/new")
@needs(May.SWAP_SHIFTS)
def make_swap(id_: int) -> Answer:
    paper = sheet()

    def act(db: Session) -> Answer:
        made = _swap(db, calendar.found(db, id_), paper)
        return done("console.one_rota", id_=id_, done="agreed" if made.agreed_at else "asked")

    return carry_out(about(id_), paper, partial(_swap_form, id_), act)


def _swap(db: Session, rota_: Rota, paper: Sheet) -> Override:
    choices = _choices(db, rota_)
    one = _stretch(db, choices, paper, "one")
    other = _stretch(db, choices, paper, "other")
    if one and other and one.technician is other.technician:
        paper.wrong["other"] = say("rotas.both_of", name=one.technician.name)
    paper.stop_if_wrong()
    assert one
    assert other
    by = actor(db)
    first, _ = swaps.ask(db, clock.now(), rota_, one, other, by, decided=may_decide(by))
    return first


def _stretch(db: Session, choices: dict[str, Choice], paper: Sheet, name: str) -> Stretch | None:
    given = paper.needed(name, say("rotas.choose_shift"))
    chosen = choices.get(given)
    if chosen is None:
        paper.wrong.setdefault(name, say("rotas.shift_gone"))
        return None
    person = db.get_one(Technician, chosen.person)
    return Stretch(person, chosen.shift.begins_at, chosen.shift.ends_at)


def _swap_form(id_: int, paper: Sheet) -> Response:
    with reading() as db:
        rota_ = calendar.found(db, id_)
        known, zone = people.names(db), rota_.time_zone
        options = [
            (key, say("rotas.option", name=known[one.person], span=_span(one.shift, zone)))
            for key, one in _choices(db, rota_).items()
        ]
        return page(
            db,
            "swap.html",
            rota=rota_,
            zone=zone,
            sheet=paper,
            options=options,
            people=by_name(people.present(db)),
            by=who(),
            token=token(about(id_)),
        )


def _span(shift: Shift, zone: str) -> str:
    since, until = to_the_second(shift.begins_at, zone), to_the_second(shift.ends_at, zone)
    return say("rotas.span", since=since, until=until)


# What becomes of it -------------------------------------------------------------------------------


@console.post(f"/overrides/<{ROW}:id_>/<any(agree, withdraw):act>")
@needs(May.SWAP_SHIFTS)
def override_act(id_: int, act: str) -> Answer:
    with reading() as db:
        override = db.get(Override, id_)
    if override is None:
        abort(404, description=say("rotas.no_override"))
    rota_id = override.rota_id

    def perform(db: Session) -> Answer:
        row, by = db.get_one(Override, id_), actor(db)
        if not may_speak_for(*_concerned(db, row)):
            abort(403, description=say("rotas.between_others"))
        if act == "agree":
            went = overrides.agree(db, clock.now(), row, by, decided=may_decide(by))
        else:
            went = overrides.withdraw(db, clock.now(), row, by)
        told = {"agree": "agreed", "withdraw": "withdrawn"}[act] if went else "late"
        return done("console.one_rota", id_=rota_id, done=told)

    return carry_out(about(rota_id), sheet(), partial(again, rota_id), perform)


def _concerned(db: Session, row: Override) -> list[Technician | None]:
    """Of a swap, those of both its overrides."""
    both = [row]
    if row.swap_id:
        both = list(db.scalars(select(Override).where(Override.swap_id == row.swap_id)))
    return [who for one in both for who in (one.technician, one.instead_of, one.asked_by)]
