"""A new ticket, whatever door it comes in by: opened, assigned, acknowledged, and paged if it is
critical (support policy, sections 1 to 3).
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Mail, Ticket
from ivr.services.mail import notices
from ivr.services.paging import paging
from ivr.services.tickets import assignment, tickets


def take(
    db: Session,
    now: datetime,
    *,
    severity: Severity,
    page: bool = True,
    mail: Mail | None = None,
    **what: Any,
) -> Ticket:
    """Without `page` the door pages itself: the phone, where somebody holds. `mail`: the one that
    asks for it. What is promised counts from when it came, and the acknowledgement answers it.
    """
    since = mail.received_at if mail else now
    ticket = tickets.open_ticket(db, now, severity=severity, since=since, **what)
    if mail:
        mail.ticket_id = ticket.id
    assignment.assign(db, now, ticket)
    critical = severity == Severity.CRITICAL
    if critical and page:
        paging.open_page(db, now, ticket)
    notices.acknowledged(db, now, ticket, paged=critical)
    return ticket
