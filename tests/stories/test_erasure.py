"""A person is erased: afterwards nothing that they said or wrote, and nothing that names them, is
anywhere, while the tickets, their times and what others wrote are still there.
"""

import base64
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import inspect, select, text

from ivr import clock
from ivr.database import engine, reading, transaction
from ivr.models import (
    ApiAnswer,
    AuditLine,
    Contact,
    Correction,
    Delivery,
    Erasure,
    Feedback,
    Hold,
    Recording,
    SavedView,
    Ticket,
    Webhook,
)
from ivr.services.calls import transcripts
from ivr.services.erasure import holds
from ivr.services.settings import house_settings, in_force, versions
from ivr.services.settings.house_settings import Editing
from ivr.services.tickets import conversation, relations, saved_views, search, tickets, timeline
from ivr.services.tickets.ticket_filters import Moment, Wanted
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings
from tests.api.program import Program, token
from tests.console.browsing import receive
from tests.console.staff import Staff
from tests.console.staff import text as words
from tests.console.test_files import named
from tests.console.test_pages import leaves_a_message
from tests.mail.corpus import mail, multipart, part
from tests.stories.line import Line
from tests.stories.test_by_portal import opens, signed_in
from tests.stories.test_reaching_a_technician import hold

MARKS = (
    "quetzal",
    "ocelot",
    "tapir",
    "jerboa",
    "numbat",
    "axolotl",
    "okapi",
    "kakapo",
    "markhor",
    "zorilla",
    "gerenuk",
)
"""A word in everything that she says or writes, or that is written to her, which nobody else uses."""
NAMES = ("Ana Roy", "ana@acme.example", "5145550100", "514-555-0100", "514 555 0100")
BYSTANDER = "armadillo"
PERSON = "/erasure/people/1"


def speaks_and_writes(line: Line) -> None:
    leaves_a_message(line, line.customer(), "4411", "The quetzal has no dial tone")
    line.passes(30)
    ana, bo = hold(line), line.technician("Bo Chan")
    bo.answer()
    line.passes(4)
    bo.press("1")
    line.until(lambda: bo.talking_to)
    line.passes(20)
    ana.hang_up()
    line.passes(6)
    bo.press("1")
    line.until(lambda: bo.expects == "speech", within=30)
    bo.speak("Ana Roy keeps an ocelot")
    line.passes(30)
    line.customer().text("My tapir is on fire")
    log = part(b"jerboa 10.0.0.1 down", "text/plain", Content_Disposition=named("jerboa.log"))
    receive(line, multipart("mixed", part("See the jerboa.\n"), log, Subject="Re: [#4411] jerboa"))
    receive(line, mail("A numbat in the rack.\n", Subject="[#42] numbat", Message_ID="<2@a>"))
    receive(line, mail("axolotl at night\n", Subject="The axolotl", Message_ID="<3@a>"))
    portal = signed_in(line)
    portal.press("/portal/tickets/4411", "/portal/tickets/4411/replies", text="Still okapi.")
    opens(line, portal, title="okapi", description="okapi, all of it")
    other = mail(
        f"An {BYSTANDER} here.\n", From="Tom <tom@t.example>", Subject=BYSTANDER, Message_ID="<4@t>"
    )
    receive(line, other)


def is_written_to_and_about(line: Line) -> None:
    """What our people, and programs, write."""
    with transaction() as db:
        now, ticket = clock.now(), tickets.find(db, "4411")
        assert ticket
        conversation.reply(db, now, ticket, "Bo Chan", "Dear Ana Roy, feed the kakapo.")
        relations.watch(db, now, tickets.find(db, "42") or ticket, "ana@acme.example")
        tickets.note(
            db, now, tickets.find(db, "42") or ticket, "Bo Chan", "Ask Ana Roy, 5145550100"
        )
        timeline.write(db, Kind.LIFELINE, now, event={"number": "+15145550100", "what": "dial"})
        db.add(Webhook(name="n", url="https://x.example", secret="s", made_at=now, active=False))
        db.flush()
        db.add(Delivery(webhook_id=1, key="k", event="ticket.changed", order_key="4411", state="sent",
                        data={"title": "The markhor"}, made_at=now))  # fmt: skip
        db.add(Feedback(ticket_id=ticket.id, contact_id=1, closing=now, token="t", asked_at=now,
                        asked_by="mail", answered_at=now, score=2, comment="Slow as a markhor"))  # fmt: skip
    line.passes(10)


def leaves_copies(line: Line) -> None:
    """What else has words of hers: a transcript that was corrected, views of the list that look
    for them, and what a program was answered.
    """
    with transaction() as db:
        now = clock.now()
        said = db.scalars(select(Recording).where(Recording.transcript.contains("quetzal"))).one()
        transcripts.correct(db, now, said, "The fax has no zorilla", "Bo Chan", 0)
        for name, query in (
            ("zorilla", "status=unresolved&text=zorilla+%22has+no%22"),
            ("Of Ana Roy", "order=oldest"),
            ("Hers", "phone=%2B15145550100"),
            (BYSTANDER, f"text={BYSTANDER}"),
        ):
            saved_views.keep(db, now, None, name, query, shared=False)
        blocked = [{"number": "+15145550100", "why": "Rings at night"}]
        for values in (blocked, [], blocked):
            Editing(db, now, "Mona").put("blocked-numbers", values)
        gone = {"subject": "For Ana Roy", "text": "Hello"}
        versions.write(db, now, "Mona", "mail/en-CA/reply", gone, None)
    program, asked = Program(token("Bo Chan")), {"title": "A gerenuk", "severity": "minor"}
    for _twice in range(2):
        program.does("/tickets", asked | {"email": "ana@acme.example"}, key="gerenuk of Ana Roy")


def everything() -> Iterator[tuple[str, str]]:
    """Every value of every table, every file, and for SQLite what is left between the rows."""
    with engine().connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'select * from "{table}"')):
                yield f"table {table}", str(tuple(row))
    files = [one for one in settings().var_dir.rglob("*") if one.is_file()]
    if engine().dialect.name == "sqlite":
        database = engine().url.database
        assert database
        files += [one for one in settings().var_dir.parent.glob("ivr.db*") if one.is_file()]
    for one in files:
        raw = one.read_bytes()
        decoded = b"".join(_unpacked(found) for found in re.findall(rb"[A-Za-z0-9+/=\n]{24,}", raw))
        yield f"file {one.name}", (raw + decoded).decode("latin-1")


def _unpacked(found: bytes) -> bytes:
    try:
        return base64.b64decode(found.replace(b"\n", b""))
    except ValueError:
        return b""


def found(*needles: str) -> set[tuple[str, str]]:
    return {
        (where, needle)
        for where, told in everything()
        for needle in needles
        if needle.lower() in told.lower()
    }


def erases(line: Line, typed: str = "ana roy", reference: str = "P-2026-7") -> str:
    """By the pages. Returns the receipt."""
    staff = Staff()
    people = staff.submits("/erasure", whom="ana@ACME.example")
    assert f'href="{PERSON}"' in people.text
    answer = staff.submits(PERSON, name=typed, reference=reference)
    assert answer.status_code == 200, words(answer)
    line.passes(60)
    return staff.reads("/erasure/receipts/1")


def test_after_an_erasure_nothing_of_the_person_is_found_anywhere(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaks_and_writes(line)
    is_written_to_and_about(line)
    leaves_copies(line)
    there = found(*MARKS, *NAMES)
    seen = {needle for _where, needle in there}
    assert seen >= {*MARKS, *NAMES[:3]} - {"tapir"}, set(MARKS) - seen
    before = {one: line.ticket(one) for one in ("4411", "42")}
    told = words(Staff().submits("/erasure", whom="roy"))
    assert "1 person Ana Roy Acme" in told
    assert "Mails that came in 3" in Staff().reads(PERSON)
    in_force.look()
    assert house_settings.is_blocked("+15145550100")

    receipt = erases(line)

    assert found(*MARKS, *NAMES) == set()
    monkeypatch.setattr(in_force, "EVERY", 0.0)
    in_force.look()
    assert not house_settings.is_blocked("+15145550100"), "known to a process that ran before"
    assert "Done." in receipt
    assert "P-2026-7" in receipt
    assert re.search(r"Recordings and transcripts 3 ", receipt), receipt
    for word in ("Records of calls deleted at the carrier", "Texts deleted at the carrier"):
        assert not re.search(rf"{word} 0\b", receipt), receipt
    remote = line.exchange
    assert not [one for one in remote.calls.values() if "5145550100" in one.caller + one.called]
    assert not [one for one in remote.messages.values() if "tapir" in one["body"]]
    assert not remote.recordings
    after = {one: line.ticket(one) for one in ("4411", "42")}
    for number, was in before.items():
        now = after[number]
        for same in ("number", "severity", "status", "opened_at", "clocks", "customer"):
            assert now[same] == was[same]
        kinds = [(one["id"], one["kind"], one["at"]) for one in now["entries"]]
        assert kinds[: len(was["entries"])] == [
            (one["id"], one["kind"], one["at"]) for one in was["entries"]
        ]
    assert {one["outcome"] for one in _calls()} >= {"message", "answered"}
    assert found(BYSTANDER), "what others wrote stays"
    with reading() as db:
        assert [one.name for one in db.scalars(select(SavedView))] == [BYSTANDER]
        assert db.scalars(select(Correction)).all() == []
        assert db.scalars(select(ApiAnswer)).one().body, "sent again it is still done once"
        moment = Moment(clock.now(), clock.now())
        hits = {one: search.find(db, one, Wanted(), moment).excerpts for one in (*MARKS, BYSTANDER)}
        assert [one for one, excerpts in hits.items() if excerpts] == [BYSTANDER]
    notes = [one["data"]["text"] for one in after["42"]["entries"] if one["kind"] == "note"]
    assert notes == ["Ask —, —"], "what we wrote elsewhere stays, without the name"
    with reading() as db:
        made = db.scalars(select(Erasure)).one()
        assert (made.state, made.due_at, made.left) == ("done", None, {})
        kinds = db.scalars(select(AuditLine.kind)).all()
        assert {"person-searched", "person-shown", "erasure-begun", "erasure-done"} <= set(kinds)
    for page in ("/tickets/4411", "/tickets/42", "/calls", "/mail"):
        Staff().reads(page)
    assert Staff().get(PERSON).status_code == 404


def _calls() -> list[dict[str, object]]:
    with engine().connect() as connection:
        return [dict(one._mapping) for one in connection.execute(text("select * from calls"))]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_held_is_kept_and_whoever_it_is_about_until_it_is_not(line: Line) -> None:
    leaves_a_message(line, line.customer(), "4411", "The quetzal has no dial tone")
    line.passes(30)
    receive(line, mail("axolotl at night\n", Subject="The axolotl", Message_ID="<3@a>"))
    with transaction() as db:
        ticket = tickets.find(db, "4411")
        assert ticket
        holds.place(db, clock.now(), ticket, "A court asked for it", "Mona")
    assert "Kept by a legal hold, tickets: 1, recordings: 1." in Staff().reads(PERSON)
    assert "Tickets kept by a hold 1" in erases(line)
    assert {needle for _where, needle in found(*MARKS)} == {"quetzal"}
    assert found("Ana Roy")
    with transaction() as db:
        holds.lift(db, clock.now(), db.scalars(select(Hold)).one(), "Mona")
    Staff().submits(PERSON, name="Ana Roy", reference="")
    line.passes(60)
    assert found(*MARKS, *NAMES) == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_is_erased_by_mistake_or_while_they_are_on_the_line(line: Line) -> None:
    staff = Staff()
    assert staff.submits("/erasure", whom="an").status_code == 422
    assert f'href="{PERSON}"' in staff.submits("/erasure", whom="(514) 555-0100").text
    assert "0 people" in words(staff.submits("/erasure", whom="nobody@acme.example"))
    for name, reference in (("Ana", "1"), ("Ana Roy", "of ana roy")):
        assert staff.submits(PERSON, name=name, reference=reference).status_code == 422
    ana = line.customer()
    ana.dial()
    line.passes(5)
    assert "They are on the line now" in staff.reads(PERSON)
    staff.submits(PERSON, name="Ana Roy", reference="1")
    assert staff.submits(PERSON, name="Ana Roy", reference="1").status_code == 422
    line.passes(5)
    with reading() as db:
        assert db.get_one(Contact, 1).name == "Ana Roy"
    assert "about to begin" in staff.reads("/erasure/receipts/1")
    ana.hang_up()
    line.passes(70)
    with reading() as db:
        assert db.get_one(Contact, 1).name == "—"
        assert db.scalars(select(Ticket.title).where(Ticket.number == "4411")).one() == "—"
