"""The language of the staff pages: chosen at the head of each, or below the form to sign in."""

from http import HTTPStatus

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from ivr.console import staff, tongue
from ivr.console.door import FRAME, console
from ivr.console.forms import too_old
from ivr.console.guard import for_strangers, needs
from ivr.services.staff.roles import May


@console.post("/language")
@needs(May.EDIT_SELF)
def speak() -> Answer:
    answer = redirect(staff.page_of_form() or url_for("console.now"), HTTPStatus.SEE_OTHER)
    if too_old(FRAME):
        return answer
    return tongue.remember(answer, request.form.get("language", ""))


@console.post("/sign-in/language")
@for_strangers
def speak_to_strangers() -> Answer:
    """Back to the form to sign in, or to the link that was opened."""
    link, then = request.form.get("link", ""), staff.ours(request.form.get("then", ""))
    page = url_for("console.open_link", link=link) if link else None
    answer = redirect(page or url_for("console.sign_in", then=then or None), HTTPStatus.SEE_OTHER)
    if too_old(staff.SIGNING):
        return answer
    return tongue.remember(answer, request.form.get("language", ""))
