"""Every sentence said on the phone or sent by text: to be changed, recorded, heard and put back."""

from functools import partial
from typing import Any

from flask import Response, abort, request, send_file
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import tongue
from ivr.console.door import console, page
from ivr.console.fields import Sheet, carry_out, sheet
from ivr.console.forms import LONGEST_LINE, done, filled_in, token, too_old
from ivr.console.guard import needs
from ivr.console.house_settings import refused, told, unseen
from ivr.database import reading
from ivr.services import vocabulary
from ivr.services.calls import recorded
from ivr.services.settings import house, versions, wording
from ivr.services.settings.house_rules import RefusedError
from ivr.services.settings.wording import Sentence
from ivr.services.staff.roles import May

ROW = "int(max=2147483647)"
ONE = "/settings/prompts/<table>/<language>/<key>"
ROOM_FOR_FORM = 100_000
"""Bytes, beside the recording."""
LONGEST_WORDS = 2_000


@console.get("/settings/prompts")
@needs(May.SEE_SETTINGS)
def all_prompts() -> Response:
    """In one language; those that have a text in them, or all."""
    language = vocabulary.known(request.args.get("language") or tongue.language())
    text = " ".join(request.args.get("text", "").split())[:LONGEST_LINE].replace("\0", "")
    with reading() as db:
        those = [one for one in wording.all_of_them(db, language) if _has(one, text)]
        return page(
            db,
            "prompts.html",
            tables={name: [one for one in those if one.table == name] for name in wording.TABLES},
            spoken=language,
            text=text,
        )


def _has(one: Sentence, text: str) -> bool:
    called = tongue.say(f"{one.table}.{one.key}")
    return text.casefold() in f"{called} {one.key} {one.text}".casefold()


@console.get(ONE)
@needs(May.SEE_SETTINGS)
def one_prompt(table: str, language: str, key: str) -> Response:
    return _form(table, language, key, None)


def _found(db: Session, table: str, language: str, key: str) -> Sentence:
    if not wording.is_known(table, language, key):
        abort(404, description=tongue.say("settings.no_prompt"))
    return wording.one(db, table, language, key)


def _form(table: str, language: str, key: str, paper: Sheet | None) -> Response:
    with reading() as db:
        found = _found(db, table, language, key)
        if paper is None:
            paper = sheet(text=found.text, seen=str(versions.seen(db, found.name)))
        return page(
            db,
            "prompt.html",
            prompt=found,
            sample=found.sample(organization=house.ours(db).name),
            sheet=paper,
            history_of=versions.of(db, found.name),
            differing=partial(_differing, found),
            token=token(_about(found)),
            told=told(),
            largest=recorded.LARGEST,
        )


def _about(found: Sentence) -> str:
    return f"setting {found.name}"


def _differing(found: Sentence, before: Any, after: Any) -> list[tuple[str, str, str]]:
    return [("", _as_words(found, before), _as_words(found, after))]


def _as_words(found: Sentence, value: dict[str, str] | None) -> str:
    text = (value or {}).get("text", found.written)
    return tongue.say("settings.recorded", text=text) if value and "audio" in value else text


@console.post(ONE)
@needs(May.EDIT_SETTINGS)
def change_prompt(table: str, language: str, key: str) -> Answer:
    """Other words, a recording, or what stands in the file."""
    request.max_content_length = recorded.LARGEST + ROOM_FOR_FORM
    paper, about = sheet(), _about_of(table, language, key)
    with reading() as db:
        found = _found(db, table, language, key)
    sound = _kept(paper, found) if paper.line("do") == "record" and not too_old(about) else ""

    def act(db: Session) -> Answer:
        paper.stop_if_wrong()
        found = _found(db, table, language, key)
        unseen(db, found.name, paper)
        try:
            new = WAYS.get(paper.line("do"), _write)(db, found, paper, sound)
        except RefusedError as error:
            raise refused(paper, error) from error
        return _done(found, "saved" if new else "same")

    return carry_out(about, paper, _again(table, language, key), act)


def _kept(paper: Sheet, found: Sentence) -> str:
    """The recording, on the disk before the transaction; its name, or what is wrong with it."""
    data = request.files["sound"].read() if "sound" in request.files else b""
    try:
        wording.may_be_recorded(found)
        return recorded.keep(data)
    except RefusedError as error:
        refused(paper, error)
    except OSError as error:
        why = error.strerror or ""
        paper.wrong["sound"] = tongue.say("settings.sound_not_kept", why=why)
    return ""


def _about_of(table: str, language: str, key: str) -> str:
    return f"setting {wording.name_of(table, language, key)}"


def _write(db: Session, found: Sentence, paper: Sheet, _sound: str) -> bool:
    text = paper.given.get("text", "").replace("\0", "")[:LONGEST_WORDS]
    return wording.write(db, clock.now(), filled_in(db).by, found, text)


def _record(db: Session, found: Sentence, _paper: Sheet, sound: str) -> bool:
    return wording.record(db, clock.now(), filled_in(db).by, found, sound)


def _as_written(db: Session, found: Sentence, _paper: Sheet, _sound: str) -> bool:
    return wording.put(db, clock.now(), filled_in(db).by, found, None)


WAYS = {"words": _write, "record": _record, "written": _as_written}
"""By what the button says that is to be done."""


def _done(found: Sentence, word: str) -> Answer:
    where = {"table": found.table, "language": found.language, "key": found.key}
    return done("console.one_prompt", **where, done=word)


def _again(table: str, language: str, key: str) -> Any:
    """The page again, with the words as they are where only something else was asked for."""

    def form(paper: Sheet) -> Response:
        if "text" not in paper.given:
            with reading() as db:
                found = _found(db, table, language, key)
                as_is = {"text": found.text, "seen": str(versions.seen(db, found.name))}
            paper = Sheet(paper.given.copy(), paper.wrong, paper.old)
            paper.given.update(as_is)
        return _form(table, language, key, paper)

    return form


@console.post(f"{ONE}/versions/<{ROW}:id_>/undo")
@needs(May.EDIT_SETTINGS)
def undo_prompt(table: str, language: str, key: str, id_: int) -> Answer:
    paper = sheet()

    def act(db: Session) -> Answer:
        found = _found(db, table, language, key)
        unseen(db, found.name, paper)
        version = versions.one(db, found.name, id_)
        if version is None:
            abort(404, description=tongue.say("settings.no_version"))
        new = wording.put(db, clock.now(), filled_in(db).by, found, version.before)
        return _done(found, "undone" if new else "same")

    return carry_out(_about_of(table, language, key), paper, _again(table, language, key), act)


@console.get("/settings/prompts/sounds/<name>")
@needs(May.SEE_SETTINGS)
def prompt_sound(name: str) -> Answer:
    """A recording as it is played, also one of earlier."""
    found = recorded.file(name)
    if found is None:
        abort(404, description=tongue.say("settings.no_sound_there"))
    return send_file(found, conditional=True)
