"""What programs do, and what they are told when they may not."""

from datetime import timedelta

import pytest

from ivr import clock
from ivr.api.operations import OPERATIONS
from ivr.database import reading, transaction
from ivr.models import ApiToken, AuditLine, Call, Recording, Role, Technician, Ticket
from ivr.services.calls import transcripts
from ivr.services.staff import tokens
from ivr.services.staff.tokens import Scope
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings
from ivr.web import app
from tests.api.program import Program, token
from tests.console.on_call import NOW
from tests.console.test_reports import counted
from tests.stories.line import Line
from tests.stories.test_reaching_a_technician import hold

NEW = {"title": "Trunk down", "severity": "critical", "email": "ana@acme.example"}
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_ticket_from_its_opening_to_its_end(bo: Program) -> None:
    answer = bo.sends("/tickets", NEW)
    number = answer.json["number"]
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/tickets/{number}")
    (page,) = bo.reads("/pages")["items"]
    assert (page["ticket"], page["state"], page["level"]) == (number, "open", 1)
    assert bo.does(f"/tickets/{number}/accept")["assignee"] == "Bo"
    assert bo.sends(f"/tickets/{number}/accept").status_code == 409
    assert bo.reads("/pages")["items"] == [], "nobody waits to be met, and so nobody rings for it"
    bo.does(f"/tickets/{number}/notes", {"text": "The port is dead"})
    bo.does(f"/tickets/{number}/replies", {"text": "We look at it"})
    assert bo.does(f"/tickets/{number}/questions", {"text": "Since when?"})["status"] == "waiting"
    assert bo.does(f"/tickets/{number}/severity", {"severity": "major"})["severity"] == "major"
    given = bo.does(f"/tickets/{number}/assign", {"team": "Network", "person": "cy@2n5.example"})
    assert (given["assignee"], given["team"]) == ("Cy", "Network")
    assert bo.does(f"/tickets/{number}/resolve")["status"] == "resolved"
    assert bo.does(f"/tickets/{number}/reopen")["status"] == "open"
    record = bo.reads(f"/tickets/{number}")
    assert record["customer"] == "Acme"
    assert [one["data"]["text"] for one in record["entries"] if one["kind"] == "note"] == [
        "The port is dead"
    ]
    assert record["clocks"]["response"]["met_at"]


def test_the_next_level_is_rung_until_there_is_none(bo: Program) -> None:
    number = bo.does("/tickets", NEW)["number"]
    bo.does(f"/tickets/{number}/next-level")
    assert bo.reads("/pages")["items"][0]["level"] == 2
    while (answer := bo.sends(f"/tickets/{number}/next-level")).status_code == 200:
        pass
    assert "no level after" in answer.json["detail"]
    assert bo.reads("/pages")["items"][0]["state"] == "open"


def test_what_is_sent_again_with_its_key_is_done_once(bo: Program) -> None:
    first, again = (bo.sends("/tickets", NEW, key="k1") for _ in range(2))
    assert first.json == again.json
    assert first.headers["Location"] == again.headers["Location"]
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (
        None,
        "true",
    )
    other = bo.sends("/tickets", NEW | {"title": "Another"}, key="k1")
    assert other.status_code == 422
    wrong = bo.sends("/tickets", NEW | {"email": ""}, key="k2")
    assert wrong.status_code == 409
    assert bo.sends("/tickets", NEW, key="k2").status_code == 201  # what was not done is not kept
    clock.use(lambda: NOW + timedelta(days=1, minutes=1))
    bo.does("/tickets", NEW, key="k3")
    assert "Idempotency-Replayed" not in bo.sends("/tickets", NEW, key="k1").headers
    with reading() as db:
        assert db.query(Ticket).count() == 4


def test_lists_are_read_leaf_by_leaf(bo: Program) -> None:
    numbers = [bo.does("/tickets", NEW | {"severity": "minor"})["number"] for _ in range(5)]
    leaf, read = bo.reads("/tickets?limit=2"), []
    while True:
        read += [one["number"] for one in leaf["items"]]
        bo.does("/tickets", NEW)  # something new moves nothing
        if leaf["next"] is None:
            break
        leaf = bo.reads(f"/tickets?limit=2&cursor={leaf['next']}")
    assert read == numbers[::-1]
    assert len(bo.reads("/tickets?severity=critical")["items"]) == 3
    assert bo.reads("/tickets?status=closed") == {"items": [], "next": None}


def test_tickets_are_asked_for_as_on_the_page(bo: Program) -> None:
    first, second, third = (
        bo.does("/tickets", NEW | {"title": title})["number"]
        for title in ("Fax dead", "Fax mute", "Printer dead")
    )
    bo.does(f"/tickets/{first}/assign", {"team": "Network", "person": "cy@2n5.example"})
    bo.does(f"/tickets/{third}/notes", {"text": "It is next to the fax, which is mute"})
    bo.does(f"/tickets/{third}/replies", {"text": "We are on our way with a fax"})
    bo.does(f"/tickets/{second}/assign", {"person": "bo@2n5.example"})
    bo.does(f"/tickets/{second}/resolve")
    wanted = {
        "status=unresolved": [third, first],
        "team=Network": [first],
        "team=none": [third, second],
        "assignee=cy@2n5.example": [first],
        "assignee=me": [second],
        "assignee=none": [third],
        "level=2": [],
        "due=today&customer=acme": [third, first],
        "due=unanswered": [first],
        "phone=%2B1+514-555-0100": [third, second, first],
        "text=fax": [third, second, first],
        "text=fax&status=resolved": [second],
        "text=%22fax+mute%22": [second],
    }
    got = {asked: bo.reads(f"/tickets?{asked}")["items"] for asked in wanted}
    assert {asked: [one["number"] for one in found] for asked, found in got.items()} == wanted
    leaf = bo.reads("/tickets?text=fax&limit=1")
    assert leaf["items"][0]["number"] == third
    assert bo.reads(f"/tickets?text=fax&limit=2&cursor={leaf['next']}")["next"]
    for field in ("team", "customer", "assignee"):
        answer = bo.get(f"/tickets?{field}=nobody")
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (404, f"$.{field}")
    assert bo.get("/tickets?due=never").status_code == 400
    assert bo.get("/tickets?phone=%00").status_code in {200, 400}, "PostgreSQL keeps no NUL"


def test_calls_are_asked_for_as_on_the_page(line: Line) -> None:
    hold(line).hang_up()
    line.passes(5)
    program = Program(token("Bo Chan"))
    (call,) = program.reads("/calls?outcome=left-holding")["items"]
    assert (call["outcome"], call["direction"], call["ticket"]) == (
        "left-holding",
        "inbound",
        line.ticket()["number"],
    )
    assert program.reads(f"/calls/{call['sid']}")["outcome_seconds"] == call["outcome_seconds"] > 0
    at = call["started_at"]
    for asked, there in {
        f"from={at}&number={call['number'].replace('+', '%2B')}": True,
        f"until={at}": False,
        "direction=outbound": False,
        f"customer={call['customer'].lower()}": True,
        "number=5145550199": False,
    }.items():
        found = program.reads(f"/calls?{asked}")["items"]
        assert (call in found) == there, asked
    assert program.get("/calls?customer=nobody").status_code == 404


def test_the_figures_of_a_period(line: Line) -> None:
    ana, bo = hold(line), line.technician("Bo Chan")
    bo.answer()
    line.passes(4)
    bo.press("1")
    line.until(lambda: bo.talking_to)
    line.passes(30)
    ana.hang_up()
    line.passes(20)
    hold(line).hang_up()
    line.passes(5)
    counted()
    with transaction() as db:
        db.query(Technician).filter_by(name="Bo Chan").one().role = Role.MANAGER
    program = Program(token("Bo Chan"))
    told = program.reads("/reports?from=2026-11-01&until=2026-11-30")
    (accepted,) = [one for one in line.ticket()["entries"] if one["kind"] == "accepted"]
    assert (told["from"], told["until"], told["part"]) == ("2026-11-01", "2026-11-30", "week")
    assert told["waits"]["median"] == accepted["data"]["seconds"]
    assert (told["waits"]["answered"], told["waits"]["unanswered"]) == (1, 1)
    assert sum(one["counts"].get("abandoned", 0) for one in told["calls"]) == 1
    assert sum(map(sum, told["hours"])) == sum(sum(one["counts"].values()) for one in told["calls"])
    assert [one["accepted"] for one in told["load"] if one["person"] == "Bo Chan"] == [1]
    assert told["response"]["met"] == sum(one["met"] for one in told["response"]["parts"])
    assert program.reads("/reports?until=2026-10-01")["waits"]["answered"] == 0
    for nothing in ("from=2026-11-02&until=2026-11-01", "team=nobody", "customer=nobody"):
        assert program.get(f"/reports?{nothing}").status_code == 404


@on_sqlite
def test_a_corrected_transcript_is_what_is_told(bo: Program) -> None:
    number = bo.does("/tickets", NEW)["number"]
    with transaction() as db:
        call = Call(sid="CA1", direction="inbound", number="+15145550100", known={})
        call.status, call.started_at = "completed", NOW
        call.ticket_id = db.query(Ticket).filter_by(number=number).one().id
        db.add(call)
        db.flush()
        about = {"ticket_id": call.ticket_id, "call_id": call.id}
        heard = Recording(sid="RE1", kind="message", state="kept", made_at=NOW, **about)
        heard.transcript = "The facts is mute"
        db.add(heard)
        db.flush()
        for kind in (Kind.RECORDING, Kind.TRANSCRIPT):
            data = {"sid": "RE1", "text": heard.transcript, "what": "message"}
            timeline.write(db, kind, NOW, **about, **data)
        transcripts.correct(db, NOW, heard, "The fax is mute", "Bo", 0)
    for path in (f"/tickets/{number}", "/calls/CA1"):
        record = bo.reads(path)
        (told,) = [one for one in record["entries"] if one["kind"] == "transcript"]
        assert told["data"]["text"] == "The fax is mute"
        assert "The fax is mute" in told["sentence"]
        assert record["recordings"][0]["transcript"] == "The fax is mute"


@on_sqlite
@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("/tickets", {"title": "x"}, 422, "severity"),
        ("/tickets", NEW | {"severity": "awful"}, 422, "$.severity"),
        ("/tickets", NEW | {"colour": "red"}, 422, "colour"),
        ("/tickets", NEW | {"title": "  "}, 422, "$.title"),
        ("/tickets", NEW | {"email": "", "phone": "12"}, 409, "$.phone"),
        ("/tickets", NEW | {"email": "new@acme.example"}, 409, "$.name"),
        ("/tickets/999/notes", {"text": "x"}, 404, "no such ticket"),
        ("/tickets/1/nothing", {}, 404, "not found"),
    ],
)
def test_what_is_wrong_is_told_where(
    bo: Program, path: str, body: object, status: int, told: str
) -> None:
    answer = bo.sends(path, body)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["status"] == status
    assert told in answer.text


@on_sqlite
def test_nobody_gets_in_without_a_token_that_is_in_force(bo: Program) -> None:
    for secret in ("", "ivr_" + "x" * 43, token("Bo", days=1)):
        clock.use(lambda: NOW + timedelta(days=1))
        answer = Program(secret).get("/tickets")
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (
            401,
            'Bearer realm="ivr"',
        )
        clock.use(lambda: NOW)
    revoked, left = Program(token("Bo")), Program(token("Cy"))
    with transaction() as db:
        one = db.query(ApiToken).order_by(ApiToken.id.desc()).offset(1).first()
        tokens.revoke(db, NOW, one, "Ada")
        db.query(Technician).filter_by(name="Cy").one().active = False
    assert (revoked.get("/tickets").status_code, left.get("/tickets").status_code) == (401, 401)
    with reading() as db:
        kinds = [line.kind for line in db.query(AuditLine).order_by(AuditLine.id)]
    assert kinds == ["token-made"] * 4 + ["token-revoked"]


@on_sqlite
@pytest.mark.parametrize("role", list(Role))
def test_every_operation_takes_its_scope_and_the_right_of_its_owner(
    bo: Program, role: Role
) -> None:
    with transaction() as db:
        db.query(Technician).filter_by(name="Bo").one().role = role
    nothing = {scope: Program(token("Bo", *set(Scope) - {scope})) for scope in Scope}
    for one in OPERATIONS:
        path = one.path.replace("<number>", "9").replace("<sid>", "x").replace("<int:id_>", "9")
        refused = nothing[one.scope]
        answer = refused.sends(path) if one.writes else refused.get(path)
        assert answer.status_code == 403, path
        answer = bo.sends(path) if one.writes else bo.get(path)
        owner = Technician(role=role)
        may = tokens.may(ApiToken(scopes=[one.scope], technician=owner), one.scope)
        assert (answer.status_code != 403) == may, path


@on_sqlite
def test_who_asks_too_often_is_told_to_wait(bo: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_REQUESTS_A_MINUTE", "2")
    settings.cache_clear()
    fast = Program(token("Cy"))
    answers = [fast.get("/people") for _ in range(5)]  # a minute may end between two of them
    assert [one.status_code for one in answers][:2] == [200, 200]
    refused = [one for one in answers if one.status_code == 429]
    assert refused
    assert 1 <= int(refused[-1].headers["Retry-After"]) <= 60
    assert refused[-1].headers["RateLimit-Remaining"] == "0"
    assert bo.get("/people").status_code == 200, "each token has its own"
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:9/0")
    settings.cache_clear()
    assert fast.get("/people").status_code == 200, "without the broker nobody is counted"


@on_sqlite
def test_rotas_tell_who_is_on_call_and_take_somebody_in(bo: Program) -> None:
    first = bo.reads("/rotas")["items"][0]
    assert first["on_call"] == ["Bo"]
    path = f"/rotas/{first['id']}"
    shift = {"person": "cy@2n5.example", "instead_of": "bo@2n5.example"}
    when = {"starts_at": "2026-12-01T09:00:00-05:00", "ends_at": "2026-12-02T09:00:00-05:00"}
    assert bo.does(f"{path}/overrides", shift | when)["in_force"] is False
    mona = Program(token("Mona"))
    assert mona.does(f"{path}/overrides", shift | when)["in_force"] is True
    shifts = bo.reads(f"{path}/shifts?begin=2026-12-01T00:00:00Z&days=2")["items"]
    assert [one["people"] for one in shifts] == [["Bo"], ["Cy"], ["Bo"]]
    for begin, status in {"01T00:00:00": 400, "31T00:00:00Z": 200, "32T00:00:00Z": 400}.items():
        assert bo.get(f"{path}/shifts?begin=2026-12-{begin}").status_code == status
    assert bo.get(f"{path}/shifts?begin=2026-11-31T00:00:00Z").status_code == 400
    backwards = {"starts_at": when["ends_at"], "ends_at": when["starts_at"]}
    assert bo.sends(f"{path}/overrides", shift | backwards).status_code == 409


@on_sqlite
def test_the_description_is_open_and_whole(bo: Program) -> None:
    told = app.test_client().get("/api/v1/openapi.json").json
    ways = sum(len(path) for path in told["paths"].values())
    assert (told["openapi"], ways) == ("3.1.0", len(OPERATIONS))
