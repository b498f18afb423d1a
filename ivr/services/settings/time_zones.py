"""Time zones as people name them."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class UnknownZoneError(ValueError):
    """No time zone is called so."""


def named(given: str) -> str:
    """Its name in the IANA database. Raises UnknownZoneError, with what to say."""
    try:
        return ZoneInfo(given.strip().replace(" ", "_")).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZoneError("is no time zone, such as America/Toronto") from error
