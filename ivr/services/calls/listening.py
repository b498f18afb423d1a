"""Who has heard which recording: in the audit once a person, a recording and an hour, however often
a browser asks for another piece of it.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Act, AuditLine, Recording
from ivr.services import audit

AN_HOUR = timedelta(hours=1)


def heard(db: Session, now: datetime, recording: Recording, by: str) -> None:
    """Those who begin at the same time are one after the other."""
    db.execute(select(Recording.id).where(Recording.id == recording.id).with_for_update())
    about = f"recording-{recording.sid}"
    lately = select(AuditLine.id).where(
        AuditLine.about == about,
        AuditLine.by == by,
        AuditLine.act == Act.HEARD,
        AuditLine.at > now - AN_HOUR,
    )
    if db.scalar(lately.limit(1)) is None:
        audit.write(db, now, by, Act.HEARD, about, audit.Kind.RECORDING_HEARD)
