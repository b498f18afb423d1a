"""The words of our mails: a text and an HTML template each, by language, in ivr/mails.

The first line of the text template is the subject. HTML is escaped; a line break in a title can
add no header.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from ivr.services import vocabulary

LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str
    language: str


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("ivr", "mails"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["moment"] = moment
    return made


def moment(at: datetime, zone: str) -> str:
    """2026-11-23 16:50: read alike in both languages (CAN/CSA-Z234.4, ISO 8601)."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def write(name: str, language: str, **values: object) -> Letter:
    language = vocabulary.known(language)
    values |= {"language": language, "word": partial(vocabulary.word, language)}
    told = _templates().get_template(f"{name}.{language}.txt").render(values)
    subject, _, text = told.partition("\n")
    html = _templates().get_template(f"{name}.{language}.html").render(values)
    return Letter(" ".join(subject.split())[:LONGEST_SUBJECT], text.lstrip("\n"), html, language)
