"""How a file that somebody sent us is handed to a browser, by whichever door: saved, not opened.

Whoever asks has been let in by the door; where the file lies says services/tickets/attachments.py.
"""

from pathlib import Path

from flask import Response, send_file

CONFINED = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}
"""Even if it is opened all the same: no script, no form, no origin, nothing from elsewhere."""


def download(file: Path, name: str, media_type: str, etag: str | bool = True) -> Response:
    """To be saved under its name (RFC 6266 and 5987), whole or in part (RFC 9110, 14)."""
    return _confined(
        send_file(
            file,
            mimetype=media_type,
            as_attachment=True,
            download_name=name,
            conditional=True,
            etag=etag,
        )
    )


def preview(file: Path, media_type: str) -> Response:
    """To be shown: only for a picture, with the type that was found in it."""
    return _confined(send_file(file, mimetype=media_type, conditional=True))


def text(words: bytes) -> Response:
    """To be read: as plain text, whatever it says of itself."""
    return _confined(Response(words, mimetype="text/plain"))


def _confined(answer: Response) -> Response:
    answer.headers.update(CONFINED)
    return answer
