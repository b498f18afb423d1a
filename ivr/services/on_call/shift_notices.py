"""What we tell each other about a shift that changes hands, by text and by mail: who is asked, who
agrees, who is on call then. Each occasion once for each of us, in their language and time zone.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from callflows.prompts import text
from ivr.models import Override, Technician
from ivr.services.calls import moments, numbers
from ivr.services.mail import letters, outbox
from ivr.services.settings import house
from ivr.services.staff import people
from ivr.settings import settings


def asked(db: Session, now: datetime, override: Override) -> None:
    """They may answer by text, or on the staff line."""
    _tell(db, now, override, override.technician, "shift_asked")


def agreed(db: Session, now: datetime, override: Override, by: Technician | None) -> None:
    for one in _concerned(override, by):
        what = "shift_yours" if one is override.technician else "shift_theirs"
        _tell(db, now, override, one, what)


def withdrawn(db: Session, now: datetime, override: Override, by: Technician | None) -> None:
    refused = by is override.technician and override.agreed_at is None
    for one in _concerned(override, by):
        if one is override.technician:
            _tell(db, now, override, one, "shift_not_yours")
        elif one is override.asked_by or override.agreed_at:
            _tell(db, now, override, one, "shift_refused" if refused else "shift_not_theirs")


def _concerned(override: Override, by: Technician | None) -> list[Technician]:
    """All but the one who does it."""
    several = (override.technician, override.instead_of, override.asked_by)
    return [one for one in dict.fromkeys(several) if one and one is not by and one.active]


def _tell(db: Session, now: datetime, override: Override, one: Technician, what: str) -> None:
    asks = what == "shift_asked"
    about = override.asked_by if asks else override.technician
    words = text(
        one.language,
        what,
        name=about.name if about else house.ours(db).name,
        rota=override.rota.name,
        when=when(db, now, override, one),
    )
    key = f"override-{override.id}-{what}-{one.id}"
    if one.phone:
        reply = text(one.language, "shift_reply", number=override.id) if asks else ""
        body = f"{words} {reply}".strip()
        outbox.write(db, now, key=f"{key}-text", channel="text", to=one.phone, body=body)
    letter = letters.write(
        "shift",
        one.language,
        sentence=words,
        number=override.id if asks else None,
        phone=numbers.readable(settings().twilio_number),
        organization=house.ours(db).name,
    )
    outbox.mail(db, now, key=key, to=one.email, letter=letter)


def when(db: Session, now: datetime, override: Override, one: Technician) -> str:
    zone = people.zone(db, one)
    until = moments.written(override.ends_at, zone, one.language)
    if override.starts_at <= now:
        return text(one.language, "shift_until", until=until)
    since = moments.written(override.starts_at, zone, one.language)
    return text(one.language, "shift_from", since=since, until=until)
