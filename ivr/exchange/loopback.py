"""Who may use the exchange's pages: this machine, by a loopback name, on these pages.

A Host that is no loopback name is refused (a foreign name may be made to point here); a foreign
page can send neither our header nor our Origin, so that it cannot dial and cannot write.
"""

from urllib.parse import urlsplit

from flask import Response, jsonify, request

NAMES = {"127.0.0.1", "localhost", "[::1]"}
POLICY = "default-src 'self'; frame-ancestors 'none'"


def guard() -> Response | None:
    if request.host.rpartition(":")[0] not in NAMES and request.host not in NAMES:
        return Response("only on this machine", 403)
    if request.method == "POST" and not _from_our_page():
        return no("only from the exchange’s own pages", 403)
    return None


def _from_our_page() -> bool:
    """By the header that our scripts send, or the Origin that a browser sends with a form."""
    ours = request.headers.get("X-Requested-With") == "phones"
    return ours or urlsplit(request.headers.get("Origin", "")).netloc == request.host


def secure(answer: Response) -> Response:
    answer.headers.setdefault("Content-Security-Policy", POLICY)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def no(why: str, status: int) -> Response:
    answer = jsonify({"error": why})
    answer.status_code = status
    return answer
