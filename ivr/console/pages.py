"""Where the staff pages begin."""

from flask import redirect, url_for
from werkzeug.wrappers import Response as Answer

from ivr.console.door import console
from ivr.console.guard import needs
from ivr.services.roles import May


@console.get("/")
@needs(May.SEE_TICKETS)
def home() -> Answer:
    return redirect(url_for("console.all_tickets"))
