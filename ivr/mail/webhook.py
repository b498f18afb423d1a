"""The webhook: a mail provider posts raw mails, with our token (Authorization: Bearer …)."""

import hmac

from flask import Blueprint, Response, abort, request

from ivr.services.mail import spool
from ivr.settings import settings

mail = Blueprint("mail", __name__)


@mail.post("/mail/inbound")
def inbound() -> Response:
    """The raw mail is the body (message/rfc822). 200 once it is kept, 503 when it must be sent
    again.
    """
    token = request.authorization.token if request.authorization else None
    wanted = settings().mail_token
    if not wanted or not hmac.compare_digest((token or "").encode(), wanted.encode()):
        abort(403)
    request.max_content_length = spool.LARGEST
    raw = request.get_data()
    if not raw:
        abort(400)
    try:
        spool.receive(raw)
    except spool.NotKeptError:
        abort(503)
    return Response("kept\n", mimetype="text/plain")
