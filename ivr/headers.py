"""What all our pages are sent with, by whichever door."""

from flask import Response

SECURE = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def secure(answer: Response) -> Response:
    """A file that somebody sent us has a stricter policy of its own."""
    own = answer.headers.get("Content-Security-Policy", SECURE["Content-Security-Policy"])
    answer.headers.update(SECURE | {"Content-Security-Policy": own})
    return answer
