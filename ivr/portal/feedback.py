"""How we did: by the link of a mail, without signing in, or on the ticket's page.

A link only shows the score that it stands for; it counts when the button is pressed, since programs
that look at mail open every link (docs/decisions/10).
"""

from http import HTTPStatus

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Channel, Feedback
from ivr.portal import visitor
from ivr.portal.door import checked, page, portal
from ivr.services.tickets import feedback
from ivr.services.tickets.feedback import Outcome

LONGEST_COMMENT = 5_000


@portal.get("/feedback/<token>")
def asked(token: str) -> Answer:
    return _asked(token, request.args.get("score", type=int))


def _asked(token: str, score: int | None, status: int = 200, told: str = "") -> Answer:
    with reading() as db:
        found = feedback.by_token(db, token)
        if found is None:
            abort(404)
        number, title = found.ticket.number, found.ticket.title
        score = score if score in feedback.SCORES else found.score
        comment = request.form.get("comment", found.comment)
    about = {"number": number, "title": title, "score": score, "comment": comment}
    return page("feedback", status, link=token, told=told, **about)


@portal.post("/feedback/<token>")
def answer(token: str) -> Answer:
    score = given_score()
    if not checked(token):
        return _asked(token, score, HTTPStatus.FORBIDDEN, "form_old")
    if score is None:
        return _asked(token, None, HTTPStatus.UNPROCESSABLE_ENTITY, "needed_score")
    with transaction() as db:
        outcome = feedback.answer(db, clock.now(), token, score, given_comment(), Channel.MAIL)
    if outcome is Outcome.UNKNOWN:
        abort(404)
    if outcome is Outcome.LATE:
        return _asked(token, None, HTTPStatus.CONFLICT, "feedback_late")
    return redirect(url_for("portal.thanks", token=token), HTTPStatus.SEE_OTHER)


def given_score() -> int | None:
    score = request.form.get("score", type=int)
    return score if score in feedback.SCORES else None


def given_comment() -> str:
    return visitor.written("comment", LONGEST_COMMENT)


@portal.get("/feedback/<token>/thanks")
def thanks(token: str) -> Answer:
    return page("thanks", score=_found(token).score, link=token)


def _found(token: str) -> Feedback:
    with reading() as db:
        found = feedback.by_token(db, token)
    if found is None:
        abort(404)
    return found


@portal.get("/feedback/<token>/stop")
def ask_to_stop(token: str) -> Answer:
    _found(token)
    return page("stop", link=token, done=False)


@portal.post("/feedback/<token>/stop")
def stop(token: str) -> Answer:
    """Mail programs post here, too, and have neither a cookie nor a form of ours (RFC 8058)."""
    with transaction() as db:
        if not feedback.unsubscribe(db, clock.now(), token):
            abort(404)
    return page("stop", link=token, done=True)
