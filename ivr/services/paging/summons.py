"""What a page tells beside the ringing: who is passed over and why, the lists and webhooks of a
level that begins, and the last level's mail.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ivr.models import Page
from ivr.services.mail import alerts
from ivr.services.paging import escalation
from ivr.services.paging.escalation import Level, Move
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind
from ivr.services.webhooks import events, webhooks


def tell(db: Session, now: datetime, page: Page, move: Move) -> None:
    for index in move.begun:
        _begins(db, now, page, page.policy[index], empty=index in move.passed)
    if move.mail:
        if move.round == move.first_round + 1:  # its first mail
            timeline.write(db, Kind.EXHAUSTED, now, ticket_id=page.ticket_id, to=move.mail)
        alerts.escalated(db, now, page, move.mail, move.round)


def _begins(db: Session, now: datetime, page: Page, level: Level, *, empty: bool) -> None:
    passed = [] if "mail" in level else escalation.passed_over(level, now)
    if empty or passed:
        kind = Kind.LEVEL_EMPTY if empty else Kind.PASSED_OVER
        about = page.ticket_id
        timeline.write(db, kind, now, ticket_id=about, level=level["level"], passed=passed)
    for target in level.get("tell", ()):
        _tell(db, now, page, level["level"], target)


def _tell(db: Session, now: datetime, page: Page, level: int, target: dict[str, Any]) -> None:
    if "mail" in target:
        alerts.summoned(db, now, page, target["mail"], level)
        return
    webhooks.post(db, now, target["webhook"], events.SUMMONED, page.ticket, level=level)
