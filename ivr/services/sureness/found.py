"""What a check has found: where it stands, and in sentences what is so and what to do about it.

The sentences are kept as their keys and values, and told in the language of whoever reads them
(ivr/vocabulary/<language>.toml, `found`).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivr.models import CheckState
from ivr.services import vocabulary
from ivr.services.calls import moments

WORDS = {"step": "canary", "cause": "cause", "status": "call-status"}
"""Values that have words of their own, and which."""
Said = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Found:
    state: CheckState
    said: tuple[Said, ...]

    def also(self, key: str, /, **values: Any) -> "Found":
        return Found(self.state, (*self.said, (key, values)))

    @property
    def kept(self) -> str:
        """As it stands in the row."""
        return json.dumps(self.said)

    def told(self, language: str) -> str:
        return told(language, self.said)


def told(language: str, said: Iterable[Said]) -> str:
    return " ".join(
        vocabulary.sentence(language, "found", key, **_in_words(language, values))
        for key, values in said
    )


def _in_words(language: str, values: dict[str, Any]) -> dict[str, Any]:
    """A step of the test call has a name in each language, a cause a sentence, a moment is written
    as it is there.
    """
    return {name: _word(language, name, value) for name, value in values.items()}


def _word(language: str, name: str, value: Any) -> Any:
    if name in WORDS:
        return vocabulary.word(language, WORDS[name], value)
    if isinstance(value, dict):
        return moments.written(datetime.fromisoformat(value["at"]), value["zone"], language)
    return value


def moment(at: datetime, zone: str) -> dict[str, str]:
    """As a value of a sentence, and as it is kept."""
    return {"at": at.isoformat(), "zone": zone}


def read(kept: str) -> list[Said]:
    """Nothing for what an earlier version wrote: it is looked at again in a moment."""
    return json.loads(kept) if kept.startswith("[") else []


def ok(key: str, /, **values: Any) -> Found:
    return Found(CheckState.OK, ((key, values),))


def warn(key: str, /, **values: Any) -> Found:
    return Found(CheckState.WARN, ((key, values),))


def bad(key: str, /, **values: Any) -> Found:
    return Found(CheckState.BAD, ((key, values),))


def off(key: str, /, **values: Any) -> Found:
    return Found(CheckState.OFF, ((key, values),))
