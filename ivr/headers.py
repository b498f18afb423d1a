"""What all our pages are sent with, by whichever door."""

from flask import Response, request

SECURE = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
NOT_KEPT = {"Cache-Control": "no-store"}
"""By nobody: a page tells of tickets. Styles and scripts are kept, and asked about."""


def secure(answer: Response) -> Response:
    """A file that somebody sent us has a stricter policy of its own."""
    own = answer.headers.get("Content-Security-Policy", SECURE["Content-Security-Policy"])
    static = (request.endpoint or "").endswith(".static")
    kept = {} if static else NOT_KEPT
    answer.headers.update(SECURE | kept | {"Content-Security-Policy": own})
    return answer
