"""What the parts of an import file are made of."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, ConfigDict, Field

Email = Annotated[
    str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254), AfterValidator(str.lower)
]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Minute = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


def _zone(given: str) -> str:
    try:
        ZoneInfo(given)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("is no time zone, such as America/Toronto") from error
    return given


Zone = Annotated[str, AfterValidator(_zone)]
GIVEN = ConfigDict(extra="forbid", str_strip_whitespace=True)
"""How strictly all of it is read."""
