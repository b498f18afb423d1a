"""The checks that only look at our own rows and disk."""

import shutil
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import reading
from ivr.models import Canary, CanaryState, Heartbeat, Policy, Rota, Technician
from ivr.services import canary as runs
from ivr.services import house, people, shifts, vocabulary
from ivr.services import rota as rotas
from ivr.services.carrier import Carrier
from ivr.services.found import Found, bad, off, ok, warn
from ivr.services.shifts import Shift
from ivr.settings import settings

AHEAD = timedelta(days=14)
SOON = timedelta(days=1)
SILENT = timedelta(seconds=15)
GIGABYTE = 1_000_000_000
LITTLE, LESS = GIGABYTE, GIGABYTE // 5
"""Room on the disk of which is warned, and with which recordings are soon lost."""


def ticker(_carrier: Carrier) -> Found:
    now = clock.now()
    with reading() as db:
        heart = db.get(Heartbeat, "tick")
    if heart is None or now - heart.at > SILENT:
        return bad("No ticker ticks: what is due is done late. Start it: ivr tick.")
    return ok("The ticker ticks.")


def disk(_carrier: Carrier) -> Found:
    free = shutil.disk_usage(settings().var_dir).free
    said = f"{free / GIGABYTE:.1f} GB are free for recordings and mail."
    if free >= LITTLE:
        return ok(said)
    told = f"{said} Make room on the disk of VAR_DIR."
    return warn(told) if free >= LESS else bad(told)


# The test call ------------------------------------------------------------------------------------


def canary(_carrier: Carrier) -> Found:
    if not settings().canary:
        return off("The line does not ring itself: set CANARY_NUMBER to a second number of yours.")
    if not runs.is_wanted():
        return off("The line does not ring itself: CANARY_EVERY is 0.")
    now = clock.now()
    with reading() as db:
        ended = select(Canary).where(Canary.ended_at.is_not(None)).order_by(Canary.id.desc())
        last = db.scalars(ended.limit(2)).all()
    if not last:
        return off("The line has not rung itself yet: it will in a few minutes, or do: ivr canary.")
    run = last[0]
    if now - (run.ended_at or now) > runs.every() + runs.LATE:
        return bad("The line has not rung itself for too long. See to the ticker and the workers.")
    if run.state == CanaryState.PASSED:
        return ok(f"The line rang itself, from the call to the note, in {_seconds(run)} s.")
    missing = vocabulary.word("en-CA", "canary", run.missing or "")
    said = f"The line rang itself in vain. Not reached: {missing}."
    said += f" {run.cause.capitalize()}." if run.cause else ""
    if len(last) > 1 and last[1].state == CanaryState.FAILED:
        return bad(f"{said} Call it yourself now, and see to what is bad on this page.")
    return warn(f"{said} It is tried again.")


def _seconds(run: Canary) -> int:
    return round(max(run.steps.values(), default=0))


# The rota -----------------------------------------------------------------------------------------


def _to_come(db: Session, now: datetime) -> dict[str, list[Shift]]:
    """The shifts of the next days of every rota that a policy rings, by the rota's name."""
    rung = {who["rota"] for level in _levels(db) for who in level.get("who", []) if "rota" in who}
    names = {one.id: one.name for one in db.scalars(select(Rota).where(Rota.id.in_(rung)))}
    plans = rotas.plans(db, now, now + AHEAD, names.keys())
    return {names[id_]: shifts.shifts(plan, now, now + AHEAD) for id_, plan in plans.items()}


def _levels(db: Session) -> list[dict]:  # type: ignore[type-arg]
    return [level for policy in db.scalars(select(Policy)) for level in policy.levels]


def rota(_carrier: Carrier) -> Found:
    now = clock.now()
    with reading() as db:
        gaps = [
            (shift.begins_at, shift.ends_at, name)
            for name, to_come in _to_come(db, now).items()
            for shift in to_come
            if not shift.people
        ]
        zone = ZoneInfo(house.ours(db).time_zone)
    if not gaps:
        return ok("Somebody is on call in every rota for the next 14 days.")
    begins, ends, name = min(gaps)
    when = "now" if begins <= now else f"from {_minute(begins, zone)}"
    said = f"Nobody is on call in {name} {when} until {_minute(ends, zone)}."
    if len(gaps) > 1:
        said += f" There are {len(gaps) - 1} more gaps in the next 14 days."
    told = f"{said} Put somebody on call."
    return bad(told) if begins < now + SOON else warn(told)


def _minute(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%a %-d %b, %H:%M")


def phones(_carrier: Carrier) -> Found:
    now = clock.now()
    with reading() as db:
        ids = {
            one
            for to_come in _to_come(db, now).values()
            for shift in to_come
            for one in shift.people
        }
        named = {who["person"] for level in _levels(db) for who in level.get("who", [])
                 if "person" in who}  # fmt: skip
        rung = people.by_ids(db, ids | named).values()
    silent = [one.name for one in rung if not one.phones]
    unproved = [one.name for one in rung if one.phones and not _is_verified(one)]
    if silent:
        return bad(f"On call, and no phone: {_and(silent)}. Give them a number.")
    if unproved:
        said = f"The phone of {_and(unproved)} is not verified: perhaps it is not reached."
        return warn(f"{said} That is done under People.")
    return ok("Whoever is on call in the next 14 days has a verified phone.")


def _is_verified(person: Technician) -> bool:
    return any(phone.verified_at for phone in person.phones)


def _and(names: list[str]) -> str:
    shown = sorted(names)[:5]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
