"""The words of our mails: a text and an HTML template each, by language, in ivr/mails.

The first line of the text template is the subject. HTML is escaped; a line break in a title can add
no header. What staff have written instead (services/mail/mail_templates.py) is a text, which its
HTML is made of; it is rendered in a cage, and one that fails is as if it were not there.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial

from jinja2 import (
    Environment,
    PackageLoader,
    StrictUndefined,
    TemplateError,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ivr.services import vocabulary
from ivr.services.calls.moments import Day, Moment
from ivr.services.settings import in_force

LONGEST_SUBJECT = 200
PARAGRAPHS = re.compile(r"\n{2,}")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str
    language: str


@cache
def _templates(kind: type[Environment] = Environment) -> Environment:
    return kind(
        loader=PackageLoader("ivr", "mails"),
        autoescape=select_autoescape(["html"], default_for_string=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def write(name: str, language: str, **values: object) -> Letter:
    language = vocabulary.known(language)
    values = told(language, values)
    values |= {"language": language, "word": partial(vocabulary.word, language)}
    own = in_force.value(f"mail/{language}/{name}")
    if own:
        try:
            return written(own, language, values)
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError) as error:
            log.warning("the mail %s as staff wrote it: %s", name, type(error).__name__)
    written_as = _templates().get_template(f"{name}.{language}.txt").render(values)
    subject, _, text = written_as.partition("\n")
    html = _templates().get_template(f"{name}.{language}.html").render(values)
    return Letter(" ".join(subject.split())[:LONGEST_SUBJECT], text.lstrip("\n"), html, language)


def told(language: str, values: Mapping[str, object]) -> dict[str, object]:
    """A moment is told to each reader in their own language."""
    return {
        name: value.told(language) if isinstance(value, Moment | Day) else value
        for name, value in values.items()
    }


def written(own: Mapping[str, str], language: str, values: Mapping[str, object]) -> Letter:
    """What staff wrote, with its values. Raises what Jinja and what is written in it raise."""
    cage = own_templates()
    body, subject = (cage.from_string(own[part]).render(values) for part in ("text", "subject"))
    paragraphs = [one.strip("\n") for one in PARAGRAPHS.split(body) if one.strip()]
    html = _templates().get_template("own.html").render(language=language, paragraphs=paragraphs)
    return Letter(" ".join(subject.split())[:LONGEST_SUBJECT], body.lstrip("\n"), html, language)


def own_templates() -> Environment:
    """For what staff write: it reaches nothing but its values."""
    return _templates(ImmutableSandboxedEnvironment)
