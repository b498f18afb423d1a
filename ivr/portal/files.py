"""Files of customers: taken in while the form is still being filled in, or with it; handed out only
to whoever may see what they came with.

With scripts a browser sends each file by itself and gets a signed word for it, which the form
carries; without, the files come with the form. Either way they are on the disk before anything is
written down, and what nobody asks for any more is swept up (services/tickets/attachments.py).
"""

from dataclasses import asdict, dataclass, field
from http import HTTPStatus

from flask import Response, abort, jsonify, request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer

from ivr import handing_out, signed, taking_in
from ivr.database import reading
from ivr.portal import visitor, words
from ivr.portal.door import checked, portal, signed_in
from ivr.services.tickets import attachments, own_tickets
from ivr.services.tickets.attachments import Kept, TooLargeError

MOST = attachments.MOST_BY_WEB
PURPOSE = "kept file"


@dataclass
class Taken:
    """The files of a form, and what could not be taken."""

    kept: list[Kept] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """In the words of the visitor."""

    @property
    def words(self) -> list[tuple[str, Kept]]:
        """What the form carries when it is shown again."""
        return [(_word(one), one) for one in self.kept]


def _word(kept: Kept) -> str:
    return signed.sign([visitor.visitor().key, asdict(kept)], PURPOSE)


def _carried(given: str) -> Kept | None:
    found = signed.read(given, PURPOSE)
    return Kept(**found[1]) if found and found[0] == visitor.visitor().key else None


def take() -> Taken:
    """What the form carries, and what comes with it. A full disk is told like a file too large:
    what was written does not wait for it.
    """
    carried = [_carried(one) for one in request.form.getlist("kept")[:MOST]]
    taken = Taken(kept=[one for one in carried if one])
    given = [one for one in request.files.getlist("files") if one.filename]
    for file in given:
        if len(taken.kept) >= MOST:
            taken.wrong.append(_told("too_many_files", most=MOST))
            break
        found = _keep(file)
        if isinstance(found, Kept):
            taken.kept.append(found)
        else:
            taken.wrong.append(found)
    return taken


def _keep(file: FileStorage) -> Kept | str:
    """The file on the disk, or why it is not there."""
    name = attachments.safe_name(file.filename or "")
    if not attachments.is_taken(name):
        return _told("file_type", name=name)
    try:
        return attachments.keep(
            name, file.mimetype, taking_in.chunks(file), attachments.LARGEST_BY_WEB
        )
    except TooLargeError:
        most = words.size(visitor.visitor().language, attachments.LARGEST_BY_WEB)
        return _told("file_too_large", name=name, most=most)
    except OSError:
        return _told("file_not_kept", name=name)


def _told(key: str, **values: object) -> str:
    return words.say(visitor.visitor().language, key, "wrong", **values)


@portal.post("/files")
@signed_in
def send() -> Answer:
    """One file, ahead of its form."""
    taking_in.make_room()
    if not checked("files"):
        return _refused(_told("form_old"), HTTPStatus.FORBIDDEN)
    file = request.files.get("file")
    found = _keep(file) if file and file.filename else _told("not_understood")
    if isinstance(found, str):
        return _refused(found, HTTPStatus.UNPROCESSABLE_ENTITY)
    told = words.size(visitor.visitor().language, found.size)
    return jsonify(kept=_word(found), name=found.name, size=told)


def _refused(told: str, status: HTTPStatus) -> Answer:
    answer: Response = jsonify(told=told)
    answer.status_code = status
    return answer


@portal.get("/files/<key>")
@signed_in
def download(key: str) -> Answer:
    with reading() as db:
        found = own_tickets.file(db, visitor.visitor().contact, key)
    where = attachments.file_of(key) if found else None
    if found is None or where is None:
        abort(404)
    return handing_out.download(where, found.name, found.media_type)
