"""The organization's settings: each on a page of its own, with its history."""

from functools import partial
from typing import Any

from flask import Response, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import setting_forms, setting_words, tongue
from ivr.console.door import console, page
from ivr.console.fields import ZONES, Sheet, carry_out, sheet
from ivr.console.forms import WrongError, done, filled_in, token
from ivr.console.guard import needs
from ivr.database import reading
from ivr.services import vocabulary
from ivr.services.settings import house_settings, versions
from ivr.services.settings.house_rules import RefusedError
from ivr.services.settings.house_settings import NAMES, Editing
from ivr.services.settings.versions import MeanwhileError
from ivr.services.staff.roles import May
from ivr.settings import settings

ROW = "int(max=2147483647)"
NAME = "any({})".format(",".join(f"'{name}'" for name in NAMES))
TOLD = ("saved", "undone", "same")


@console.get("/settings")
@needs(May.SEE_SETTINGS)
def all_settings() -> Response:
    with reading() as db:
        now = {name: house_settings.value(db, name) for name in NAMES}
        return page(
            db,
            "settings.html",
            names=NAMES,
            described={name: setting_words.described(name, value) for name, value in now.items()},
            last=versions.last(db),
        )


@console.get(f"/settings/<{NAME}:name>")
@needs(May.SEE_SETTINGS)
def one_setting(name: str) -> Response:
    return _form(name, None)


def _form(name: str, paper: Sheet | None) -> Response:
    with reading() as db:
        value = house_settings.value(db, name)
        if paper is None:
            paper = sheet(
                **setting_forms.FORMS[name].given(value), seen=str(versions.seen(db, name))
            )
        return page(
            db,
            "setting.html",
            name=name,
            value=value,
            sheet=paper,
            history_of=versions.of(db, name),
            described=partial(setting_words.described, name),
            differing=partial(setting_words.differing, name),
            token=token(_about(name)),
            told=told(),
            spoken=vocabulary.LANGUAGES,
            zones=ZONES,
            fixed=[one.strip() for one in settings().blocked_numbers.split(",") if one.strip()],
        )


def _about(name: str) -> str:
    return f"setting {name}"


def told() -> str:
    """What was done a moment ago."""
    word = request.args.get("done", "")
    return tongue.say(f"settings.told_{word}") if word in TOLD else ""


@console.post(f"/settings/<{NAME}:name>")
@needs(May.EDIT_SETTINGS)
def change_setting(name: str) -> Answer:
    paper = sheet()

    def act(db: Session) -> Answer:
        unseen(db, name, paper)
        try:
            wanted = setting_forms.FORMS[name].wanted(db, paper)
            paper.stop_if_wrong()
            new = Editing(db, clock.now(), filled_in(db).by).put(name, wanted)
        except RefusedError as error:
            raise refused(paper, error) from error
        return done("console.one_setting", name=name, done="saved" if new else "same")

    return carry_out(_about(name), paper, partial(_form, name), act)


@console.post(f"/settings/<{NAME}:name>/versions/<{ROW}:id_>/undo")
@needs(May.EDIT_SETTINGS)
def undo_setting(name: str, id_: int) -> Answer:
    paper = sheet()

    def act(db: Session) -> Answer:
        unseen(db, name, paper)
        version = versions.one(db, name, id_)
        if version is None or version.before is None:
            abort(404, description=tongue.say("settings.no_version"))
        try:
            new = Editing(db, clock.now(), filled_in(db).by).undo(version)
        except RefusedError as error:
            raise refused(paper, error) from error
        return done("console.one_setting", name=name, done="undone" if new else "same")

    return carry_out(_about(name), paper, lambda again: _form(name, _afresh(again)), act)


def _afresh(paper: Sheet) -> Sheet | None:
    """The page as it is, with why nothing was done."""
    with reading() as db:
        name = str((request.view_args or {})["name"])
        given: dict[str, Any] = setting_forms.FORMS[name].given(house_settings.value(db, name))
        afresh = Sheet(paper.given.copy(), paper.wrong, paper.old)
        afresh.given.update(given | {"seen": str(versions.seen(db, name))})
        return afresh


def unseen(db: Session, name: str, paper: Sheet) -> None:
    """Raises WrongError when somebody has changed it meanwhile."""
    try:
        versions.unseen(db, name, paper.line("seen"))
    except MeanwhileError as error:
        raise WrongError(tongue.say("settings.meanwhile")) from error


def refused(paper: Sheet, error: RefusedError) -> WrongError:
    """What is wrong, beside its field."""
    paper.wrong[error.field] = tongue.say(f"settings.{error.word}", **error.values)
    return WrongError()
