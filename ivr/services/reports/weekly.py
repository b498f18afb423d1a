"""The weekly mail to the managers: last week in a few figures, and where to see more. It names no
customer.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Reckoning, Role, Technician
from ivr.services import links
from ivr.services.calls.moments import Day
from ivr.services.mail import letters, outbox
from ivr.services.mail.letters import Letter
from ivr.services.reports import figures, periods, report
from ivr.services.reports.counted import zone
from ivr.services.reports.facts import RESOLUTION, RESPONSE
from ivr.services.reports.figures import Asked
from ivr.services.reports.report import Report
from ivr.services.settings import house

MAIL = "mail"
AT = time(8)
"""On Mondays, by the organization's clock."""


def next_one(db: Session, now: datetime) -> datetime:
    there = zone(db)
    monday = periods.week_of(now.astimezone(there).date())
    at = datetime.combine(monday, AT, there)
    if at <= now:
        at = datetime.combine(monday + periods.A_WEEK, AT, there)
    return at.astimezone(UTC)


def attend() -> None:
    """Tell the managers of the week that is over; one that was told of before is not told again."""
    now = clock.now()
    with reading() as db:
        told = of_week(db, now.astimezone(zone(db)).date() - periods.A_WEEK)
        letters_ = [(one.id, one.email, _letter(db, told, one.language)) for one in _readers(db)]
        following = next_one(db, now)
    with transaction() as db:
        row = db.scalars(select(Reckoning).where(Reckoning.name == MAIL).with_for_update()).one()
        for id_, to, letter in letters_:
            key = f"report-{told.asked.period.name}-{id_}"
            outbox.mail(db, now, key=key, to=to, letter=letter)
        row.done_at, row.due_at = now, following


def of_week(db: Session, day: date) -> Report:
    standing = figures.standing(db)
    period = periods.named(f"{day:%G-W%V}", day)
    return report.of(db, Asked(period, summed=standing.summed), standing)


def _readers(db: Session) -> Sequence[Technician]:
    """The managers; the admins where there are none."""
    for role in (Role.MANAGER, Role.ADMIN):
        those = select(Technician).where(Technician.role == role, Technician.active)
        if found := db.scalars(those.order_by(Technician.id)).all():
            return found
    return []


def _letter(db: Session, told: Report, language: str) -> Letter:
    ours, period = house.ours(db), told.asked.period
    promises = [
        (kind, told.promises[kind].all["met"], told.promises[kind].all.total())
        for kind in (RESPONSE, RESOLUTION)
    ]
    return letters.write(
        "weekly",
        language,
        organization=ours.name,
        week=Day(period.first),
        until=Day(period.last),
        opened=sum(one.total() for one in told.opened.values()),
        promises=promises,
        calls=told.called.total(),
        abandoned=told.called["abandoned"],
        answered=told.wait.count,
        unanswered=told.wait.unanswered,
        median=told.wait.at.get(50),
        ninety=told.wait.at.get(90),
        night=sum(one.night for one in told.load.values()),
        repeated=told.repeated,
        score=report.average(told.feedback),
        answers=told.feedback.total(),
        staff_url=links.reports(period.name),
    )
