"""The templates of our mails, changed by staff: subject and text of each, by language, with their
history. Without any it is what stands in ivr/mails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, partial
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError, meta, nodes
from sqlalchemy.orm import Session

from ivr.models import SettingVersion
from ivr.services import vocabulary
from ivr.services.calls.moments import Day, Moment
from ivr.services.mail import letters
from ivr.services.mail.letters import Letter
from ivr.services.settings import versions
from ivr.services.settings.house_rules import RefusedError

PART = "foot"
"""No mail of its own: it stands at the end of others."""
LONGEST = 8_000
GIVEN = {"language", "word"}
"""What every mail may name."""
NEEDED = ("url", "text", "sentence", "headline", "scores", "number")
"""What a value's name ends with that a mail is of no use without."""
NUMBER = "[#{{ ticket.number }}]"
"""By it an answer finds its ticket."""
THEN = Moment(datetime(2026, 11, 24, 8, tzinfo=UTC), "America/Toronto")
SAMPLES: dict[str, Any] = {
    "assignee": "Bo Chan", "at": THEN, "by": "Bo Chan", "cause": "", "closes_on": THEN,
    "customer": "Acme", "days": 14, "ends_at": THEN, "kind": "response", "left": [],
    "minutes": 12, "missing": "rang", "most": 20, "number": 7, "organization": "2N5",
    "paged": True, "person": "Bo Chan", "phone": "+1 800-555-0100",
    "portal_url": "https://support.example/portal/tickets/4411", "refused": False,
    "reopen_by": THEN, "respond_by": THEN, "rota": "Level 1", "score": 2,
    "scores": [(5, "https://support.example/feedback/5")], "step": 2, "steps": [("placed", 2.0)],
    "rung": [SimpleNamespace(level=1, name="Bo Chan", outcome="no-answer")],
    "staff_url": "https://support.example/tickets/4411",
    "stop_url": "https://support.example/feedback/stop",
    "url": "https://support.example/sign-in/link", "what": "person",
    "week": Day(date(2026, 11, 16)), "until": Day(date(2026, 11, 22)), "opened": 61, "calls": 97,
    "abandoned": 2, "promises": [("response", 58, 61), ("resolution", 40, 44)], "answered": 9,
    "unanswered": 1, "median": 48, "ninety": 130, "night": 5, "repeated": 3, "answers": 12,
}  # fmt: skip


def samples(language: str) -> dict[str, Any]:
    """What stands in the gaps when a mail is tried out."""
    words = vocabulary.of(language)["sample"]
    ticket = SimpleNamespace(number="4411", title=words["title"], severity="critical", level=2)
    told: dict[str, Any] = {name: words[name] for name in ("headline", "sentence", "text")}
    told |= {"sentences": [words["problem"]], "ticket": ticket, "open": [("nobody", [ticket])]}
    return SAMPLES | told


@dataclass(frozen=True)
class Template:
    """One of them, as it is written and as it is now."""

    name: str
    language: str
    written: dict[str, str]
    version: SettingVersion | None = None

    @property
    def setting(self) -> str:
        return setting_of(self.language, self.name)

    @property
    def now(self) -> dict[str, str]:
        return self.version.after if self.version and self.version.after else self.written

    @property
    def is_changed(self) -> bool:
        return self.version is not None and self.version.after is not None

    @property
    def gaps(self) -> list[str]:
        return sorted(_named("\n".join(self.written.values())) - GIVEN)

    def sample(self, given: dict[str, str] | None = None, **values: Any) -> Letter:
        """As it would be read. Raises TemplateError."""
        spoken = {"language": self.language, "word": partial(vocabulary.word, self.language)}
        known = letters.told(self.language, samples(self.language)) | spoken | values
        return letters.written(given or self.now, self.language, known)


def setting_of(language: str, name: str) -> str:
    return f"mail/{language}/{name}"


@cache
def names() -> list[str]:
    kind = f".{vocabulary.LANGUAGES[0]}.txt"
    there = (file.name for file in files("ivr").joinpath("mails").iterdir())
    return sorted(one.removesuffix(kind) for one in there if one.endswith(kind) and PART not in one)


def is_known(language: str, name: str) -> bool:
    return language in vocabulary.LANGUAGES and name in names()


@cache
def _written(language: str, name: str) -> dict[str, str]:
    file = files("ivr").joinpath("mails", f"{name}.{language}.txt")
    subject, _, text = file.read_text("utf-8").partition("\n")
    return {"subject": subject, "text": text.lstrip("\n")}


def one(db: Session, language: str, name: str) -> Template:
    newest = versions.of(db, setting_of(language, name), 1)
    return Template(name, language, _written(language, name), newest[0] if newest else None)


def all_of_them(db: Session, language: str) -> Iterator[Template]:
    last = versions.last(db, f"mail/{language}/")
    for name in names():
        version = last.get(setting_of(language, name))
        yield Template(name, language, _written(language, name), version)


def write(db: Session, now: datetime, by: str, template: Template, given: dict[str, str]) -> bool:
    """Raises RefusedError. What stands in the file is no change of it."""
    check(template, given)
    return put(db, now, by, template, None if given == template.written else given)


def put(db: Session, now: datetime, by: str, template: Template, after: Any) -> bool:
    before = template.version.after if template.version else None
    return versions.write(db, now, by, template.setting, before, after)


# What may be written ------------------------------------------------------------------------------


def cleaned(subject: str, text: str) -> dict[str, str]:
    lines = text.replace("\r\n", "\n").strip("\n")
    return {"subject": " ".join(subject.split()), "text": f"{lines}\n" if lines.strip() else ""}


def check(template: Template, given: dict[str, str]) -> None:
    """Only values that it has, those that it is of no use without, and it can be rendered. Raises
    RefusedError.
    """
    for part in ("subject", "text"):
        if not given[part]:
            raise RefusedError(part, "no_words")
        if len(given[part]) > (letters.LONGEST_SUBJECT if part == "subject" else LONGEST):
            raise RefusedError(part, "mail_long")
        _check_values(template, part, given[part])
    if NUMBER in template.written["subject"] and NUMBER not in given["subject"]:
        raise RefusedError("subject", "gap_missing", gaps=NUMBER)
    try:
        template.sample(given)
    except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError) as error:
        raise RefusedError("text", "mail_fails", why=str(error)[:200]) from error


def _check_values(template: Template, part: str, given: str) -> None:
    written = template.written[part]
    try:
        there, included = _named(given), _included(given)
    except TemplateSyntaxError as error:
        why, line = error.message or "", error.lineno
        raise RefusedError(part, "mail_syntax", why=why, line=line) from error
    allowed = set(template.gaps) | GIVEN
    if unknown := there - allowed:
        raise RefusedError(part, "gap_unknown", gaps=", ".join(sorted(unknown)))
    if included - _included(written):
        raise RefusedError(part, "gap_unknown", gaps=", ".join(map(str, included)))
    needed = {name for name in _named(written) if name.endswith(NEEDED)}
    missing = [*sorted(needed - there), *sorted(_included(written) - included)]
    if missing:
        raise RefusedError(part, "gap_missing", gaps=", ".join(missing))


def _named(source: str) -> set[str]:
    return meta.find_undeclared_variables(letters.own_templates().parse(source))


def _included(source: str) -> set[str]:
    """Other templates that it takes in; something that is only known when it is sent is refused."""
    tree = letters.own_templates().parse(source)
    kinds = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
    those = [getattr(one, "template", None) for one in tree.find_all(kinds)]
    return {str(getattr(one, "value", "?")) for one in those}
