"""Who may see the staff pages.

With CONSOLE_PASSWORD set: whoever knows it (HTTP Basic, RFC 7617). Without one: only this machine,
which a request that was forwarded, or that names another host, is not; to others the pages do not
exist, since the same port is open to the carrier.
"""

import hmac
from urllib.parse import urlsplit

from flask import Response, request
from werkzeug.exceptions import NotFound

from ivr.settings import settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
FORWARDED = ("forwarded", "x-forwarded-", "x-real-ip")


def guard() -> Response | None:
    """What to answer whoever may not come in: nothing that tells what is here."""
    if settings().console_password:
        return None if _knows_the_password() else _ask_for_the_password()
    return None if _is_this_machine() else _not_here()


def _knows_the_password() -> bool:
    given = request.authorization.password if request.authorization else None
    wanted = settings().console_password
    return hmac.compare_digest((given or "").encode(), wanted.encode())


def _ask_for_the_password() -> Response:
    challenge = {"WWW-Authenticate": 'Basic realm="Support line", charset="UTF-8"'}
    return Response("A password is needed.\n", 401, challenge, mimetype="text/plain")


def _is_this_machine() -> bool:
    try:
        host = urlsplit(f"//{request.host}").hostname
    except ValueError:
        return False
    return host in LOOPBACK and not any(
        name.lower().startswith(FORWARDED)
        for name in request.headers.keys()  # noqa: SIM118
    )


def _not_here() -> Response:
    return Response(NotFound().get_body(), 404, mimetype="text/html")
