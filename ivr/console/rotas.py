"""The rotas: all of them, a new one, and one with its layers, changes and calendar."""

from functools import partial
from typing import Any

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import calendar
from ivr.console.door import console, page
from ivr.console.fields import ZONES, Sheet, by_name, carry_out, note, sheet
from ivr.console.forms import done, row, token, what_was_done, who
from ivr.console.guard import needs
from ivr.console.staff import staff
from ivr.console.tongue import language, say
from ivr.database import reading
from ivr.models import Rota, Team
from ivr.services import audit
from ivr.services.audit import Kind
from ivr.services.on_call import coming, feeds, findings, rota, rota_board, rotas
from ivr.services.on_call.coming import SOON
from ivr.services.settings import house
from ivr.services.staff import people
from ivr.services.staff.roles import May

ROW = calendar.ROW
EDITS = 10
"""Shown of what was changed."""
DONE = ("made", "saved", "removed", "moved", "asked", "agreed", "withdrawn", "late")


@console.get("/rotas")
@needs(May.SEE_ROTAS)
def all_rotas() -> Response:
    now = clock.now()
    with reading() as db:
        return page(
            db,
            "rotas.html",
            rotas=rota_board.rotas(db, now),
            known=people.names(db),
            kinds=findings.kinds,
        )


@console.get(f"/rotas/<{ROW}:id_>")
@needs(May.SEE_ROTAS)
def one_rota(id_: int) -> Response:
    return again(id_, sheet())


def again(id_: int, paper: Sheet) -> Response:
    """The page of a rota, and why nothing was done."""
    with reading() as db:
        return page(db, "rota.html", sheet=paper, **_shown(db, calendar.found(db, id_)))


def _shown(db: Session, rota_: Rota) -> dict[str, Any]:
    now = clock.now()
    found = findings.of_rota(db, now, rota_.id)
    plan = rota.plan(db, rota_.id, now, now + SOON)
    return {
        "rota": rota_,
        "zone": rota_.time_zone,
        "duty": coming.duty(plan, now),
        "next_shifts": coming.coming(plan, now, 6, SOON),
        "layers": list(reversed(rota_.layers)),
        "changes": rota_board.changes(db, rota_.id, now),
        "problems": [one.sentence(language(), rota_.time_zone) for one in found],
        "fed_since": feeds.since(db, rota=rota_),
        "told": what_was_done("rotas", DONE),
        "edited": audit.changes(db, f"rota-{rota_.id}", EDITS)
        if staff().may(May.EDIT_ROTAS)
        else [],
        "by": who(),
        "people": sorted(people.present(db).values(), key=str.casefold),
        "token": token(about(rota_.id)),
        **calendar.of_rota(db, rota_),
    }


def about(id_: int) -> str:
    """What the tokens of a rota's forms are signed for."""
    return f"rota {id_}"


# Making and changing ------------------------------------------------------------------------------

NEW = "a new rota"


@console.get("/rotas/new")
@needs(May.EDIT_ROTAS)
def new_rota() -> Response:
    with reading() as db:
        return _form(None, sheet(zone=house.ours(db).time_zone))


@console.post("/rotas/new")
@needs(May.EDIT_ROTAS)
def make_rota() -> Answer:
    paper = sheet()

    def act(db: Session) -> Answer:
        made = rotas.create(db, clock.now(), **_filled(db, paper))
        note(db, made, Kind.ROTA_MADE, name=made.name)
        return done("console.one_rota", id_=made.id, done="made")

    return carry_out(NEW, paper, partial(_form, None), act)


@console.get(f"/rotas/<{ROW}:id_>/settings")
@needs(May.EDIT_ROTAS)
def rota_settings(id_: int) -> Response:
    with reading() as db:
        rota_ = calendar.found(db, id_)
        owner, team = rota_.owner_id or "", rota_.team_id or ""
        given = {"name": rota_.name, "zone": rota_.time_zone}
        return _form(id_, sheet(**given, owner=str(owner), team=str(team)))


@console.post(f"/rotas/<{ROW}:id_>/settings")
@needs(May.EDIT_ROTAS)
def change_rota(id_: int) -> Answer:
    paper = sheet()

    def act(db: Session) -> Answer:
        rota_ = calendar.found(db, id_)
        rotas.change(db, clock.now(), rota_, **_filled(db, paper, id_))
        owner = rota_.owner.name if rota_.owner else ""
        told = {"name": rota_.name, "zone": rota_.time_zone, "owner": owner}
        note(db, rota_, Kind.ROTA_NAMED, **told)
        return done("console.one_rota", id_=id_, done="saved")

    return carry_out(about(id_), paper, partial(_form, id_), act)


@console.post(f"/rotas/<{ROW}:id_>/remove")
@needs(May.EDIT_ROTAS)
def remove_rota(id_: int) -> Answer:
    def act(db: Session) -> Answer:
        rota_ = calendar.found(db, id_)
        note(db, rota_, Kind.ROTA_REMOVED, name=rota_.name)
        rotas.remove(db, rota_)
        return done("console.all_rotas")

    return carry_out(about(id_), sheet(), partial(again, id_), act)


def _form(id_: int | None, paper: Sheet) -> Response:
    with reading() as db:
        return page(
            db,
            "rota_form.html",
            rota=calendar.found(db, id_) if id_ else None,
            sheet=paper,
            zones=ZONES,
            people=by_name(people.present(db)),
            teams=db.execute(select(Team.id, Team.name).order_by(Team.name)).all(),
            token=token(about(id_) if id_ else NEW),
        )


def _filled(db: Session, paper: Sheet, id_: int | None = None) -> dict[str, Any]:
    name = paper.needed("name", say("rotas.name_needed"))
    same = db.scalar(select(Rota.id).where(Rota.name == name))
    if same not in (None, id_):
        paper.wrong["name"] = say("rotas.same_name", name=name)
    paper.needed("zone", say("rotas.zone_needed"))
    zone = paper.zone("zone")
    owner = paper.person(db, "owner")
    team_id = row(paper.line("team"))
    team = db.get(Team, team_id) if team_id else None
    if paper.line("team") and team is None:
        paper.wrong["team"] = say("rotas.no_team")
    paper.stop_if_wrong()
    return {"name": name, "time_zone": zone, "owner": owner, "team": team}
