"""What is fixed by the environment, and where each of it comes from."""

from flask import Response

from ivr.console.door import console, page
from ivr.console.guard import needs
from ivr.database import reading
from ivr.services.settings import environment as fixed
from ivr.services.staff.roles import May
from ivr.settings import settings


@console.get("/settings/environment")
@needs(May.SEE_SETTINGS)
def environment() -> Response:
    with reading() as db:
        return page(db, "environment.html", fixed=list(fixed.all_of_it(settings())))
