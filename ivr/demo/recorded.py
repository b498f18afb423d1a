"""What becomes of the recordings of the month: heard, corrected, held back from being deleted,
deleted when their time is over, or never fetched from the carrier.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ivr.demo import words
from ivr.demo.people import DESCRIPTIONS
from ivr.models import Act, Call, Correction, Entry, Hold, RecordingState, Ticket
from ivr.models import Recording as Model
from ivr.services import audit
from ivr.services.calls.forgetting import HOUSE
from ivr.services.calls.recordings import GIVE_UP_AFTER
from ivr.services.erasure import erasing
from ivr.services.tickets.timeline import Kind

if TYPE_CHECKING:
    from ivr.demo.rows import Row
    from ivr.demo.world import World

HEARD = 0.3
WHY = ("Claim 31-118, until it is settled", "Asked for by our lawyers until the spring")
MOVED_EVERY, HELD_EVERY = 250, 300


def goes_on(world: "World") -> None:
    gone = set[str]()
    for row in world.rows.of[Model]:
        if world.now_and_then("not fetched", 400):
            _is_missing(world, row)
        elif row["kind"] == "description" and _old(world, row):
            gone.add(row["sid"])
            _is_deleted(world, row)
        else:
            _is_heard(world, row)
            if world.now_and_then("a recording is held", HELD_EVERY):
                _is_held(world, row)
    wrong = _misheard(world)
    for entry in world.rows.of[Entry]:
        if entry["kind"] == Kind.TRANSCRIPT:
            sid, data = entry["data"]["sid"], entry["data"]
            data["text"] = erasing.GONE if sid in gone else wrong.get(sid, data["text"])
    _tickets_are_held(world)
    _calls_are_moved(world)


def _told(world: "World", row: "Row", at: datetime, kind: Kind, **data: object) -> None:
    world.tell(kind, at, row["ticket_id"], row["call_id"], **data)


def _audit(
    world: "World", row: "Row", at: datetime, by: str, act: Act, kind: audit.Kind, **data: object
) -> None:
    world.audit(at, by, act, f"recording-{row['sid']}", kind, **data)


def _without_file(world: "World", row: "Row") -> None:
    world.files.forget(f"{row['sid']}.wav")
    row.update(file=None, sha256=None, transcript=None)


def _is_missing(world: "World", row: "Row") -> None:
    at = row["made_at"] + GIVE_UP_AFTER
    if at < world.until:
        _without_file(world, row)
        row["state"] = RecordingState.MISSING
        _told(world, row, at, Kind.RECORDING_MISSING, sid=row["sid"], cause="could not be stored")


def _over_at(row: "Row") -> datetime:
    return row["made_at"] + timedelta(days=DESCRIPTIONS, minutes=7)  # type: ignore[no-any-return]


def _old(world: "World", row: "Row") -> bool:
    return _over_at(row) < world.until


def _is_deleted(world: "World", row: "Row") -> None:
    at, about = _over_at(row), {"sid": row["sid"], "days": DESCRIPTIONS, "what": row["kind"]}
    _without_file(world, row)
    row["state"] = RecordingState.DELETED
    _told(world, row, at, Kind.RECORDING_DELETED, **about)
    _audit(world, row, at, HOUSE, Act.DID, audit.Kind.RECORDING_DELETED, days=DESCRIPTIONS)


def _is_heard(world: "World", row: "Row") -> None:
    at = row["made_at"] + timedelta(minutes=world.chance.uniform(1, 300))
    if at < world.until and world.chance.random() < HEARD:
        by = world.chance.choice(list(world.staff.values())).name
        _audit(world, row, at, by, Act.HEARD, audit.Kind.RECORDING_HEARD)


# Corrected ----------------------------------------------------------------------------------------


def _misheard(world: "World") -> dict[str, str]:
    """What a machine has understood wrongly, by the recording; one of us has put it right since."""
    wrong = dict[str, str]()
    for row in world.rows.of[Model]:
        at = row["made_at"] + timedelta(minutes=world.chance.uniform(5, 90))
        said = row["transcript"]
        if not said or row["kind"] == "note" or at > world.until:
            continue
        heard = _as_misheard(said, row["call_id"]["known"]["language"])
        if heard != said and world.now_and_then("corrected", 12):
            wrong[row["sid"]] = heard
            by = world.chance.choice(list(world.staff.values())).name
            world.rows.add(Correction, recording_id=row, at=at, by=by, was=heard)
            _told(world, row, at, Kind.CORRECTED, by=by, sid=row["sid"])
            _audit(world, row, at, by, Act.CHANGED, audit.Kind.TRANSCRIPT_CORRECTED)
    return wrong


def _as_misheard(said: str, language: str) -> str:
    for right, wrong in words.of(language)["misheard"].items():
        said = said.replace(right, wrong)
    return said


# Held ---------------------------------------------------------------------------------------------


def _is_held(world: "World", row: "Row") -> None:
    at = row["made_at"] + timedelta(hours=2)
    if at < world.until:
        by, why = world.seniors[0].name, WHY[0]
        hold = world.rows.add(Hold, recording_id=row, ticket_id=None, why=why, by=by, placed_at=at)
        told = {"what": "a recording", "of": "recording", "by": by}
        _told(world, row, at, Kind.HELD, **told, why=why)
        _audit(world, row, at, by, Act.DID, audit.Kind.HELD, hold=hold)


def _tickets_are_held(world: "World") -> None:
    """Of one of two it is over already."""
    for nth, row in enumerate(world.rows.of[Ticket]):
        at = row["opened_at"] + timedelta(days=1)
        if nth % HELD_EVERY != min(HELD_EVERY, len(world.rows.of[Ticket])) // 2 or at > world.until:
            continue
        by, about = "Mo Tremblay", ("ticket-", row["number"])
        hold = world.rows.add(
            Hold, ticket_id=row, recording_id=None, why=WHY[1], by=by, placed_at=at,
        )  # fmt: skip
        told = {"what": "the whole ticket", "of": "ticket", "by": by}
        world.tell(Kind.HELD, at, row, None, **told, why=WHY[1])
        world.audit(at, by, Act.DID, about, audit.Kind.HELD, hold=hold)
        lifted = at + timedelta(days=3)
        if lifted < world.until and world.now_and_then("lifted", 2):
            hold.update(lifted_at=lifted, lifted_by=by)
            world.tell(Kind.HOLD_LIFTED, lifted, row, None, **told)
            world.audit(lifted, by, Act.DID, about, audit.Kind.HOLD_LIFTED, hold=hold)


# Put on another ticket ----------------------------------------------------------------------------


def _calls_are_moved(world: "World") -> None:
    """The caller had keyed the number of another ticket of theirs."""
    for call in world.rows.of[Call]:
        was, at = call["ticket_id"], call["started_at"] + timedelta(minutes=50)
        if was is None or call.get("wish") or call["direction"] != "inbound" or at > world.until:
            continue
        if was.get("canary") or call.get("technician_id"):
            continue
        other = _another_of_theirs(world, was, at)
        if other and not _pages(world, call) and world.now_and_then("moved", MOVED_EVERY):
            _is_moved(world, call, other, at)


def _another_of_theirs(world: "World", was: "Row", at: datetime) -> "Row | None":
    those = world.tickets_of(was["customer_id"]) if was["customer_id"] else []
    return next((one for one in those if one is not was and one["opened_at"] < at), None)


def _pages(world: "World", call: "Row") -> bool:
    return id(call) in world.paged_by


def _is_moved(world: "World", call: "Row", other: "Row", at: datetime) -> None:
    was, by = call["ticket_id"], world.seniors[0].name
    told = {"by": by, "sid": call["sid"]}
    world.tell(Kind.CALL_PUT_ELSEWHERE, at, was, call, other=other["number"], **told)
    world.tell(Kind.CALL_PUT_HERE, at, other, call, other=was["number"], **told)
    call.update(ticket_id=other, moved_at=at)
    for recording in world.rows.of[Model]:
        if recording["call_id"] is call:
            recording["ticket_id"] = other
    moved = {"ticket": other["number"], "was": was["number"]}
    world.audit(at, by, Act.CHANGED, f"call-{call['sid']}", audit.Kind.CALL_MOVED, **moved)
