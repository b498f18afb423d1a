"""The forms of the staff pages: what was filled in, by whom, with which files, and what is wrong
with it.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from flask import abort, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import signed, taking_in
from ivr.console import staff, words
from ivr.console.tongue import say
from ivr.models import Technician
from ivr.services.settings import house
from ivr.services.tickets import attachments
from ivr.services.tickets.attachments import Kept
from ivr.signed import Token

A_YEAR = 365 * 24 * 3600
LONGEST_TEXT = 10_000
LONGEST_LINE = 200
LARGEST_ROW = 2**31
PURPOSE = "staff form"
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def row(given: str) -> int | None:
    """The ID of a row, if it can be one."""
    number = int(given) if given.isascii() and given.isdigit() and len(given) <= 10 else 0  # noqa: PLR2004
    return number if 0 < number < LARGEST_ROW else None


class WrongError(Exception):
    """What is wrong with what was filled in, for whoever filled it in."""


@dataclass(frozen=True)
class Form:
    """What was filled in, and by whom."""

    fields: Mapping[str, str]
    by: str
    files: Sequence[Kept] = ()

    def text(self, name: str = "text", most: int = LONGEST_TEXT) -> str:
        return self.fields.get(name, "").replace("\0", "").strip()[:most]

    def line(self, name: str) -> str:
        return " ".join(self.text(name, LONGEST_LINE).split())

    def needed(self, name: str, told: str) -> str:
        given = self.line(name)
        if not given:
            raise WrongError(told)
        return given

    def email(self, name: str) -> str:
        """An address, or nothing."""
        given = self.line(name)
        if given and not ADDRESS.fullmatch(given):
            raise WrongError(say("forms.no_email", given=given))
        return given

    def words(self) -> str:
        """What was written; a file does not speak for itself."""
        if self.files and not self.text():
            raise WrongError(say("forms.say_what_files"))
        return self.text()


def one_line(name: str) -> str:
    """What was looked for, in a form that changes nothing."""
    return " ".join(request.form.get(name, "").replace("\0", "").split())[:LONGEST_LINE]


def token(about: str) -> str:
    """For a form of one ticket, or of one page, in this browser."""
    return signed.sign([staff.key(), about], PURPOSE)


def too_old(about: str) -> bool:
    """Whether the form was open for too long. One that is not ours gets nowhere."""
    found = signed.check(request.form.get("token", ""), [staff.key(), about], PURPOSE)
    if found is Token.FOREIGN:
        abort(403, description=say("forms.foreign"))
    return found is Token.OLD


def filled_in(db: Session, files: Sequence[Kept] = ()) -> Form:
    return Form(request.form, _author(db, request.form.get("by", "")), files)


def _author(db: Session, given: str) -> str:
    """Who acts: whoever is signed in; before there are accounts, somebody of the staff by name, or
    just staff.
    """
    if staff.staff().person:
        return staff.staff().name
    found = db.scalar(select(Technician.name).where(Technician.name == given).limit(1))
    return found or house.ANYBODY


@contextmanager
def attached() -> Iterator[list[Kept]]:
    """The files of the form, on the disk; away again when nothing comes of it."""
    try:
        with taking_in.files() as kept:
            yield kept
    except attachments.TooLargeError as error:
        most = words.size(attachments.LARGEST)
        told = say("forms.too_large", name=error, most=most)
        raise WrongError(told) from error
    except OSError as error:
        told = say("forms.not_kept", why=error.strerror)
        raise WrongError(told) from error


def done(endpoint: str, **values: str | int | None) -> Answer:
    """On to a page; whoever acted is remembered for the next form."""
    answer = redirect(url_for(endpoint, **values), HTTPStatus.SEE_OTHER)  # type: ignore[arg-type]
    by = request.form.get("by")
    if by is not None:
        answer.set_cookie("by", by, max_age=A_YEAR, httponly=True, samesite="Strict")
    return answer


def what_was_done(room: str, those: Collection[str]) -> str:
    """In the words of a room, what the page before came from doing."""
    done_ = request.args.get("done", "")
    return say(f"{room}.done_{done_}") if done_ in those else ""


def who() -> str:
    """Who this is, as this form says, or an earlier one said."""
    return request.form.get("by") or request.cookies.get("by", "")
