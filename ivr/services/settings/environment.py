"""What is fixed when the service is started: each setting with its value and where that comes from.
Secrets are masked, wherever they stand.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from ivr.settings import Settings

MASK = "••••••••"
SECRET = ("token", "token_secondary", "password", "secret")
"""What the name of a secret ends with."""
HELD = {
    "database_url": "database",
    "twilio_api_url": "carrier_url",
    "public_url": "own_url",
    "transcription_configuration": "transcription",
}
"""What holds when nothing is given, by another name."""


class Source(StrEnum):
    ENVIRONMENT = "environment"
    FILE = "file"
    GENERATED = "generated"
    DEFAULT = "default"


@dataclass(frozen=True)
class Fixed:
    name: str
    value: str
    source: Source


def all_of_it(held: Settings, given: Mapping[str, str] = os.environ) -> Iterator[Fixed]:
    for field in held.__struct_fields__:
        name = field.upper()
        source = _source(name, given, held)
        yield Fixed(name, _shown(field, _value(field, source, held)), source)


def _source(name: str, given: Mapping[str, str], held: Settings) -> Source:
    if given.get(name):
        return Source.ENVIRONMENT
    if given.get(f"{name}_FILE"):
        return Source.FILE
    made = name in {"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"} and held.embedded_exchange
    return Source.GENERATED if made else Source.DEFAULT


def _value(field: str, source: Source, held: Settings) -> str:
    if source is Source.GENERATED:
        return held.credentials[0 if field.endswith("sid") else 1]
    value = getattr(held, field) or getattr(held, HELD.get(field, ""), "")
    if isinstance(value, bool):
        return str(int(value))
    return str(value)


def _shown(field: str, value: str) -> str:
    if field.endswith(SECRET):
        return MASK if value else ""
    return _without_password(value) if field.endswith("_url") else value


def _without_password(url: str) -> str:
    """Nobody signs in by what is shown; and what an address is asked with may be a secret, too."""
    parts = urlsplit(url)
    if parts.password is None and not parts.query:
        return url
    user, _, where = parts.netloc.rpartition("@")
    place = f"{user.partition(':')[0]}:{MASK}@{where}" if parts.password else parts.netloc
    return urlunsplit(parts._replace(netloc=place, query=MASK if parts.query else ""))
