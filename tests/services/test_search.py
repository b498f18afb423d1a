"""What was ever written or said is found, in its place; nothing that is typed is syntax."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Call, Contact, Customer, Entry, Outcome, Passage, Recording, Ticket
from ivr.services.calls import sentences
from ivr.services.calls.sentences import Sentence
from ivr.services.tickets import hits, search, tickets, timeline
from ivr.services.tickets.search import MARK, UNMARK
from ivr.services.tickets.ticket_filters import Moment, Wanted
from ivr.services.tickets.timeline import Kind
from tests.services.people import NOW, held_call, organization

MOMENT = Moment(NOW, NOW)
ON_POSTGRESQL = "postgresql"


def opened(db: Session, title: str, description: str = "", **more: str) -> Ticket:
    customer = db.scalar(select(Customer)) or Customer(name="Acme")
    db.add(customer)
    db.flush()
    return tickets.open_ticket(
        db,
        NOW,
        title=title,
        severity=Severity.MINOR,
        customer=customer,
        description=description,
        **more,
    )


def recorded(db: Session, of: Ticket, sid: str, said: str, kind: str = "message") -> Recording:
    call = held_call(db, of)
    call.sid = f"CA{sid}"
    made = Recording(sid=sid, call_id=call.id, ticket_id=of.id, kind=kind, made_at=NOW)
    db.add(made)
    timeline.write(db, Kind.RECORDING, NOW, ticket_id=of.id, call_id=call.id, sid=sid, what=kind)
    db.flush()
    made.transcript = said
    timeline.write(db, Kind.TRANSCRIPT, NOW, ticket_id=of.id, call_id=call.id, sid=sid, text=said)
    db.flush()
    return made


def found(db: Session, asked: str, wanted: Wanted = Wanted()) -> list[str]:  # noqa: B008
    """What each hit is, and the words that are marked in it."""
    db.flush()
    those = hits.of(db, search.find(db, asked, wanted, MOMENT).excerpts)
    return [f"{one.what} {one.by}".strip() for one in those]


def test_every_text_is_found_in_its_place_the_newest_first(db: Session) -> None:
    organization(db)
    old = opened(db, "SIP trunk down", "The gateways blink")
    by_phone = recorded(db, old, "RE1", "Your gateway is mute")
    note = tickets.note(db, NOW, old, "Bo", "Reset the gateway")
    dictated = recorded(db, old, "RE2", "I reset this gateway, too", kind="note")
    timeline.write(db, Kind.NOTE, NOW, ticket_id=old.id, by="Di", text=dictated.transcript)
    for kind in (Kind.REPLY, Kind.ASKED, Kind.SAID):
        timeline.write(db, kind, NOW, ticket_id=old.id, by="Ana", text=f"The gateway: {kind}")
    canary = opened(db, "The gateway", canary=True)  # type: ignore[arg-type]
    tickets.note(db, NOW, canary, "Bo", "gateway")
    db.flush()
    those = hits.of(db, search.find(db, "Gateway", Wanted(), MOMENT).excerpts)
    assert [(one.what, one.by) for one in those] == [
        ("said", "Ana"),
        ("asked", "Ana"),
        ("reply", "Ana"),
        ("note", "Di"),
        ("note", "Bo"),
        ("transcript", "message"),
        ("ticket", ""),
    ]
    assert those[4].entry == note
    assert those[6].entry is None
    line = db.get_one(Entry, those[5].entry)
    assert (line.kind, line.data["sid"]) == (Kind.RECORDING, by_phone.sid)
    assert f"Reset the {MARK}gateway{UNMARK}" in those[4].text
    assert f"The {MARK}gateways{UNMARK} blink" in those[6].text


def test_all_words_count_and_phrases_accents_and_forms_do_what_one_expects(db: Session) -> None:
    organization(db)
    opened(db, "Télécopieurs muets", "Les lignes tombent à l’accueil depuis l'été")
    opened(db, "Faxes mute", 'He said "no dial tone" twice, on 514-555-0100; error E_4411/b')
    assert found(db, "mute fax") == ["ticket"]
    assert found(db, "mute ligne") == []
    assert found(db, '"dial tone"') == found(db, "« dial tone »") == ["ticket"]
    assert found(db, '"tone dial"') == []
    assert found(db, "TELECOPIEURS ete") == ["ticket"]
    assert found(db, "error 4411") == found(db, "514-555-0100") == ["ticket"]
    if db.get_bind().dialect.name == ON_POSTGRESQL:
        assert found(db, "télécopieuse muette") == [], "another word"
        assert found(db, "muette") == ["ticket"], "a French form"


def test_what_was_said_on_a_call_without_a_ticket_is_found_where_calls_may_be_seen(
    db: Session,
) -> None:
    organization(db)
    one = opened(db, "Fax")
    timed = recorded(db, one, "RE1", "Hello.\nThe gateway is mute.")
    timed.sentences = sentences.kept(
        [Sentence("Hello.", 0.0), Sentence("The gateway is mute.", 3.5)]
    )
    alone = recorded(db, one, "RE2", "A gateway of nobody")
    for of in (alone, db.get_one(Call, alone.call_id)):
        of.ticket_id = None  # as of somebody who has keyed none
    dictated = recorded(db, one, "RE3", "I reset the gateway", kind="note")
    ours = recorded(db, one, "RE4", "The gateway rings itself")
    ours.ticket_id = None
    db.get_one(Call, ours.call_id).outcome = Outcome.CANARY
    db.flush()
    those = hits.of(db, search.find(db, "gateway", Wanted(), MOMENT, calls=True).excerpts)
    assert [(hit.recording, hit.heard_at, hit.ticket and hit.ticket.number) for hit in those] == [
        ("RE2", None, None),
        ("RE1", 2.5, one.number),
    ]
    assert those[0].call
    assert those[0].call.sid == "CARE2"
    assert found(db, "gateway") == ["transcript message"], "not on a list of tickets alone"
    severe = search.find(db, "gateway", Wanted(severity="minor"), MOMENT, calls=True)
    assert [hit.ticket_id for hit in severe.excerpts] == [one.id], "it has no severity"
    rows, _more = search.rows_with(db, "gateway", Wanted(), MOMENT, None, 9)
    assert rows == [one.id]
    dictated.ticket_id = None
    db.flush()
    assert db.scalar(select(func.count(Passage.id)).where(Passage.ticket_id.is_(None))) == 3
    alone.ticket_id, dictated.ticket_id = one.id, one.id
    db.flush()
    assert found(db, "gateway") == ["transcript message", "transcript message"], "put on one"
    db.execute(update(Recording).values(transcript=None))
    assert found(db, "gateway") == []


NASTY = (
    *("", " ", "-", '"', '""', "'", "\\", "\\'", "%", "_", "*", "fax*", ":*", "a:b", "& | !", "(("),
    *("fax)", "NEAR(a b)", "-fax", "fax OR", "AND fax NOT", "text:fax", "^fax", "{fax}", "<->"),
    *("fax <-> mute", "\0", "fax\0", "\ue000fax\ue001", "é" * 150, "a " * 9, "🙂", "' or 1=1 --"),
    *("#0", "# 0", "$1", "%(id)s", ":id", "?", "٣", "\u202e", "\n\t"),
)


def test_nothing_that_is_typed_is_syntax(db: Session) -> None:
    one = opened(db, "Modem", "0 1 2")
    for typed in NASTY:
        tickets.note(db, NOW, one, "Bo", f"Fax, and then: {typed}".replace("\0", ""))
    for typed in NASTY:
        found(db, typed)
        assert not found(db, f"nowhere {typed}"), typed
        assert found(db, f"fax {typed}"), typed
        found(db, f'"{typed}" fax')


def test_what_is_changed_or_gone_is_no_longer_found(db: Session) -> None:
    """By whatever statement: an erasure changes rows of all three tables."""
    one = opened(db, "Ana cannot call")
    one.description = "Ana Roy, Main Street"
    recording = recorded(db, one, "RE1", "This is Ana")
    id_ = tickets.note(db, NOW, one, "Bo", "Rang Ana\0 back")
    other = tickets.note(db, NOW, one, "Bo", "Ana rang")
    assert len(found(db, "ana")) == 4
    with _a_timeline_that_changes(db):
        db.execute(update(Ticket).values(title="Somebody cannot call", description=""))
        db.execute(update(Recording).values(transcript="This is somebody"))
        db.execute(update(Entry).where(Entry.id == id_).values(data={"by": "Bo", "text": "Rang"}))
        db.execute(update(Entry).where(Entry.id == other).values(data={"by": "Bo"}))
        assert found(db, "ana") == []
        assert len(found(db, "somebody")) == 2
        db.execute(update(Recording).where(Recording.id == recording.id).values(transcript=None))
        db.execute(delete(Entry).where(Entry.id == id_))
        db.execute(update(Ticket).values(canary=True, title="Somebody"))
        assert found(db, "somebody") == found(db, "rang") == []
        assert db.scalar(text("select count(*) from passages")) == 0


@contextmanager
def _a_timeline_that_changes(db: Session) -> Iterator[None]:
    """As an erasure makes it."""
    if db.get_bind().dialect.name == ON_POSTGRESQL:
        db.execute(text("alter table entries disable trigger entries_append_only"))
        yield
        db.execute(text("alter table entries enable trigger entries_append_only"))
        return
    for verb in ("update", "delete"):  # the file is this test's own
        db.execute(text(f"drop trigger entries_no_{verb}"))
    yield


def test_every_hit_is_reached_leaf_by_leaf_however_far_apart(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also from one stretch of passages into another, and past hits on tickets that are not wanted."""
    one, other = opened(db, "Trunk"), opened(db, "Fax")
    other.severity = Severity.CRITICAL
    for nth in range(50):
        tickets.note(db, NOW, other if nth % 5 == 0 else one, "Bo", f"Reset, {nth}")
    db.flush()
    db.execute(text("update passages set id = id + 70000 where text like '%1'"))
    db.execute(text("update passages set id = id + 200000 where text like '%2'"))
    ids = list(
        db.scalars(text("select id from passages where text like 'Reset%' order by id desc"))
    )
    assert _reached(db, Wanted()) == ids
    monkeypatch.setattr(search, "LOOKED_THROUGH", 7)
    of_other = text(
        "select id from passages where ticket_id = :id and text like 'Reset%' order by id desc"
    )
    critical = list(db.scalars(of_other, {"id": other.id}))
    assert len(critical) == 10
    assert _reached(db, Wanted(severity="critical")) == critical
    assert search.find(db, "reset", Wanted(severity="critical"), MOMENT).gave_up


def _reached(db: Session, wanted: Wanted) -> list[int]:
    reached, before = [], None
    for _ in range(20):
        leaf = search.find(db, "reset", wanted, MOMENT, before)
        reached += [one.passage for one in leaf.excerpts]
        before = leaf.more
        if before is None:
            return reached
    raise AssertionError("it never ends")


def test_numbers_go_straight_to_what_they_are(db: Session) -> None:
    organization(db)
    db.add(Contact(name="Ana", phone="+15145550100"))
    one = opened(db, "Fax", number="0042", opened_by_number="+15145550177")
    assert [search.ticket_of(db, typed) for typed in ("42", " #0042 ", "43", "42 fax", '"42"')] == [
        *(one.number, one.number),
        *(None, None, None),
    ]
    assert search.phone_of(db, "514 555-0100") == search.phone_of(db, "+1 (514) 555.0100")
    assert search.phone_of(db, "(514) 555-0177") == "+15145550177"
    assert search.phone_of(db, "514 555-0199") is None, "nobody that we know"
