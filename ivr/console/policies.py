"""Policies: in which order they are asked, for which tickets each is, and what its levels do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Response, abort, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import policy_form
from ivr.console.door import console, page
from ivr.console.forms import done, filled_in, token, too_old, who
from ivr.console.guard import needs
from ivr.console.policy_form import Filled
from ivr.database import reading, transaction
from ivr.models import Policy
from ivr.models.policy import DEFAULT
from ivr.services import audit, board, customers, policies, policy_editing, policy_words
from ivr.services.policy_editing import Change, Wish, WrongError
from ivr.services.roles import May

ROW = "int(max=2147483647)"
SHOWN = 10
"""Changes on a policy's page."""
NEW = "a new policy"
"""What the form's token is signed for."""
MEANWHILE = "Somebody has changed this policy meanwhile. Look at it again, then say what you want."
TOLD = {
    "saved": "It is saved. Pages that are under way keep what they began with.",
    "moved": "The order is changed.",
    "removed": "It is removed. Pages that are under way keep it.",
}
BLANK = {
    "ring": "in_turn", "ring_for": "25", "rounds": "2", "wait": "0", "escalate_after": "120",
}  # fmt: skip


@dataclass
class Paper:
    """What stands in a form, and what is wrong with it, by field."""

    given: MultiDict[str, str]
    wrong: dict[str, str] = field(default_factory=dict)
    old: bool = False

    @property
    def code(self) -> HTTPStatus:
        if self.old:
            return HTTPStatus.FORBIDDEN
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.wrong else HTTPStatus.OK


def _policy(db: Session, id_: int) -> Policy:
    found = db.get(Policy, id_)
    if found is None:
        abort(404, description="There is no such policy.")
    return found


def _about(id_: int | None) -> str:
    return f"policy {id_}" if id_ else NEW


def _show(db: Session, template: str, id_: int | None, paper: Paper, **values: object) -> Response:
    answer = page(
        db,
        template,
        token=token(_about(id_)),
        given=paper.given,
        wrong=paper.wrong,
        old=paper.old,
        told=TOLD.get(request.args.get("done", "")),
        names=policy_words.names(db),
        people=board.choices(db).people,
        by=who(),
        **values,
    )
    answer.status_code = paper.code
    return answer


def _carry_out(
    id_: int | None, form: Callable[[Paper], Response], act: Callable[[Change, Filled], Answer]
) -> Answer:
    """What a form asks for; or the form again, with all that was filled in, and why not."""
    paper = Paper(MultiDict(request.form))
    if too_old(_about(id_)):
        paper.old = True
        return form(paper)
    filled = Filled(request.form, paper.wrong)
    try:
        with transaction() as db:
            if id_:
                _unchanged(_policy(db, id_))
            return act(Change(db, clock.now(), filled_in(db).by), filled)
    except WrongError as error:
        if str(error):
            paper.wrong.setdefault("", str(error))
    return form(paper)


def _unchanged(policy: Policy) -> None:
    """Of two who change it at the same time, the second looks again."""
    if request.form.get("seen") != policy_editing.digest(policy):
        raise WrongError(MEANWHILE)


# All of them --------------------------------------------------------------------------------------


@console.get("/policies")
@needs(May.SEE_POLICIES)
def all_policies() -> Response:
    return _all(Paper(MultiDict()))


def _all(paper: Paper) -> Response:
    with reading() as db:
        those = policies.in_order(db)
        found = {one.id: token(_about(one.id)) for one in those}
        values = {"policies": those, "tokens": found, "digest": policy_editing.digest}
        return _show(db, "policies.html", None, paper, default=DEFAULT, **values)


@console.post(f"/policies/<{ROW}:id_>/<any(up, down, remove):act>")
@needs(May.EDIT_POLICIES)
def policy_act(id_: int, act: str) -> Answer:
    def do(change: Change, _filled: Filled) -> Answer:
        policy = _policy(change.db, id_)
        if act == "remove":
            change.remove(policy)
        else:
            change.move(policy, -1 if act == "up" else 1)
        return done("console.all_policies", done="removed" if act == "remove" else "moved")

    return _carry_out(id_, _all, do)


# One of them --------------------------------------------------------------------------------------


@console.get("/policies/new")
@needs(May.EDIT_POLICIES)
def new_policy() -> Response:
    return _form(None, Paper(MultiDict()))


@console.post("/policies/new")
@needs(May.EDIT_POLICIES)
def add_policy() -> Answer:
    def do(change: Change, filled: Filled) -> Answer:
        made = change.add(_wish(change.db, filled))
        return done("console.one_policy", id_=str(made.id), done="saved")

    return _carry_out(None, lambda paper: _form(None, paper), do)


@console.get(f"/policies/<{ROW}:id_>")
@needs(May.SEE_POLICIES)
def one_policy(id_: int) -> Response:
    return _form(id_, None)


@console.post(f"/policies/<{ROW}:id_>")
@needs(May.EDIT_POLICIES)
def change_policy(id_: int) -> Answer:
    def do(change: Change, filled: Filled) -> Answer:
        change.conditions(_policy(change.db, id_), _wish(change.db, filled))
        return done("console.one_policy", id_=str(id_), done="saved")

    return _carry_out(id_, lambda paper: _form(id_, paper), do)


def _wish(db: Session, filled: Filled) -> Wish:
    wish = Wish(
        filled.needed("name", "Give it a name."),
        filled.customer(db, "customer"),
        filled.row("team"),
        filled.one_of("severity", ("critical", "major", "minor")),
        filled.one_of("hours", tuple(policy_words.HOURS)),
    )
    filled.stop_if_wrong()
    return wish


def _form(id_: int | None, paper: Paper | None) -> Response:
    """Its conditions to be changed, and its levels in words."""
    with reading() as db:
        policy = _policy(db, id_) if id_ else None
        return _show(
            db,
            "policy.html",
            id_,
            paper or Paper(_as_is(db, policy)),
            policy=policy,
            levels=policies.whole(policy.levels) if policy else [],
            seen=policy_editing.digest(policy) if policy else "",
            default=DEFAULT,
            customers=customers.names(db),
            hours=policy_words.HOURS,
            changes=audit.changes(db, f"policy-{id_}", SHOWN) if id_ else (),
        )


def _as_is(db: Session, policy: Policy | None) -> MultiDict[str, str]:
    if policy is None:
        return MultiDict()
    customer = policy_words.names(db).of["customer"].get(policy.customer_id or 0, "")
    return MultiDict(
        {
            "name": policy.name,
            "customer": customer,
            "team": str(policy.team_id or ""),
            "severity": policy.severity or "",
            "hours": policy.hours or "",
        }
    )


# A level ------------------------------------------------------------------------------------------


@console.get(f"/policies/<{ROW}:id_>/levels/<int(max=9):number>")
@needs(May.EDIT_POLICIES)
def one_level(id_: int, number: int) -> Response:
    """Number 0 is a new one."""
    return _level(id_, number, None)


@console.post(f"/policies/<{ROW}:id_>/levels/<int(max=9):number>")
@needs(May.EDIT_POLICIES)
def change_level(id_: int, number: int) -> Answer:
    def do(change: Change, filled: Filled) -> Answer:
        policy = _policy(change.db, id_)
        last = number == len(policies.whole(policy.levels))
        level = policy_form.last(filled) if last else policy_form.level(change.db, filled)
        change.level(policy, number - 1 if number else None, level)
        return done("console.one_policy", id_=str(id_), done="saved")

    return _carry_out(id_, lambda paper: _level(id_, number, paper), do)


@console.post(f"/policies/<{ROW}:id_>/levels/<int(max=9):number>/<any(up, down, remove):act>")
@needs(May.EDIT_POLICIES)
def level_act(id_: int, number: int, act: str) -> Answer:
    def do(change: Change, _filled: Filled) -> Answer:
        policy = _policy(change.db, id_)
        if act == "remove":
            change.remove_level(policy, number - 1)
        else:
            change.move_level(policy, number - 1, -1 if act == "up" else 1)
        return done("console.one_policy", id_=str(id_), done="saved")

    def form(paper: Paper) -> Response:
        with reading() as db:
            return _form(id_, Paper(_as_is(db, _policy(db, id_)), paper.wrong, paper.old))

    return _carry_out(id_, form, do)


def _level(id_: int, number: int, paper: Paper | None) -> Response:
    with reading() as db:
        policy = _policy(db, id_)
        levels = policies.whole(policy.levels)
        if number > len(levels):
            abort(404, description="There is no such level.")
        level = levels[number - 1] if number else None
        paper = paper or Paper(policy_form.as_is(level) if level else MultiDict(BLANK))
        return _show(
            db,
            "level.html",
            id_,
            paper,
            policy=policy,
            number=number,
            last=number == len(levels),
            seen=policy_editing.digest(policy),
            rows=policy_form.rows(paper.given),
            choices=policy_form.choices(db),
            rings=policy_words.RINGS,
        )
