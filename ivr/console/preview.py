"""A mail to a customer as they will get it, before it is sent. It stands in a frame of its own,
which may run nothing and send nothing anywhere.
"""

from flask import Response, abort, make_response, render_template

from ivr.console import ticket as of_ticket
from ivr.console import tongue
from ivr.console.door import console
from ivr.console.forms import filled_in, too_old
from ivr.console.guard import needs
from ivr.console.tongue import say
from ivr.database import reading
from ivr.services.mail import notices
from ivr.services.staff.roles import May

FRAMED = (
    "sandbox; default-src 'none'; style-src 'self' 'unsafe-inline'; frame-src 'self';"
    " frame-ancestors 'self'"
)
"""The styles of a mail are in it, as mail programs want them."""


@console.post("/tickets/<number>/preview")
@needs(May.ACT_ON_TICKETS)
def preview_reply(number: str) -> Response:
    if too_old(number):
        abort(403, description=say("transcript.too_old"))
    with reading() as db:
        form = filled_in(db)
        asks = form.text("as") == "question"
        ticket = of_ticket.find(db, number)
        readers, letter = notices.preview(db, ticket, asks=asks, by=form.by, text=form.text())
    told = render_template(
        "preview.html", readers=readers, letter=letter, language=tongue.language()
    )
    answer = make_response(told)
    answer.headers["Content-Security-Policy"] = FRAMED
    return answer
