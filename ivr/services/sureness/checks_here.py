"""The checks that only look at our own rows and disk."""

import shutil
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import reading
from ivr.models import Canary, CanaryState, Heartbeat, Membership, Policy, Technician
from ivr.services.calls.carrier import Carrier
from ivr.services.on_call import findings
from ivr.services.on_call.findings import Problem
from ivr.services.settings import house
from ivr.services.staff import people
from ivr.services.sureness import canary as runs
from ivr.services.sureness import found
from ivr.services.sureness.found import Found, bad, off, ok, warn
from ivr.settings import settings

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
        return bad("no-tick")
    return ok("ticks")


def disk(_carrier: Carrier) -> Found:
    free = shutil.disk_usage(settings().var_dir).free
    state = ok if free >= LITTLE else warn if free >= LESS else bad
    found = state("free", gigabytes=free / GIGABYTE)
    return found if free >= LITTLE else found.also("make-room")


# The test call ------------------------------------------------------------------------------------


def canary(_carrier: Carrier) -> Found:
    if not settings().canary:
        return off("no-canary-number")
    if not runs.is_wanted():
        return off("no-canary")
    now = clock.now()
    with reading() as db:
        ended = select(Canary).where(Canary.ended_at.is_not(None)).order_by(Canary.id.desc())
        last = db.scalars(ended.limit(2)).all()
    if not last:
        return off("canary-soon")
    run = last[0]
    if now - (run.ended_at or now) > runs.every() + runs.LATE:
        return bad("canary-late")
    if run.state == CanaryState.PASSED:
        return ok("canary-passed", seconds=_seconds(run))
    twice = len(last) > 1 and last[1].state == CanaryState.FAILED
    failed = (bad if twice else warn)("canary-failed", step=run.missing or "")
    for key, values in runs.why(run):
        failed = failed.also(key, **values)
    return failed.also("canary-twice" if twice else "canary-once")


def _seconds(run: Canary) -> int:
    return round(max(run.steps.values(), default=0))


# The rota -----------------------------------------------------------------------------------------


def _rung(db: Session, kind: str) -> set[int]:
    """The rotas, people or teams that a policy rings."""
    levels = [level for policy in db.scalars(select(Policy)) for level in policy.levels]
    return {who[kind] for level in levels for who in level.get("who", []) if kind in who}


def _amiss(db: Session, now: datetime, *kinds: str) -> list[Problem]:
    """What is wrong in the days to come with the rotas that a policy rings."""
    rung = _rung(db, "rota")
    found = findings.problems(db, now)
    return [one for one in found if one.kind in kinds and one.rota_id in rung]


def rota(_carrier: Carrier) -> Found:
    now = clock.now()
    with reading() as db:
        gaps = _amiss(db, now, "gap")
        zone = house.ours(db).time_zone
    if not gaps:
        return ok("covered", days=findings.DAYS)
    first = gaps[0]
    gap = (bad if first.begins_at < now + SOON else warn)(
        "gap-now" if first.begins_at <= now else "gap",
        rota=first.rota,
        since=found.moment(first.begins_at, zone),
        until=found.moment(first.ends_at, zone),
    )
    if len(gaps) > 1:
        gap = gap.also("gaps", days=findings.DAYS, count=len(gaps))
    return gap.also("put-on-call")


def phones(_carrier: Carrier) -> Found:
    now = clock.now()
    with reading() as db:
        in_rotas = {one.person_id or 0 for one in _amiss(db, now, "no_phone", "unverified")}
        in_teams = select(Membership.technician_id).where(Membership.team_id.in_(_rung(db, "team")))
        rung = in_rotas | _rung(db, "person") | set(db.scalars(in_teams))
        those = people.by_ids(db, rung).values()
    silent = [one.name for one in those if not one.phones]
    unproved = [one.name for one in those if one.phones and not _is_verified(one)]
    if silent:
        return bad("no-phone", names=_some(silent))
    if unproved:
        return warn("unverified", names=_some(unproved))
    return ok("reachable", days=findings.DAYS)


def _is_verified(person: Technician) -> bool:
    return any(phone.verified_at for phone in person.phones)


def _some(names: list[str]) -> str:
    shown = sorted(names)[:5]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" (+ {more})" if more else "")
