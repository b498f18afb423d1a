"""What did not get through: messages of ours that are not delivered, mails that are not read, which
webhooks took something not; and every mail as it came.
"""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from flask import Response, abort
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock, handing_out
from ivr.console.door import console, page
from ivr.console.forms import done, filled_in, token, too_old, what_was_done
from ivr.console.guard import needs
from ivr.console.tongue import say
from ivr.database import reading, transaction
from ivr.models import Act, Mail
from ivr.services import audit
from ivr.services.audit import Kind
from ivr.services.mail import inbox, outbox, undelivered
from ivr.services.staff.roles import May
from ivr.services.webhooks import webhooks

ROW = "int(max=2147483647)"
DONE = ("again", "dismiss")
AGAIN = {"message": Kind.SENT_AGAIN, "mail": Kind.READ_AGAIN}


@console.get("/mail")
@needs(May.SEE_TO_MAIL)
def not_delivered() -> Response:
    return _not_delivered(told=what_was_done("mail", DONE))


def _not_delivered(*, told: str = "", old: bool = False) -> Response:
    with reading() as db:
        return page(
            db,
            "mail.html",
            messages=undelivered.messages(db),
            mails=undelivered.mails(db),
            webhooks=[one for one in webhooks.all_of_them(db) if one[1]],
            token=token,
            told=told,
            old=old,
        )


@console.post(f"/messages/<{ROW}:id_>/<any(again, dismiss):act>")
@needs(May.SEE_TO_MAIL)
def message(id_: int, act: str) -> Answer:
    return _do("message", act, id_, outbox.again, outbox.dismiss)


@console.post(f"/mails/<{ROW}:id_>/<any(again, dismiss):act>")
@needs(May.SEE_TO_MAIL)
def mail(id_: int, act: str) -> Answer:
    return _do("mail", act, id_, inbox.again, inbox.dismiss)


@console.get(f"/mails/<{ROW}:id_>/raw")
@needs(May.SEE_TO_MAIL)
def raw(id_: int) -> Response:
    """A mail as it came, to be saved: a mail program shows it, or a curious eye."""
    with reading() as db:
        row = db.get(Mail, id_)
    if row is None:
        abort(404, description=say("mail.unknown"))
    file = inbox.raw(row).resolve()
    if not file.is_file():
        abort(404, description=say("mail.lost"))
    return handing_out.download(file, f"mail-{row.id}.eml", "message/rfc822")


def _do(
    what: str,
    act: str,
    id_: int,
    again: Callable[[Session, datetime, int], bool],
    dismiss: Callable[[Session, int], bool],
) -> Answer:
    """Whoever is second finds it done."""
    if too_old(f"{what} {id_}"):
        answer = _not_delivered(old=True)
        answer.status_code = HTTPStatus.FORBIDDEN
        return answer
    with transaction() as db:
        now = clock.now()
        did = again(db, now, id_) if act == "again" else dismiss(db, id_)
        if did:
            kind = AGAIN[what] if act == "again" else Kind.DISMISSED
            audit.write(db, now, filled_in(db).by, Act.DID, f"{what}-{id_}", kind)
    return done("console.not_delivered", done=act)
