"""What a page tells beside the ringing: who is passed over and why, the lists and webhooks of a
level that begins, and the last level's mail.
"""

from contextlib import suppress
from datetime import datetime
from importlib import import_module
from typing import Any

from sqlalchemy.orm import Session

from ivr.models import Page
from ivr.services import alerts, escalation, timeline
from ivr.services.escalation import Level, Move
from ivr.services.timeline import Kind

SUMMONED = "page.summoned"
"""The event that a webhook is told which a level names."""


def tell(db: Session, now: datetime, page: Page, move: Move) -> None:
    for index in move.begun:
        _begins(db, now, page, page.policy[index], empty=index in move.passed)
    if move.mail:
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
    with suppress(ModuleNotFoundError):
        webhooks = import_module("ivr.services.webhooks")
        webhooks.post(db, now, target["webhook"], SUMMONED, page.ticket, level=level)
