"""The page of mailboxes: who has mail, what is in it, and what they write. Nothing but the news of
it needs a script.

What is in a mail is shown in a frame that runs no script and loads nothing.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, redirect, render_template, request, send_file, url_for

from ivr.exchange import letters, loopback
from ivr.exchange.letters import ADDRESS, File, Person
from ivr.exchange.mailboxes import BOXES, DRAFTS, INBOX, TROUBLE, Mailboxes

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import EmailMessage

    from werkzeug.datastructures import FileStorage

    from ivr.exchange.engine import Exchange

LARGEST = 60_000_000
"""More than the app takes, so that it is the app who refuses."""
LONGEST_TEXT = 2_000_000
POLICY = f"{loopback.POLICY}; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
"""A frame's mail may have styles of its own: it is under the page's policy too."""
FRAME = (
    '<base target="_blank"><meta name="referrer" content="no-referrer">'
    '<meta http-equiv="Content-Security-Policy"'
    " content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
    "<style>body { overflow-wrap: anywhere } img, table { max-width: 100% }</style>"
)
"""What a mail's HTML is shown behind: links open beside the page, nothing is loaded or too wide."""
BOX = f"any({','.join(BOXES)})"
LIST = "list"
ROLES = {"customer": "Customers", "technician": "Staff", LIST: "Lists"}

NOT_FOUND = "There is no such mail here."
TOO_LARGE = (
    "The files are too large, and nothing was sent."
    " Go back, and choose smaller ones: what you wrote is still there."
)
Page = Callable[..., str]


@dataclass(frozen=True)
class Form:
    """A letter while it is written."""

    to: str = ""
    subject: str = ""
    text: str = ""
    files: tuple[File, ...] = ()
    answers: str = ""
    draft: str = ""
    trouble: str = ""


def blueprint(exchange: Exchange, boxes: Mailboxes) -> Blueprint:
    made = Blueprint("mail", __name__, url_prefix="/mail")
    page = partial(_page, exchange, boxes)
    made.before_request(_room)
    made.before_request(loopback.guard)
    made.after_request(_secure)
    made.add_app_template_filter(_initials, "initials")
    made.add_app_template_filter(_size, "size")
    made.register_error_handler(404, lambda _: (page("mail.html", trouble=NOT_FOUND), 404))
    made.register_error_handler(413, lambda _: (page("mail.html", trouble=TOO_LARGE), 413))
    _reading(made, boxes, page)
    _writing(made, boxes, page, exchange.now)
    return made


def _reading(made: Blueprint, boxes: Mailboxes, page: Page) -> None:
    @made.get("")
    def index() -> Any:
        chosen = request.args.get("address", "").strip().lower()
        if ADDRESS.fullmatch(chosen):
            return redirect(url_for(".box", address=chosen))
        return page("mail.html", wrong=chosen)

    @made.get("/<address>", defaults={"name": INBOX})
    @made.get(f"/<address>/<{BOX}:name>")
    def box(address: str, name: str) -> Any:
        return page("mail.html", _address(address), name)

    @made.get(f"/<address>/<{BOX}:name>/<letter>")
    def letter(address: str, name: str, letter: str) -> Any:
        found = _found(boxes, address, name, letter)
        if name == DRAFTS:
            return page("write.html", address, name, letter, form=_again(found, letter))
        return page("letter.html", address, name, letter, **_told(found))

    @made.get(f"/<address>/<{BOX}:name>/<letter>/files/<int:at>")
    def file(address: str, name: str, letter: str, at: int) -> Any:
        held = letters.files(_found(boxes, address, name, letter))
        if at >= len(held):
            abort(404)
        one = io.BytesIO(held[at].content)
        return send_file(one, held[at].media_type, as_attachment=True, download_name=held[at].name)


def _writing(made: Blueprint, boxes: Mailboxes, page: Page, now: Callable[[], datetime]) -> None:
    @made.get("/<address>/write")
    def write(address: str) -> Any:
        writer, answers = _writer(boxes, address), request.args.get("answers", "")
        form = Form(to=request.args.get("to", ""))
        if answers:
            form = _answer(writer, _found(boxes, address, INBOX, answers), answers)
        return page("write.html", address, form=form)

    @made.post("/<address>/write")
    def send(address: str) -> Any:
        writer, draft = _writer(boxes, address), request.form.get("draft", "")
        letter = _written(boxes, writer, draft, now())
        try:
            name, trouble = boxes.send(letter, draft)
        except OSError as error:
            return page("write.html", address, form=_unkept(letter, error)), 507
        if trouble:
            return redirect(url_for(".letter", address=address, name=DRAFTS, letter=name), 303)
        return redirect(url_for(".box", address=address, sent=name), 303)

    @made.post("/<address>/drafts/<letter>/discard")
    def discard(address: str, letter: str) -> Any:
        _found(boxes, address, DRAFTS, letter)
        boxes.discard(address, letter)
        return redirect(url_for(".box", address=address), 303)


def _room() -> None:
    request.max_content_length, request.max_form_memory_size = LARGEST, LONGEST_TEXT


def _secure(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    if request.method == "GET" and not answer.direct_passthrough:
        answer.add_etag()
        answer.make_conditional(request)
    return loopback.secure(answer)


# What is shown ------------------------------------------------------------------------------------


def _page(
    exchange: Exchange,
    boxes: Mailboxes,
    template: str,
    address: str = "",
    box: str = INBOX,
    letter: str = "",
    **more: Any,
) -> str:
    people = sorted(boxes.people(), key=lambda one: list(ROLES).index(one.role))
    return render_template(
        template,
        groups=[(ROLES[role], list(them)) for role, them in groupby(people, attrgetter("role"))],
        unread=boxes.unread(),
        lists=[one for one in people if one.role == LIST],
        here=boxes.person(address) if address else None,
        box=box,
        letter=letter,
        letters=boxes.letters(address, box),
        drafts=len(boxes.letters(address, DRAFTS)),
        today=exchange.now().astimezone().date(),
        staff_url=exchange.staff_url,
        largest=LARGEST,
        **more,
    )


def _address(given: str) -> str:
    if not ADDRESS.fullmatch(given) or given != given.lower():
        abort(404)
    return given


def _found(boxes: Mailboxes, address: str, box: str, name: str) -> EmailMessage:
    found = boxes.open(_address(address), box, name)
    return found or abort(404)


def _writer(boxes: Mailboxes, address: str) -> Person:
    """Whoever may write from here: a list is read only."""
    person = boxes.person(_address(address))
    return abort(404) if person.role == LIST else person


def _told(letter: EmailMessage) -> dict[str, Any]:
    html = letters.body(letter, "html")
    return {
        "subject": letters.subject(letter),
        "sender": letters.people(letter, "From"),
        "recipients": letters.people(letter, "To", "Cc"),
        "at": letters.written_at(letter),
        "headers": [(name, str(value)) for name, value in letter.items()],
        "passages": letters.passages(letters.body(letter, "plain")),
        "html": html and FRAME + html,
        "files": letters.files(letter),
    }


def _initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalpha()]
    ends = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0].upper() for word in ends) or "@"


def _size(content: bytes) -> str:
    kilobytes = len(content) / 1000
    return f"{kilobytes / 1000:.1f} MB" if kilobytes >= 1000 else f"{max(1, round(kilobytes))} kB"  # noqa: PLR2004


# What is written ----------------------------------------------------------------------------------


def _answer(writer: Person, letter: EmailMessage, name: str) -> Form:
    return Form(
        to=letters.answer_to(letter),
        subject=letters.answer_subject(letter),
        text=letters.quote(letter, writer.language),
        answers=name,
    )


def _again(draft: EmailMessage, name: str) -> Form:
    return Form(
        to=str(draft["To"] or ""),
        subject=letters.subject(draft),
        text=letters.body(draft, "plain"),
        files=tuple(letters.files(draft)),
        draft=name,
        trouble=str(draft[TROUBLE] or ""),
    )


def _unkept(letter: EmailMessage, error: OSError) -> Form:
    """The disk does not take it: it is in the browser only, its files must be chosen again."""
    answers, draft = request.form.get("answers", ""), request.form.get("draft", "")
    trouble = f"It cannot be kept here: {error.strerror}."
    return replace(_again(letter, draft), files=(), answers=answers, trouble=trouble)


def _written(boxes: Mailboxes, writer: Person, draft: str, now: datetime) -> EmailMessage:
    """The letter that the form makes, with those files of its draft that are still wanted."""
    given = request.form
    earlier = boxes.open(writer.address, DRAFTS, draft)
    answered = boxes.open(writer.address, INBOX, given.get("answers", ""))
    kept = letters.files(earlier) if earlier else []
    files = [one for at, one in enumerate(kept) if str(at) in given.getlist("keep")]
    files += [_uploaded(one) for one in request.files.getlist("files") if one.filename]
    thread = str(earlier["References"] or "").split() if earlier else []
    if answered:
        thread = letters.thread(answered)
    to, subject, text = (given.get(name, "") for name in ("to", "subject", "text"))
    return letters.compose(writer, to, subject, text, now, files, thread)


def _uploaded(one: FileStorage) -> File:
    return File(one.filename or "", one.mimetype, one.read())
