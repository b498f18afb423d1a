"""The layers of a rota: added, changed, moved and removed; with a look at the next shifts before
they are saved.
"""

from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Response, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import calendar, layer_form, rota_words
from ivr.console.door import console, page
from ivr.console.fields import ZONES, Sheet, by_name, carry_out, note, sheet
from ivr.console.forms import WrongError, done, token
from ivr.console.guard import needs
from ivr.console.layer_form import Draft
from ivr.console.rotas import about, again
from ivr.console.tongue import say
from ivr.console.words import local
from ivr.database import reading
from ivr.models import Layer
from ivr.services.audit import Kind
from ivr.services.on_call import coming, layers, rota
from ivr.services.on_call.shifts import Plan, Shift
from ivr.services.staff import people
from ivr.services.staff.roles import May

ROW = calendar.ROW
PREVIEWED = 8


@console.get(f"/rotas/<{ROW}:id_>/layers/new")
@needs(May.EDIT_ROTAS)
def new_layer(id_: int) -> Response:
    """Filled in with what most begin with: a week each, from Monday at nine."""
    with reading() as db:
        rota_ = calendar.found(db, id_)
        members = [one.id for one in rota_.team.members if one.active] if rota_.team else []
        paper = sheet(
            name=say("rotas.layer_number", number=len(rota_.layers) + 1),
            starts=_last_monday(rota_.time_zone),
            unit="weeks",
            every="1",
        )
    draft = Draft([[one] for one in members]) if members else Draft()
    return _form(id_, None, draft, paper)


def _last_monday(zone: str) -> str:
    """The first turn is under way at once: nobody waits for next week to be on call."""
    today = local(clock.now(), zone).date()
    return f"{today - timedelta(days=today.weekday())}T09:00"


@console.get(f"/rotas/<{ROW}:id_>/layers/<{ROW}:layer_id>")
@needs(May.EDIT_ROTAS)
def one_layer(id_: int, layer_id: int) -> Response:
    with reading() as db:
        given, draft = layer_form.of(_found(db, id_, layer_id))
    return _form(id_, layer_id, draft, Sheet(given))


@console.post(f"/rotas/<{ROW}:id_>/layers/new")
@needs(May.EDIT_ROTAS)
def make_layer(id_: int) -> Answer:
    return _put(id_, None)


@console.post(f"/rotas/<{ROW}:id_>/layers/<{ROW}:layer_id>")
@needs(May.EDIT_ROTAS)
def change_layer(id_: int, layer_id: int) -> Answer:
    return _put(id_, layer_id)


def _put(id_: int, layer_id: int | None) -> Answer:
    paper, draft = sheet(), layer_form.read(request.form)
    pressed = layer_form.press(draft, request.form.get("do", ""))
    if pressed == "preview":
        return _preview(id_, layer_id, draft, paper)
    if pressed:
        return _form(id_, layer_id, draft, paper)

    def act(db: Session) -> Answer:
        rota_ = calendar.found(db, id_)
        wanted = layer_form.filled(db, paper, draft)
        if layer_id:
            layer = _found(db, id_, layer_id)
            layers.change(db, clock.now(), rota_, layer, wanted)
        else:
            layer = layers.add(db, clock.now(), rota_, wanted)
        note(db, rota_, Kind.LAYER, **_told(db, layer, "changed" if layer_id else "added"))
        return done("console.one_rota", id_=id_, done="saved")

    return carry_out(about(id_), paper, partial(_form, id_, layer_id, draft), act)


def _preview(id_: int, layer_id: int | None, draft: Draft, paper: Sheet) -> Response:
    try:
        with reading() as db:
            made = Layer(**layer_form.filled(db, paper, draft).checked(db))
            zone = calendar.found(db, id_).time_zone
    except WrongError:
        answer = _form(id_, layer_id, draft, paper)
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return answer
    plan = Plan([rota.rotation(made, zone)])
    return _form(id_, layer_id, draft, paper, coming.coming(plan, clock.now(), PREVIEWED))


def _form(
    id_: int, layer_id: int | None, draft: Draft, paper: Sheet, preview: list[Shift] | None = None
) -> Response:
    with reading() as db:
        rota_ = calendar.found(db, id_)
        return page(
            db,
            "layer.html",
            rota=rota_,
            zone=rota_.time_zone,
            layer=_found(db, id_, layer_id) if layer_id else None,
            sheet=paper,
            draft=draft,
            called=layer_form.called(paper.line("unit"), draft.turns),
            preview=preview,
            people=by_name(people.present(db)),
            known=people.names(db),
            zones=ZONES,
            token=token(about(id_)),
        )


def _found(db: Session, id_: int, layer_id: int) -> Layer:
    layer = db.get(Layer, layer_id)
    if layer is None or layer.rota_id != id_:
        abort(404, description=say("rotas.no_layer"))
    return layer


def _told(db: Session, layer: Layer, act: str) -> dict[str, Any]:
    """As it is now: what was before is in the line before."""
    return {"how": act, "name": layer.name, "told": rota_words.kept(layer, people.names(db))}


# Buttons of the rota's page -----------------------------------------------------------------------


@console.post(f"/rotas/<{ROW}:id_>/layers/<{ROW}:layer_id>/<any(up, down, remove):act>")
@needs(May.EDIT_ROTAS)
def layer_act(id_: int, layer_id: int, act: str) -> Answer:
    def perform(db: Session) -> Answer:
        rota_, layer = calendar.found(db, id_), _found(db, id_, layer_id)
        note(db, rota_, Kind.LAYER, **_told(db, layer, act))
        if act == "remove":
            layers.remove(db, clock.now(), rota_, layer)
        else:
            to = layer.position + (1 if act == "up" else -1)
            layers.move(db, clock.now(), rota_, layer, to)
        return done("console.one_rota", id_=id_, done="removed" if act == "remove" else "moved")

    return carry_out(about(id_), sheet(), partial(again, id_), perform)
