"""Outgoing webhooks: which there are, setting one up, and what was delivered to it."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

import msgspec
from flask import Response, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import tongue
from ivr.console.door import console, page
from ivr.console.forms import done, filled_in, row, token, too_old, what_was_done
from ivr.console.guard import needs
from ivr.console.tongue import language, say
from ivr.console.words import known
from ivr.database import reading, transaction
from ivr.models import Act, Delivery, Webhook, WebhookForm
from ivr.services import audit
from ivr.services.audit import Kind
from ivr.services.refusal import RefusedError
from ivr.services.settings import house
from ivr.services.staff.roles import May
from ivr.services.webhooks import bodies, events, webhooks
from ivr.services.webhooks.webhooks import Wish

ROW = "int(max=2147483647)"
NEW = "a new webhook"
"""What the form's token is signed for."""
DONE = ("saved", "on", "off", "test", "again", "all-again", "dismiss", "all-dismiss", "no")


def host(url: str) -> str:
    """All that a page shows of an address: the rest of it is as good as a password."""
    return urlsplit(url).netloc


def _note(db: Session, id_: int, kind: Kind, **data: str) -> None:
    audit.changed(db, clock.now(), filled_in(db).by, _about(id_), kind, **data)


def _did(db: Session, id_: int, kind: Kind, **data: int) -> None:
    audit.write(db, clock.now(), filled_in(db).by, Act.DID, _about(id_), kind, **data)


def _about(id_: int) -> str:
    return f"webhook-{id_}"


def _webhook(db: Session, id_: int) -> Webhook:
    found = db.get(Webhook, id_)
    if found is None:
        abort(404, description=say("webhooks.unknown"))
    return found


# All of them --------------------------------------------------------------------------------------


@console.get("/webhooks")
@needs(May.SEE_TO_MAIL)
def all_webhooks() -> Response:
    with reading() as db:
        those = webhooks.all_of_them(db)
        return page(db, "webhooks.html", webhooks=those, host=host)


# Setting one up -----------------------------------------------------------------------------------


@console.get("/webhooks/new")
@needs(May.EDIT_WEBHOOKS)
def new_webhook() -> Response:
    return _form(None)


@console.get(f"/webhooks/<{ROW}:id_>/edit")
@needs(May.EDIT_WEBHOOKS)
def edit_webhook(id_: int) -> Response:
    return _form(id_)


@console.post("/webhooks/new")
@needs(May.EDIT_WEBHOOKS)
def add_webhook() -> Answer:
    """Its secret is on the answer, and nowhere else ever."""
    if too_old(NEW):
        return _form(None, HTTPStatus.FORBIDDEN, old=True)
    try:
        with transaction() as db:
            made = webhooks.add(db, clock.now(), _wish())
            _note(db, made.id, Kind.WEBHOOK_MADE, name=made.name, host=host(made.url))
    except RefusedError as error:
        return _form(None, HTTPStatus.UNPROCESSABLE_ENTITY, wrong=tongue.told(error))
    return _log(made.id, secret=made.secret)


@console.post(f"/webhooks/<{ROW}:id_>/edit")
@needs(May.EDIT_WEBHOOKS)
def change_webhook(id_: int) -> Answer:
    if too_old(f"webhook {id_}"):
        return _form(id_, HTTPStatus.FORBIDDEN, old=True)
    try:
        with transaction() as db:
            wish = _wish()
            webhooks.change(db, clock.now(), _webhook(db, id_), wish)
            _note(db, id_, Kind.WEBHOOK_CHANGED, name=wish.name, host=host(wish.url))
    except RefusedError as error:
        return _form(id_, HTTPStatus.UNPROCESSABLE_ENTITY, wrong=tongue.told(error))
    return done("console.one_webhook", id_=str(id_), done="saved")


def _wish() -> Wish:
    name = " ".join(request.form.get("name", "").replace("\0", "").split())[:100]
    url = request.form.get("url", "").replace("\0", "").strip()
    return Wish(name, url, request.form.get("form", ""), request.form.getlist("events"))


def _form(
    id_: int | None, code: int = HTTPStatus.OK, *, old: bool = False, wrong: str = ""
) -> Response:
    """With all that was filled in."""
    with reading() as db:
        webhook = _webhook(db, id_) if id_ is not None else None
        given = _wish() if request.method == "POST" else webhook
        answer = page(
            db,
            "webhook_form.html",
            webhook=webhook,
            given=given or Wish("", "", WebhookForm.EVENT, []),
            forms=list(WebhookForm),
            events=events.CHOICES,
            token=token(f"webhook {id_}" if webhook else NEW),
            old=old,
            wrong=wrong,
        )
    answer.status_code = code
    return answer


# One of them, and its log -------------------------------------------------------------------------


@console.get(f"/webhooks/<{ROW}:id_>")
@needs(May.SEE_TO_MAIL)
def one_webhook(id_: int) -> Response:
    return _log(id_, told=what_was_done("webhooks", DONE))


def _log(id_: int, *, told: str = "", secret: str = "", old: bool = False) -> Response:
    before, only = request.args.get("before", type=row), request.args.get("only", "")
    with reading() as db:
        webhook = _webhook(db, id_)
        rows, more = webhooks.log_of(db, webhook, before, only)
        return page(
            db,
            "webhook.html",
            webhook=webhook,
            dead=webhooks.dead_of(db, webhook),
            deliveries=_shown(db, webhook, rows),
            host=host,
            before=before,
            only=only,
            more=more,
            changes=audit.changes(db, _about(id_)),
            quick=any(one.due_at for one in rows[:5]),
            token=token,
            told=told,
            secret=secret,
            old=old,
        )


def _shown(
    db: Session, webhook: Webhook, rows: Sequence[Delivery]
) -> list[tuple[Delivery, str, str]]:
    """Each with what it tells in words, and its body."""
    theirs = house.ours(db).languages[0]
    return [(one, *_words(webhook.form, theirs, one)) for one in rows]


def _words(form: str, theirs: str, delivery: Delivery) -> tuple[str, str]:
    try:
        told = bodies.sentence(language(), delivery.event, delivery.data)
        body = bodies.body(form, theirs, delivery)
        return told, msgspec.json.format(body, indent=2).decode()
    except (LookupError, ValueError, TypeError):  # it is dead for this very reason
        return event_name(delivery.event), ""


@console.app_template_filter()
def event_name(event: str) -> str:
    return known(f"webhooks.event_{event.replace('.', '_')}", event)


@console.post(f"/webhooks/<{ROW}:id_>/<any(on, off, test):act>")
@needs(May.EDIT_WEBHOOKS)
def webhook_act(id_: int, act: str) -> Answer:
    if too_old(f"webhook {id_}"):
        return _once_more(id_)
    with transaction() as db:
        webhook = _webhook(db, id_)
        if act == "test":
            webhooks.test(db, clock.now(), webhook)
            _did(db, id_, Kind.WEBHOOK_TESTED)
        else:
            webhooks.switch(db, clock.now(), webhook, on=act == "on")
            _note(db, id_, Kind.WEBHOOK_SWITCHED, to=act)
    return done("console.one_webhook", id_=str(id_), done=act)


@console.post(f"/webhooks/<{ROW}:id_>/secret")
@needs(May.EDIT_WEBHOOKS)
def new_secret(id_: int) -> Answer:
    if too_old(f"webhook {id_}"):
        return _once_more(id_)
    with transaction() as db:
        webhook = _webhook(db, id_)
        webhooks.new_secret(db, clock.now(), webhook)
        _note(db, id_, Kind.WEBHOOK_SECRET)
        secret = webhook.secret
    return _log(id_, secret=secret)


@console.post(f"/webhooks/<{ROW}:id_>/all/<any(again, dismiss):act>")
@needs(May.SEE_TO_MAIL)
def all_dead(id_: int, act: str) -> Answer:
    acts: dict[str, Callable[[Session], bool]] = {
        "again": lambda db: webhooks.all_again(db, clock.now(), id_),
        "dismiss": lambda db: webhooks.dismiss_all(db, id_),
    }
    kind = Kind.DELIVERIES_AGAIN if act == "again" else Kind.DELIVERIES_DISMISSED
    return _do(id_, acts[act], f"all-{act}", kind)


@console.post(f"/webhooks/<{ROW}:id_>/deliveries/<{ROW}:delivery>/<any(again, dismiss):act>")
@needs(May.SEE_TO_MAIL)
def one_delivery(id_: int, delivery: int, act: str) -> Answer:
    acts: dict[str, Callable[[Session], bool]] = {
        "again": lambda db: webhooks.again(db, clock.now(), id_, delivery),
        "dismiss": lambda db: webhooks.dismiss(db, id_, delivery),
    }
    kind = Kind.DELIVERY_AGAIN if act == "again" else Kind.DELIVERY_DISMISSED
    return _do(id_, acts[act], act, kind, delivery=delivery)


def _do(id_: int, act: Callable[[Session], bool], name: str, kind: Kind, **data: int) -> Answer:
    """Whoever is second finds it done."""
    if too_old(f"webhook {id_}"):
        return _once_more(id_)
    with transaction() as db:
        did = act(db)
        if did:
            _did(db, id_, kind, **data)
    return done("console.one_webhook", id_=str(id_), done=name if did else "no")


def _once_more(id_: int) -> Response:
    answer = _log(id_, old=True)
    answer.status_code = HTTPStatus.FORBIDDEN
    return answer
