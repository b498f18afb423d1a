"""A recording is heard by who may, by a link that is good for minutes, and that is on record."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import AuditLine, Call, Direction, Hold, Recording, RecordingState, Role, Technician
from ivr.services.calls import recordings
from ivr.services.staff import people, roles
from ivr.services.staff.roles import May
from tests.console.colleague import Colleague, account
from tests.services.people import NOW, organization, ticket

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SOUND = b"RIFF" + bytes(range(256)) * 20


@pytest.fixture
def bo(database: str) -> Colleague:
    clock.use(lambda: NOW)
    with transaction() as db:
        organization(db)
        of = ticket(db)
        call = Call(sid="CA1", direction=Direction.INBOUND, number="+15145550100", ticket_id=of.id,
                    known={"at": "customer.over", "language": "en-CA"}, status="completed",
                    started_at=NOW, ended_at=NOW, outcome="message")  # fmt: skip
        db.add(call)
        db.flush()
        db.add(Recording(sid="RE1", call_id=call.id, ticket_id=of.id, kind="message", seconds=3,
                         state=RecordingState.STORED, file="RE1.wav", sha256="x", made_at=NOW))  # fmt: skip
    recordings.folder().mkdir(parents=True)
    (recordings.folder() / "RE1.wav").write_bytes(SOUND)
    account("Bo")
    account("Cy", Role.MANAGER)
    bo = Colleague()
    bo.signs_in()
    return bo


def heard() -> list[tuple[str, str]]:
    with reading() as db:
        lines = db.scalars(select(AuditLine).where(AuditLine.act == "heard"))
        return [(one.by, one.about) for one in lines]


def link(who: Colleague) -> str:
    answer = who.get("/recordings/RE1")
    assert answer.status_code == 303
    return str(answer.location)


def test_each_listening_is_on_record_once_a_person_and_an_hour(bo: Colleague) -> None:
    path = link(bo)
    assert bo.get(path).data == SOUND
    part = bo.client.get(path, headers={"Range": "bytes=4-7"}, buffered=True)
    assert (part.status_code, part.data) == (206, SOUND[4:8])
    bo.get(path), link(bo)
    assert heard() == [("Bo", "recording-RE1")]
    cy = Colleague()
    cy.signs_in("cy@2n5.example")
    link(cy)
    clock.use(lambda: NOW + timedelta(minutes=61))
    link(bo)
    assert heard() == [(one, "recording-RE1") for one in ("Bo", "Cy", "Bo")]


def test_a_link_is_good_for_minutes_and_for_nobody_else(
    bo: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, cy = link(bo), Colleague()
    assert cy.get(path).location.startswith("/sign-in"), "a link alone opens nothing"
    cy.signs_in("cy@2n5.example")
    assert cy.get(path).location == "/recordings/RE1", "another one begins with being written down"
    assert bo.get(path.replace("RE1", "RE2")).location == "/recordings/RE2"
    assert bo.get(path).status_code == 200
    monkeypatch.setattr("ivr.console.files.GOOD_FOR", -1)
    assert bo.get(path).location == "/recordings/RE1"


def test_only_who_may_hear_it(bo: Colleague, monkeypatch: pytest.MonkeyPatch) -> None:
    path = link(bo)
    monkeypatch.setitem(roles.FROM, May.HEAR_RECORDINGS, Role.SENIOR)
    for one in ("/recordings/RE1", path):
        assert bo.get(one).status_code == 403
    with transaction() as db:
        db.scalars(select(Recording)).one().state = RecordingState.DELETED
        db.scalars(select(Recording)).one().file = None
        bo_himself = people.by_mail(db, "bo@2n5.example")
        assert isinstance(bo_himself, Technician)
        bo_himself.role = Role.MANAGER
    assert "This recording was deleted." in bo.get("/recordings/RE1").text


def test_a_hold_is_placed_with_a_reason_and_lifted_by_a_manager(bo: Colleague) -> None:
    assert 'action="/recordings/RE1/hold"' not in bo.get("/calls/CA1").text
    assert "Kept until Thursday 23 November 2028" in bo.get("/calls/CA1").text
    cy = Colleague()
    cy.signs_in("cy@2n5.example")
    assert cy.press("/calls/CA1", "/recordings/RE1/hold", why=" ").status_code == 422
    cy.press("/calls/CA1", "/recordings/RE1/hold", why="Asked for by a court")
    page = cy.get("/calls/CA1").text
    assert "Held back from being deleted by Cy" in page
    assert "Asked for by a court" in cy.get("/holds").text
    number = re.findall(r'href="/tickets/(\d+)"', page)[0]
    assert cy.press("/holds", "/holds", ticket="9", why="x").status_code == 422
    cy.press("/holds", "/holds", ticket=number, why="Audit")
    assert f"Ticket {number}" in cy.get("/holds").text
    with reading() as db:
        first = db.scalars(select(Hold.id)).first()
    cy.press("/holds", f"/holds/{first}/lift")
    with reading() as db:
        assert [one.lifted_by for one in db.scalars(select(Hold))] == ["Cy", None]
        kinds = db.scalars(select(AuditLine.kind).order_by(AuditLine.id)).all()
        assert [one for one in kinds if one != "signed_in"] == ["held", "held", "hold-lifted"]
