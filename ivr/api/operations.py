"""What a program can do: each operation says its address, scope, what it takes and what it tells.
The routes and the description of the API (openapi.py) are both made of that.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import msgspec
from flask import Response, g, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ivr import clock
from ivr.api import door, problems
from ivr.api.door import api
from ivr.api.problems import ProblemError
from ivr.database import reading, transaction
from ivr.models import ApiAnswer, Technician
from ivr.services import answers, audit
from ivr.services.staff.tokens import Scope

KEY = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
PRINTED = "[ -~]*"
"""What a key is made of."""


@dataclass(frozen=True)
class Ask:
    """A request of a program: in a session, in somebody's name, with what was sent."""

    db: Session
    now: datetime
    owner: Technician | None
    """Whose token it is; None: what is read on the machine itself (commands/listing.py)."""
    given: Any
    """The query of a read, the body of a write."""

    @property
    def by(self) -> str:
        return self.person.name

    @property
    def person(self) -> Technician:
        assert self.owner
        return self.db.get_one(Technician, self.owner.id)


Act = TypeVar("Act", bound=Callable[..., msgspec.Struct])


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    scope: Scope
    does: str
    """In one line."""
    takes: Any
    """The type of the query, or of the body of a write; None: nothing."""
    tells: Any
    status: HTTPStatus
    stands_at: str
    """Where what a write has made is found, with fields of what it tells in it."""
    act: Callable[..., msgspec.Struct]

    @property
    def writes(self) -> bool:
        return self.method == "POST"


OPERATIONS: list[Operation] = []


def reads(
    path: str, scope: Scope, does: str, *, tells: Any, takes: Any = None
) -> Callable[[Act], Act]:
    def enter(act: Act) -> Act:
        _enter(Operation("GET", path, scope, does, takes, tells, HTTPStatus.OK, "", act), _read)
        return act

    return enter


def writes(
    path: str, scope: Scope, does: str, *, tells: Any, takes: Any = None, stands_at: str = ""
) -> Callable[[Act], Act]:
    """One that makes something says where that stands."""
    status = HTTPStatus.CREATED if stands_at else HTTPStatus.OK

    def enter(act: Act) -> Act:
        _enter(Operation("POST", path, scope, does, takes, tells, status, stands_at, act), _write)
        return act

    return enter


def _enter(operation: Operation, carry_out: Callable[..., Response]) -> None:
    OPERATIONS.append(operation)
    api.add_url_rule(
        operation.path,
        operation.act.__name__,
        lambda **path: carry_out(operation, path),
        methods=[operation.method],
        provide_automatic_options=False,
    )


# Reading ------------------------------------------------------------------------------------------


def _read(operation: Operation, path: dict[str, Any]) -> Response:
    door.check(operation.scope)
    given = _query(operation.takes)
    with reading() as db:
        told = operation.act(Ask(db, clock.now(), g.token.technician, given), **path)
        return Response(msgspec.json.encode(told), mimetype="application/json")


def _query(wanted: Any) -> Any:
    twice = [name for name, those in request.args.lists() if len(those) > 1]
    if twice:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"{twice[0]} is given twice.")
    given = request.args.to_dict()
    if wanted is None and given:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"There is no parameter {next(iter(given))}.")
    try:
        return msgspec.convert(given, wanted, strict=False) if wanted else None
    except msgspec.ValidationError as error:
        wrong = problems.invalid(str(error))
        raise ProblemError(HTTPStatus.BAD_REQUEST, "A parameter is not right.", wrong) from error


def cursor(given: str) -> int | None:
    """The row before which a leaf begins."""
    return int(given[1:]) if given else None


WITH_OFFSET = Annotated[datetime, msgspec.Meta(tz=True)]


def instant(given: str | msgspec.UnsetType) -> datetime | None:
    """A moment of a query, if it is given."""
    try:
        return None if given is msgspec.UNSET else msgspec.convert(given, WITH_OFFSET)
    except msgspec.ValidationError as error:
        told = f"There is no such time: {given}."
        raise ProblemError(HTTPStatus.BAD_REQUEST, told) from error


def as_cursor(row: int | None) -> str | None:
    return f"c{row}" if row else None


# Writing ------------------------------------------------------------------------------------------


def _write(operation: Operation, path: dict[str, Any]) -> Response:
    door.check(operation.scope)
    given, key = _body(operation.takes), _key()
    try:
        try:
            with transaction() as db:
                return _once(db, operation, path, given, key)
        except IntegrityError:  # the same request, at the same time: its answer is there now
            if not key:
                raise
            with transaction() as db:
                return _once(db, operation, path, given, key)
    except answers.OtherRequestError as error:
        told = f"This {KEY} was sent with another request."
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, told) from error


def _once(
    db: Session, operation: Operation, path: dict[str, Any], given: Any, key: str
) -> Response:
    token, now = g.token, clock.now()
    audit.by_token(db, token.name)
    asked = hashlib.sha256(f"{request.full_path}\n".encode() + request.get_data()).hexdigest()
    was = answers.given(db, token.id, key, asked) if key else None
    if was:
        return _answer(operation, was.body.encode(), replayed=True)
    told = msgspec.json.encode(operation.act(Ask(db, now, token.technician, given), **path))
    if key:
        kept = ApiAnswer(token_id=token.id, key=key, request=asked, at=now)
        kept.body = told.decode()
        answers.keep(db, now, kept)
    return _answer(operation, told)


def _answer(operation: Operation, body: bytes, *, replayed: bool = False) -> Response:
    made = Response(body, operation.status, mimetype="application/json")
    if operation.stands_at:
        made.headers["Location"] = f"{api.url_prefix}{operation.stands_at}".format_map(
            msgspec.json.decode(body)
        )
    if replayed:
        made.headers[REPLAYED] = "true"
    return made


def _key() -> str:
    key = request.headers.get(KEY, "")
    if len(key) > answers.LONGEST_KEY or not re.fullmatch(PRINTED, key):
        told = f"An {KEY} has {answers.LONGEST_KEY} characters at most, all of them printed ASCII."
        raise ProblemError(HTTPStatus.BAD_REQUEST, told)
    return hashlib.sha256(key.encode()).hexdigest() if key else ""  # it may name somebody


def _body(wanted: Any) -> Any:
    if wanted is None:
        if request.get_data():
            raise ProblemError(HTTPStatus.BAD_REQUEST, "This takes no body.")
        return None
    if request.mimetype != "application/json":
        told = "Send JSON, with Content-Type: application/json."
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, told)
    try:
        return msgspec.json.decode(request.get_data(), type=wanted)
    except msgspec.ValidationError as error:
        wrong = problems.invalid(str(error))
        told = "What was sent is not right."
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, told, wrong) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"That is no JSON: {error}.") from error
