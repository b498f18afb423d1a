"""Who may see the staff pages.

With CONSOLE_PASSWORD set: whoever knows it (HTTP Basic, RFC 7617). Without one: only this machine,
which a request that was forwarded, or that names another host, is not; to others the pages do not
exist, since the same port is open to the carrier. What changes something must come from our own
pages (the Origin header, as OWASP's CSRF cheat sheet has it).
"""

import hmac
from urllib.parse import urlsplit

from flask import Response, abort, request

from ivr.settings import settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")
SECURE = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def guard() -> Response | None:
    if settings().console_password:
        if not _knows_the_password():
            return Response(
                "A password is needed.", 401, {"WWW-Authenticate": 'Basic realm="Support line"'}
            )
    elif not _is_this_machine():
        abort(404)
    if request.method == "POST" and not _comes_from_our_pages():
        abort(403)
    return None


def _knows_the_password() -> bool:
    given = request.authorization.password if request.authorization else None
    wanted = settings().console_password
    return hmac.compare_digest((given or "").encode(), wanted.encode())


def _is_this_machine() -> bool:
    host = urlsplit(f"//{request.host}").hostname
    return host in LOOPBACK and not any(name in request.headers for name in FORWARDED)


def _comes_from_our_pages() -> bool:
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


def secure(answer: Response) -> Response:
    answer.headers.update(SECURE)
    return answer
