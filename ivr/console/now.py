"""The first page, for the worst hour of the night: who calls, what nobody has answered, who is on
call, what is about to be late, whether the system is well. What staff do from here: now_acts.py.
"""

from collections.abc import Sequence

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr import clock
from ivr.console import staff
from ivr.console.door import console, page
from ivr.console.forms import token, who
from ivr.console.guard import needs
from ivr.console.tongue import is_known, language, say
from ivr.console.words import listed
from ivr.database import reading
from ivr.models import Technician
from ivr.services.calls import numbers
from ivr.services.calls.callers import Caller
from ivr.services.on_call import tonight
from ivr.services.paging import live
from ivr.services.paging.live import Summons
from ivr.services.staff.roles import May
from ivr.services.sureness import health
from ivr.services.tickets import promises

ABOUT = "now"

console.add_app_template_filter(live.talks, "page_talks")

TOLD = ("ringing", "rung", "next", "closed")
"""What came of an act, each told by the word `done_` of it."""


@console.get("/")
@needs(May.SEE_TICKETS)
def now() -> Response:
    came = request.args.get("done", "")
    return _now(told=say(f"now.done_{came}") if came in TOLD else "")


def once_more(code: int, *, old: bool = False, wrong: str = "") -> Response:
    """The page again, with why nothing was done."""
    answer = _now(old=old, wrong=wrong)
    answer.status_code = code
    return answer


def _now(*, told: str = "", old: bool = False, wrong: str = "") -> Response:
    moment = clock.now()
    with reading() as db:
        me = whoever(db)
        return page(
            db,
            "now.html",
            live=live.now(db, moment),
            tonight=tonight.of(db, moment),
            promises=promises.near(db, moment),
            health=health.of(db, moment, language()),
            by=me.name if me else "",
            phones=me.phones if me else (),
            people=_people(db),
            token=token(ABOUT),
            told=told,
            old=old,
            wrong=wrong,
        )


def whoever(db: Session) -> Technician | None:
    """Who looks, or acts; before there are accounts, whom they say that they are."""
    found = staff.staff().person
    if found:
        return db.get(Technician, found.id)
    named = select(Technician).where(Technician.name == who(), Technician.active)
    return db.scalar(named.limit(1))


def _people(db: Session) -> Sequence[str]:
    """Whom one may say that one is, as long as nobody can sign in."""
    if staff.staff().person or request.args.get("part"):
        return ()
    names = select(Technician.name).where(Technician.active).order_by(Technician.name)
    return db.scalars(names).all()


# How it reads -------------------------------------------------------------------------------------


@console.app_template_filter("caller_name")
def name(caller: Caller) -> str:
    """Of somebody on the line, or the number that they call from."""
    if caller.name:
        return caller.name
    known = caller.number.startswith("+")
    return numbers.readable(caller.number) if known else say("now.unknown_number")


@console.app_template_filter("caller_step")
def step(caller: Caller) -> str:
    """Where somebody on the line is: keyed the ticket, choosing severity."""
    if caller.with_:
        return say("now.talks_with", name=caller.with_)
    exact = f"now.at_{caller.at.replace('.', '_')}"
    if caller.opens and caller.at == "customer.severity":
        exact += "_new"
    return say(exact if is_known(exact) else f"now.at_{caller.at.partition('.')[0]}")


@console.app_template_filter("page_whom")
def whom(summons: Summons) -> str:
    """What is being done about a page at this moment, and by whom."""
    if summons.holder:
        return _held(summons, summons.holder)
    if summons.mail:
        return say("now.mails", mail=summons.mail, level=summons.level)
    rings = dict.fromkeys(one.name for one in summons.rings if one.at is None)
    heard = dict.fromkeys(one.name for one in summons.rings if one.at is not None)
    told = []
    if heard:
        told.append(say("now.picked_up", names=listed(heard), count=len(heard)))
    if rings:
        told.append(say("now.rings", names=listed(rings), level=summons.level))
    return " ".join(told) or say("now.between", level=summons.level)


def _held(summons: Summons, name: str) -> str:
    if summons.relieves:
        return say("now.takes_over", name=name, other=summons.relieves)
    if live.talks(summons):
        return say("now.calls_customer", name=name)
    rung = any(one.person == summons.holder_id for one in summons.rings)
    return say("now.is_rung" if rung else "now.owes", name=name)
