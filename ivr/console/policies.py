"""Policies: in which order they are asked, for which tickets each is, and what its levels do."""

from collections.abc import Callable

from flask import Response, abort, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from callflows.turn import Severity
from ivr import clock
from ivr.console import policy_form
from ivr.console.door import console, page
from ivr.console.fields import Sheet, carry_out, severities, sheet
from ivr.console.forms import WrongError, done, filled_in, token, what_was_done, who
from ivr.console.guard import needs
from ivr.console.tongue import language, say
from ivr.database import reading
from ivr.models import Policy
from ivr.models.policy import DEFAULT
from ivr.services import audit
from ivr.services.paging import policies, policy_editing, policy_words
from ivr.services.paging.policy_editing import Change, Wish
from ivr.services.staff.roles import May
from ivr.services.tickets import board, customers

ROW = "int(max=2147483647)"
SHOWN = 10
"""Changes on a policy's page."""
NEW = "a new policy"
"""What the form's token is signed for."""
DONE = ("saved", "moved", "removed")
BLANK = {
    "ring": "in_turn", "ring_for": "25", "rounds": "2", "wait": "0", "escalate_after": "120",
}  # fmt: skip


def _policy(db: Session, id_: int) -> Policy:
    found = db.get(Policy, id_)
    if found is None:
        abort(404, description=say("policies.unknown"))
    return found


def _about(id_: int | None) -> str:
    return f"policy {id_}" if id_ else NEW


def _show(db: Session, template: str, id_: int | None, paper: Sheet, **values: object) -> Response:
    return page(
        db,
        template,
        token=token(_about(id_)),
        sheet=paper,
        told=what_was_done("policies", DONE),
        names=policy_words.names(db, language()),
        people=board.choices(db).people,
        by=who(),
        **values,
    )


def _carry_out(
    id_: int | None,
    form: Callable[[Sheet], Response],
    act: Callable[[Change, Sheet], Answer],
) -> Answer:
    """What a form asks for, if nobody has changed the policy meanwhile."""
    paper = sheet()

    def do(db: Session) -> Answer:
        if id_:
            _unchanged(_policy(db, id_))
        return act(Change(db, clock.now(), filled_in(db).by), paper)

    return carry_out(_about(id_), paper, form, do)


def _unchanged(policy: Policy) -> None:
    """Of two who change it at the same time, the second looks again."""
    if request.form.get("seen") != policy_editing.digest(policy):
        raise WrongError(say("policies.meanwhile"))


# All of them --------------------------------------------------------------------------------------


@console.get("/policies")
@needs(May.SEE_POLICIES)
def all_policies() -> Response:
    return _all(sheet())


def _all(paper: Sheet) -> Response:
    with reading() as db:
        those = policies.in_order(db)
        found = {one.id: token(_about(one.id)) for one in those}
        values = {"policies": those, "tokens": found, "digest": policy_editing.digest}
        return _show(db, "policies.html", None, paper, default=DEFAULT, **values)


@console.post(f"/policies/<{ROW}:id_>/<any(up, down, remove):act>")
@needs(May.EDIT_POLICIES)
def policy_act(id_: int, act: str) -> Answer:
    def do(change: Change, _paper: Sheet) -> Answer:
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
    return _form(None, sheet())


@console.post("/policies/new")
@needs(May.EDIT_POLICIES)
def add_policy() -> Answer:
    def do(change: Change, paper: Sheet) -> Answer:
        made = change.add(_wish(change.db, paper))
        return done("console.one_policy", id_=str(made.id), done="saved")

    return _carry_out(None, lambda paper: _form(None, paper), do)


@console.get(f"/policies/<{ROW}:id_>")
@needs(May.SEE_POLICIES)
def one_policy(id_: int) -> Response:
    return _form(id_, None)


@console.post(f"/policies/<{ROW}:id_>")
@needs(May.EDIT_POLICIES)
def change_policy(id_: int) -> Answer:
    def do(change: Change, paper: Sheet) -> Answer:
        change.conditions(_policy(change.db, id_), _wish(change.db, paper))
        return done("console.one_policy", id_=str(id_), done="saved")

    return _carry_out(id_, lambda paper: _form(id_, paper), do)


def _wish(db: Session, paper: Sheet) -> Wish:
    wish = Wish(
        paper.needed("name", say("policies.name_needed")),
        paper.customer(db, "customer"),
        paper.row("team"),
        paper.one_of("severity", tuple(Severity)),
        paper.one_of("hours", policy_words.HOURS),
    )
    paper.stop_if_wrong()
    return wish


def _form(id_: int | None, paper: Sheet | None) -> Response:
    """Its conditions to be changed, and its levels in words."""
    with reading() as db:
        policy = _policy(db, id_) if id_ else None
        return _show(
            db,
            "policy.html",
            id_,
            paper or Sheet(_as_is(db, policy)),
            policy=policy,
            levels=policies.whole(policy.levels) if policy else [],
            seen=policy_editing.digest(policy) if policy else "",
            default=DEFAULT,
            customers=customers.names(db),
            severities=severities(),
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
    def do(change: Change, paper: Sheet) -> Answer:
        policy = _policy(change.db, id_)
        last = number == len(policies.whole(policy.levels))
        level = policy_form.last(paper) if last else policy_form.level(change.db, paper)
        change.level(policy, number - 1 if number else None, level)
        return done("console.one_policy", id_=str(id_), done="saved")

    return _carry_out(id_, lambda paper: _level(id_, number, paper), do)


@console.post(f"/policies/<{ROW}:id_>/levels/<int(max=9):number>/<any(up, down, remove):act>")
@needs(May.EDIT_POLICIES)
def level_act(id_: int, number: int, act: str) -> Answer:
    def do(change: Change, _paper: Sheet) -> Answer:
        policy = _policy(change.db, id_)
        if act == "remove":
            change.remove_level(policy, number - 1)
        else:
            change.move_level(policy, number - 1, -1 if act == "up" else 1)
        return done("console.one_policy", id_=str(id_), done="saved")

    def form(paper: Sheet) -> Response:
        with reading() as db:
            return _form(id_, Sheet(_as_is(db, _policy(db, id_)), paper.wrong, paper.old))

    return _carry_out(id_, form, do)


def _level(id_: int, number: int, paper: Sheet | None) -> Response:
    with reading() as db:
        policy = _policy(db, id_)
        levels = policies.whole(policy.levels)
        if number > len(levels):
            abort(404, description=say("policies.no_level"))
        level = levels[number - 1] if number else None
        paper = paper or Sheet(policy_form.as_is(level) if level else MultiDict(BLANK))
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
        )
