"""The templates of our mails: subject and text of each, to be changed, previewed and put back."""

from functools import partial
from typing import Any

from flask import Response, abort, request
from jinja2 import TemplateError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import tongue
from ivr.console.door import console, page
from ivr.console.fields import Sheet, carry_out, sheet
from ivr.console.forms import WrongError, done, filled_in, token
from ivr.console.guard import needs
from ivr.console.house_settings import refused, told, unseen
from ivr.database import reading
from ivr.services import vocabulary
from ivr.services.mail import mail_templates
from ivr.services.mail.letters import Letter
from ivr.services.mail.mail_templates import Template
from ivr.services.settings import house, versions
from ivr.services.settings.house_rules import RefusedError
from ivr.services.staff.roles import May

ROW = "int(max=2147483647)"
ONE = "/settings/mails/<language>/<name>"


@console.get("/settings/mails")
@needs(May.SEE_SETTINGS)
def all_mail_templates() -> Response:
    language = vocabulary.known(request.args.get("language") or tongue.language())
    with reading() as db:
        those = list(mail_templates.all_of_them(db, language))
        return page(db, "mail_templates.html", templates=those, spoken=language)


@console.get(ONE)
@needs(May.SEE_SETTINGS)
def one_mail_template(language: str, name: str) -> Response:
    return _form(language, name, None)


def _found(db: Session, language: str, name: str) -> Template:
    if not mail_templates.is_known(language, name):
        abort(404, description=tongue.say("settings.no_mail"))
    return mail_templates.one(db, language, name)


def _form(language: str, name: str, paper: Sheet | None) -> Response:
    with reading() as db:
        found = _found(db, language, name)
        as_is = found.now | {"seen": str(versions.seen(db, found.setting))}
        if paper is None:
            paper = sheet(**as_is)
        elif "text" not in paper.given:
            paper = Sheet(paper.given.copy(), paper.wrong, paper.old)
            paper.given.update(as_is)
        return page(
            db,
            "mail_template.html",
            mail=found,
            preview=_preview(found, paper, house.ours(db).name),
            sheet=paper,
            history_of=versions.of(db, found.setting),
            differing=partial(_differing, found),
            token=token(_about(language, name)),
            told=told(),
        )


def _given(paper: Sheet) -> dict[str, str]:
    text = paper.given.get("text", "").replace("\0", "")[: mail_templates.LONGEST + 1]
    return mail_templates.cleaned(paper.line("subject"), text)


def _preview(found: Template, paper: Sheet, organization: str) -> Letter | None:
    """What is filled in, with sample values; None when that cannot be."""
    try:
        return found.sample(_given(paper), organization=organization)
    except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError):
        return None


def _about(language: str, name: str) -> str:
    return f"setting {mail_templates.setting_of(language, name)}"


def _differing(found: Template, before: Any, after: Any) -> list[tuple[str, str, str]]:
    old, new = before or found.written, after or found.written
    parts = [(part, old[part], new[part]) for part in ("subject", "text")]
    return [(tongue.say(f"settings.{one[0]}"), *one[1:]) for one in parts if one[1] != one[2]]


@console.post(ONE)
@needs(May.EDIT_SETTINGS)
def change_mail_template(language: str, name: str) -> Answer:
    """Saved, looked at before that, or as it stands in the file."""
    paper = sheet()

    def act(db: Session) -> Answer:
        found, do = _found(db, language, name), paper.line("do")
        unseen(db, found.setting, paper)
        now, by = clock.now(), filled_in(db).by
        try:
            if do == "written":
                new = mail_templates.put(db, now, by, found, None)
            elif do == "preview":
                mail_templates.check(found, _given(paper))
                raise WrongError(tongue.say("settings.only_preview"))
            else:
                new = mail_templates.write(db, now, by, found, _given(paper))
        except RefusedError as error:
            raise refused(paper, error) from error
        return _done(found, "saved" if new else "same")

    return carry_out(_about(language, name), paper, partial(_form, language, name), act)


def _done(found: Template, word: str) -> Answer:
    where = {"language": found.language, "name": found.name}
    return done("console.one_mail_template", **where, done=word)


@console.post(f"{ONE}/versions/<{ROW}:id_>/undo")
@needs(May.EDIT_SETTINGS)
def undo_mail_template(language: str, name: str, id_: int) -> Answer:
    paper = sheet()

    def act(db: Session) -> Answer:
        found = _found(db, language, name)
        unseen(db, found.setting, paper)
        version = versions.one(db, found.setting, id_)
        if version is None:
            abort(404, description=tongue.say("settings.no_version"))
        new = mail_templates.put(db, clock.now(), filled_in(db).by, found, version.before)
        return _done(found, "undone" if new else "same")

    return carry_out(_about(language, name), paper, partial(_form, language, name), act)
