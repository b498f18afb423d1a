"""The language of the staff pages, chosen at the head of each."""

from http import HTTPStatus

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from ivr.console import staff, tongue
from ivr.console.door import FRAME, console
from ivr.console.forms import too_old
from ivr.console.guard import needs
from ivr.services.roles import May


@console.post("/language")
@needs(May.EDIT_SELF)
def speak() -> Answer:
    answer = redirect(staff.page_of_form() or url_for("console.now"), HTTPStatus.SEE_OTHER)
    if too_old(FRAME):
        return answer
    return tongue.remember(answer, request.form.get("language", ""))
