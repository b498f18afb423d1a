"""The web process: the voice door, the staff pages, and how it is going.

Everything that the first call needs is loaded before it comes.
"""

import json
from datetime import timedelta

from flask import Flask, Response, abort, request
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import configure_mappers
from werkzeug.middleware.proxy_fix import ProxyFix

from ivr import clock
from ivr.api.routes import api
from ivr.calendar_feed import calendar
from ivr.console.routes import console
from ivr.database import reading
from ivr.mail.webhook import mail
from ivr.models import CanaryState, CheckState, Page, PageState, TakenTurn, Ticket
from ivr.phone import callbacks, canary, lifeline, sounds, twiml, webhooks  # noqa: F401  enter their routes
from ivr.phone.door import phone
from ivr.portal.routes import portal
from ivr.services import due
from ivr.services.paging import policies
from ivr.services.settings import in_force
from ivr.services.sureness import canary as canaries
from ivr.services.sureness import checks
from ivr.settings import settings

LARGEST = 1_048_576
FRESH = timedelta(seconds=15)
WRONG = {CheckState.WARN, CheckState.BAD}


def make_app() -> Flask:
    made = Flask("ivr", static_folder="static")
    made.config["MAX_CONTENT_LENGTH"] = LARGEST
    if settings().proxies:  # only who asks is taken from them, never where we are
        made.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            made.wsgi_app, x_for=settings().proxies, x_proto=0, x_host=0
        )
    made.register_blueprint(phone)
    made.register_blueprint(console)
    made.register_blueprint(mail)
    made.register_blueprint(calendar)
    made.register_blueprint(portal)
    made.register_blueprint(api)
    made.add_url_rule("/healthz", "healthz", lambda: Response("ok", mimetype="text/plain"))
    made.add_url_rule("/readyz", "readyz", readyz)
    made.add_url_rule("/metrics", "metrics", metrics)
    made.before_request(look_at_settings)
    warm_up()
    return made


def look_at_settings() -> None:
    """Before a page or a call asks for them."""
    if request.blueprint:
        in_force.look()


def warm_up() -> None:
    """What would make the first caller wait."""
    sounds.hold_wav()
    configure_mappers()
    twiml.sentence("en-CA", "one_moment")


def readyz() -> tuple[Response, int]:
    """Fit to take calls? 503 and what is missing, if not. What else is not as it should be are
    warnings: the names of the checks, told in whole on the readiness page.
    """
    missing, warnings = _missing(), list[str]()
    if missing != ["database"]:
        with reading() as db:
            warnings = [one.name for one in checks.lines(db, clock.now()) if one.state in WRONG]
    body = json.dumps({"ready": not missing, "missing": missing, "warnings": warnings})
    return Response(body, mimetype="application/json"), 503 if missing else 200


def _missing() -> list[str]:
    missing, now = [], clock.now()
    try:
        with reading() as db:
            last = due.last_beat(db, "tick")
            can_be_rung = any(one.phone for one in policies.everybody(db, now))
    except Exception:  # noqa: BLE001  whatever it is: not ready
        return ["database"]
    if last is None or now - last > FRESH:
        missing.append("ticker")
    if not can_be_rung:
        missing.append("somebody on call")
    return missing


def metrics() -> Response:
    """A few figures for Prometheus, counted when it asks."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()
    try:
        figures, looked_at = _figures(), _checks()
    except SQLAlchemyError:
        abort(503)
    for name, (meaning, value) in figures.items():
        Gauge(name, meaning, registry=registry).set(value)
    found = Gauge("ivr_check", "1: as it should be", ["name"], registry=registry)
    for name, fine in looked_at.items():
        found.labels(name).set(fine)
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")


def _figures() -> dict[str, tuple[str, float]]:
    now = clock.now()
    with reading() as db:
        live = select(func.count()).select_from(Page).join(Ticket, Ticket.id == Page.ticket_id)
        live = live.where(Page.state.in_([PageState.OPEN, PageState.OWED]), ~Ticket.canary)
        pages, turns = db.scalar(live), db.scalar(select(func.max(TakenTurn.id)))
        oldest, last = db.scalar(select(func.min(Page.due_at))), due.last_beat(db, "tick")
        sung, seconds = canaries.latest(db), canaries.seconds(db)
    overdue = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    silent = (now - last).total_seconds() if last else -1.0
    return {
        "ivr_pages_live": ("Pages that are open or owed", pages or 0),
        "ivr_turns": ("Turns taken since the first call", turns or 0),
        "ivr_overdue_seconds": ("Age of the longest overdue page", overdue),
        "ivr_canary_ok": (
            "1: the last test call came to its end; 0: it did not; -1: there was none",
            -1 if sung is None else int(sung.state == CanaryState.PASSED),
        ),
        "ivr_canary_seconds": (
            "How long the last test call took that came to its end; -1: there was none",
            -1.0 if seconds is None else seconds,
        ),
        "ivr_tick_age_seconds": ("Since the ticker's last sign of life; -1: never", silent),
    }


def _checks() -> dict[str, int]:
    """What is in use, by the check's name: 1 when it is as it should be."""
    with reading() as db:
        return {
            one.name: int(one.state not in WRONG)
            for one in checks.lines(db, clock.now())
            if one.state != CheckState.OFF
        }


app = make_app()
