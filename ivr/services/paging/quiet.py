"""Quiet hours: when somebody wishes not to be disturbed by what can wait. The critical cannot."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ivr.models import Technician


def now(technician: Technician, at: datetime, zone: str) -> bool:
    """Whether it is their quiet time; over midnight where it ends before it begins."""
    begins, ends = technician.quiet_from, technician.quiet_until
    if not begins or not ends:
        return False
    wall = f"{at.astimezone(ZoneInfo(zone)):%H:%M}"
    if begins < ends:
        return begins <= wall < ends
    return wall >= begins or wall < ends
