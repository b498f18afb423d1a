"""The tickets: who is on call, and all of them.

live.js asks for the part that changes again and again, by its ETag.
"""

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console.door import console, page
from ivr.console.forms import row
from ivr.console.guard import needs
from ivr.database import reading
from ivr.services import board, checks, tonight
from ivr.services.roles import May


@console.get("/")
@needs(May.SEE_TICKETS)
def home() -> Answer:
    return redirect(url_for("console.all_tickets"))


@console.get("/tickets")
@needs(May.SEE_TICKETS)
def all_tickets() -> Response:
    before = request.args.get("before", type=row)
    with reading() as db:
        found, more = board.newest(db, before)
        return page(
            db,
            "tickets.html",
            unready=checks.bad(db, clock.now()),
            tonight=tonight.of(db, clock.now()),
            live={one.ticket.id: one for one in board.live(db)},
            tickets=found,
            answers=board.answers(db, found),
            before=before,
            more=more,
        )
