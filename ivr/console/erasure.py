"""The erasure of a person on request: finding them, seeing what would go and what a hold keeps,
confirming it by typing their name; and the receipt.

What is searched for is posted, so that no name stands in an address, a log or a history.
"""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Response, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console.door import console, page
from ivr.console.forms import done, filled_in, one_line, token, too_old
from ivr.console.guard import needs
from ivr.console.tongue import say
from ivr.database import reading, transaction
from ivr.models import Act, Contact, Erasure
from ivr.services import audit
from ivr.services.erasure import erasure, traces
from ivr.services.erasure.erasing import GONE
from ivr.services.erasure.erasure import NotPossibleError
from ivr.services.staff.roles import May
from ivr.services.tickets import customers

SEARCH = "erasure"
ROW = "int(max=2147483647)"
COUNTED = (
    *("tickets", "calls", "recordings", "lines", "mails", "messages", "files", "answers"),
    *("kept_tickets", "kept_recordings"),
)
DELETED = ("files_deleted", "carrier_recordings", "carrier_calls", "carrier_texts")


@console.get("/erasure", endpoint="erasure")
@needs(May.ERASE_PEOPLE)
def show_erasure() -> Response:
    return _search()


@console.post("/erasure")
@needs(May.ERASE_PEOPLE)
def find_person() -> Response:
    if too_old(SEARCH):
        answer = _search(old=True)
        answer.status_code = HTTPStatus.FORBIDDEN
        return answer
    asked = one_line("whom")
    if len(asked) < customers.SHORTEST:
        answer = _search(asked=asked, short=True)
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return answer
    with transaction() as db:
        found = customers.find(db, asked)
        by = filled_in(db).by
        audit.write(db, clock.now(), by, Act.SAW, "contacts", audit.Kind.PERSON_SEARCHED,
                    found=len(found))  # fmt: skip
    return _search(asked=asked, found=found)


def _search(
    *,
    asked: str = "",
    found: Sequence[Contact] | None = None,
    short: bool = False,
    old: bool = False,
) -> Response:
    with reading() as db:
        return page(
            db,
            "erasure.html",
            asked=asked,
            people=found or [],
            searched=found is not None,
            short=short,
            least=customers.SHORTEST,
            old=old,
            token=token(SEARCH),
            erasures=erasure.latest(db),
        )


@console.get(f"/erasure/people/<{ROW}:id_>")
@needs(May.ERASE_PEOPLE)
def erase_person(id_: int) -> Response:
    return _person(id_)


def _person(id_: int, *, wrong: str = "", old: bool = False) -> Response:
    with transaction() as db:
        contact = _contact(db, id_)
        found = traces.of(db, contact)
        by = filled_in(db).by
        audit.write(db, clock.now(), by, Act.SAW, f"contact-{id_}", audit.Kind.PERSON_SHOWN)
        return page(
            db,
            "erase.html",
            contact=contact,
            numbers=sorted(found.numbers),
            counts=found.counts(),
            counted=COUNTED,
            live=found.live,
            token=token(f"erase {id_}"),
            asked=request.form if wrong or old else {},
            wrong=wrong,
            old=old,
        )


def _contact(db: Session, id_: int) -> Contact:
    found = db.get(Contact, id_)
    if found is None or found.name == GONE:
        abort(404, description=say("erasure.nobody"))
    return found


@console.post(f"/erasure/people/<{ROW}:id_>")
@needs(May.ERASE_PEOPLE)
def begin_erasure(id_: int) -> Answer:
    if too_old(f"erase {id_}"):
        return _again(_person(id_, old=True), HTTPStatus.FORBIDDEN)
    try:
        with transaction() as db:
            form, contact = filled_in(db), _contact(db, id_)
            erasure.confirm(contact, form.line("name"))
            made = erasure.begin(db, clock.now(), contact, form.line("reference"), form.by)
    except NotPossibleError as error:
        told = say(f"erasure.{str(error).replace('-', '_')}")
        return _again(_person(id_, wrong=told), HTTPStatus.UNPROCESSABLE_ENTITY)
    return done("console.receipt", id_=made.id)


def _again(answer: Response, code: HTTPStatus) -> Response:
    answer.status_code = code
    return answer


@console.get(f"/erasure/receipts/<{ROW}:id_>")
@needs(May.ERASE_PEOPLE)
def receipt(id_: int) -> Response:
    with reading() as db:
        made = db.get(Erasure, id_)
        if made is None:
            abort(404, description=say("erasure.no_receipt"))
        return page(db, "receipt.html", made=made, counted=COUNTED, deleted=DELETED)
