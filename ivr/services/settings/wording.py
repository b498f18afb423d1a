"""What is said on the phone and sent by text, changed by staff: each sentence is a setting with its
history, by table, language and key. Without any it is what stands in callflows/prompts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Any

from sqlalchemy.orm import Session

from callflows import prompts
from ivr.models import SettingVersion
from ivr.services.settings import versions
from ivr.services.settings.house_rules import RefusedError

TABLES = ("prompts", "texts")
LONGEST = 300
"""Characters: a bad line and a stressed caller take no more."""
SAMPLES = {
    "organization": "2N5", "ticket": "4411", "customer": "Acme", "name": "Bo Chan", "minutes": 12,
    "count": 3, "before": 2, "level": 1, "press": 2, "code": "482913", "rota": "Level 1",
    "number": 7, "time": "17:00", "hour": "17", "minute": "05", "days": 3, "pages": 1, "tickets": 2,
}  # fmt: skip
"""What stands in the gaps when a sentence is tried out."""
SAMPLE_KEYS = {"due": "moment_today", "when": "until_today", "until": "moment_clock"}
"""Gaps that other sentences fill."""


@dataclass(frozen=True)
class Sentence:
    """One of them, as it is written and as it is now."""

    table: str
    language: str
    key: str
    written: str
    now: dict[str, str]
    version: SettingVersion | None = None

    @property
    def name(self) -> str:
        return name_of(self.table, self.language, self.key)

    @property
    def text(self) -> str:
        return self.now.get("text", self.written)

    @property
    def spoken_in(self) -> str:
        """The offer of another language is made in that language."""
        return self.now.get("language", self.language)

    @property
    def gaps(self) -> list[str]:
        return sorted(prompts.placeholders(self.written))

    @property
    def is_changed(self) -> bool:
        return self.version is not None and self.version.after is not None

    def sample(self, text: str = "", **values: Any) -> str:
        """As it would be heard."""
        there = SAMPLES | {name: _sample(self.language, key) for name, key in SAMPLE_KEYS.items()}
        names = {gap.partition(":")[0] for gap in self.gaps}
        values = {name: there.get(name, name) for name in names} | values
        return prompts.filled(self.spoken_in, text or self.text, values)


def _sample(language: str, key: str) -> str:
    return prompts.filled(language, prompts.FILES[language]["texts"][key], SAMPLES)


def name_of(table: str, language: str, key: str) -> str:
    return f"{table}/{language}/{key}"


def is_known(table: str, language: str, key: str) -> bool:
    return table in TABLES and key in prompts.FILES.get(language, {}).get(table, {})


def one(db: Session, table: str, language: str, key: str) -> Sentence:
    newest = versions.of(db, name_of(table, language, key), 1)
    return _sentence(table, language, key, newest[0] if newest else None)


def all_of_them(db: Session, language: str) -> Iterator[Sentence]:
    """As they stand in the files."""
    for table in TABLES:
        last = versions.last(db, f"{table}/{language}/")
        for key in prompts.FILES[language][table]:
            yield _sentence(table, language, key, last.get(name_of(table, language, key)))


def _sentence(table: str, language: str, key: str, version: SettingVersion | None) -> Sentence:
    written = (
        prompts.written(language, key)
        if table == "prompts"
        else {"text": prompts.FILES[language]["texts"][key]}
    )
    now = written | (version.after if version and version.after else {})
    return Sentence(table, language, key, written.get("text", ""), now, version)


def write(db: Session, now: datetime, by: str, sentence: Sentence, text: str) -> bool:
    """Raises RefusedError. The words that stand in the file are no change of them."""
    text = " ".join(text.split())
    check(sentence, text)
    return put(db, now, by, sentence, None if text == sentence.written else {"text": text})


def record(db: Session, now: datetime, by: str, sentence: Sentence, audio: str) -> bool:
    """It is played from now on; if it is ever lost, the words are said. Raises RefusedError."""
    may_be_recorded(sentence)
    return put(db, now, by, sentence, {"text": sentence.text, "audio": audio})


def may_be_recorded(sentence: Sentence) -> None:
    if sentence.table != "prompts" or sentence.gaps:
        raise RefusedError("", "sound_gaps")


def put(db: Session, now: datetime, by: str, sentence: Sentence, after: Any) -> bool:
    before = sentence.version.after if sentence.version else None
    return versions.write(db, now, by, sentence.name, before, after)


def check(sentence: Sentence, text: str) -> None:
    """Every gap of what is written, and no other. Raises RefusedError."""
    if not text:
        raise RefusedError("text", "no_words")
    if len(text) > LONGEST:
        raise RefusedError("text", "too_long", most=LONGEST)
    try:
        parts = [part[1:] for part in Formatter().parse(text)]
    except ValueError as error:
        raise RefusedError("text", "braces") from error
    gaps = {_gap(name, spec, how) for name, spec, how in parts if name is not None}
    wanted = set(sentence.gaps)
    if unknown := gaps - wanted:
        raise RefusedError("text", "gap_unknown", gaps=_told(unknown))
    if missing := wanted - gaps:
        raise RefusedError("text", "gap_missing", gaps=_told(missing))


def _gap(name: str, spec: str | None, conversion: str | None) -> str:
    return f"{name}{f'!{conversion}' if conversion else ''}{f':{spec}' if spec else ''}"


def _told(gaps: set[str]) -> str:
    return ", ".join(f"{{{gap}}}" for gap in sorted(gaps))
