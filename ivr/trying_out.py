"""`ivr whom`: who would be rung for a ticket, printed."""

import json
import sys
from zoneinfo import ZoneInfo

from ivr import clock
from ivr.database import reading
from ivr.services import house, moments
from ivr.services import whom as dry

NOBODY = "-"
"""As the customer: none that we know."""


def whom(customer: str, severity: str, team: str | None, at: str | None, *, as_json: bool) -> int:
    with reading() as db:
        zone = house.ours(db).time_zone
        try:
            moment = moments.given(at, zone) if at else clock.now()
            asked = dry.named(db, "" if customer == NOBODY else customer, severity, team or "")
        except (dry.UnknownError, ValueError) as error:
            print(error.args[0], file=sys.stderr)
            return 1
        record = dry.would_ring(db, moment, asked, live=not at)
    if as_json:
        print(json.dumps(record, indent=2, ensure_ascii=False))
        return 0
    print(f"At {moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone}), if nobody answers:")
    print(dry.in_words(record))
    return 0
