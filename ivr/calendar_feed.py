"""The door for calendar programs: a feed under its secret address. They cannot sign in, so whoever
knows the address may read it.
"""

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as Answer

from ivr import clock, headers
from ivr.database import reading
from ivr.services import feeds

calendar = Blueprint("calendar", __name__)
calendar.after_request(headers.secure)


@calendar.get("/calendar/<secret>.ics")
def feed(secret: str) -> Answer:
    with reading() as db:
        whose = feeds.by_secret(db, secret)
        if whose is None:
            abort(404)
        answer = Response(feeds.calendar(db, clock.now(), whose), mimetype="text/calendar")
    answer.add_etag()
    return answer.make_conditional(request)
