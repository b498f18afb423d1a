"""The checks that only look at our own rows and disk."""

import shutil
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import reading
from ivr.models import Canary, CanaryState, Heartbeat, Membership, Policy, Technician
from ivr.services import canary as runs
from ivr.services import findings, house, people, vocabulary
from ivr.services.carrier import Carrier
from ivr.services.findings import Problem
from ivr.services.found import Found, bad, off, ok, warn
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
        zone = ZoneInfo(house.ours(db).time_zone)
    if not gaps:
        return ok(f"Somebody is on call in every rota for the next {findings.DAYS} days.")
    first = gaps[0]
    when = "now" if first.begins_at <= now else f"from {_minute(first.begins_at, zone)}"
    said = f"Nobody is on call in {first.rota} {when} until {_minute(first.ends_at, zone)}."
    if len(gaps) > 1:
        said += f" There are {len(gaps) - 1} more gaps in the next {findings.DAYS} days."
    told = f"{said} Put somebody on call."
    return bad(told) if first.begins_at < now + SOON else warn(told)


def _minute(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%a %-d %b, %H:%M")


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
        return bad(f"On call, and no phone: {_and(silent)}. Give them a number.")
    if unproved:
        said = f"The phone of {_and(unproved)} is not verified: perhaps it is not reached."
        return warn(f"{said} That is done under People.")
    return ok(f"Whoever is on call in the next {findings.DAYS} days has a verified phone.")


def _is_verified(person: Technician) -> bool:
    return any(phone.verified_at for phone in person.phones)


def _and(names: list[str]) -> str:
    shown = sorted(names)[:5]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
