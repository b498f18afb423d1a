"""A run of the canary, whatever the carrier says to its call."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from ivr import clock
from ivr.database import transaction
from ivr.models import Canary, CanaryState, Message, Role, Technician, Ticket
from ivr.services import due
from ivr.services.calls.carrier import NotNow, Placed, Refused, Unknown
from ivr.services.sureness import canary
from ivr.services.sureness.canary_steps import Step
from tests.services.people import NOW, organization, technician
from tests.services.scripted_carrier import ScriptedCarrier


@pytest.fixture
def carrier(database: str) -> ScriptedCarrier:
    clock.use(lambda: NOW)
    with transaction() as db:
        organization(db)
        technician(db, "Bo", 1)
        canary.ring_now(db, NOW)
    return ScriptedCarrier()


def work(carrier: ScriptedCarrier, seconds: float) -> list[tuple[str, str | None]]:
    """What is due by then is done; every run, with what it missed."""
    clock.use(lambda: NOW + timedelta(seconds=seconds))
    with transaction() as db:
        rows = [row for row in due.until(db, clock.now()) if row.kind == "canary"]
    for row in rows:
        due.attend(row.kind, row.id, carrier)
    with transaction() as db:
        runs = db.scalars(select(Canary).order_by(Canary.id))
        return [(run.state, run.missing) for run in runs]


def test_a_carrier_that_refuses_is_a_failure_at_once(carrier: ScriptedCarrier) -> None:
    carrier.outcomes = [Refused("21210"), Refused("21210")]
    assert work(carrier, 0) == [("failed", Step.PLACED), ("waiting", None)]
    assert work(carrier, 19)[-1] == ("waiting", None)
    assert work(carrier, 20)[1] == ("failed", Step.PLACED)
    with transaction() as db:
        causes = set(db.scalars(select(Canary.cause).where(Canary.state == CanaryState.FAILED)))
        assert causes == {'[["canary-refused", {"cause": "21210"}]]'}
        assert set(db.scalars(select(Ticket.status))) == {"closed"}


def test_a_carrier_that_is_busy_is_asked_again(carrier: ScriptedCarrier) -> None:
    carrier.outcomes = [NotNow("429"), Placed("CA1")]
    assert work(carrier, 0) == work(carrier, 4) == [("singing", None)]
    work(carrier, 5)
    work(carrier, 11)
    assert len(carrier.called_in) == 2


def test_a_call_that_may_have_been_placed_is_waited_for(carrier: ScriptedCarrier) -> None:
    carrier.outcomes = [Unknown("HTTP 500")]
    for seconds in range(0, 180, 5):
        assert work(carrier, seconds) == [("singing", None)]
    assert len(carrier.called_in) == 1
    assert work(carrier, 181)[0] == ("failed", Step.CAME_IN)


def test_who_dies_between_asking_and_writing_down_calls_again(carrier: ScriptedCarrier) -> None:
    def dies(_key: str) -> None:
        raise SystemExit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(carrier, "call_in", dies)
        with pytest.raises(SystemExit):
            work(carrier, 0)
    assert work(carrier, 7) == [("singing", None)]
    assert carrier.called_in == []
    work(carrier, 8)
    assert len(carrier.called_in) == 1


def test_the_alarm_goes_to_the_admins_as_well_each_in_their_language(
    carrier: ScriptedCarrier,
) -> None:
    with transaction() as db:
        for name, active in (("Al", True), ("Ex", False)):
            person = technician(db, name, 2)
            person.role, person.language, person.active = Role.ADMIN, "fr-CA", active
        assert db.scalars(select(Technician).where(~Technician.active)).all()
    carrier.outcomes = [Refused("21210"), Refused("21210")]
    work(carrier, 0)
    work(carrier, 20)
    with transaction() as db:
        told = {one.to: one.subject for one in db.scalars(select(Message))}
    assert told.keys() == {"escalation@2n5.example", "al@2n5.example"}
    assert told["al@2n5.example"].startswith("2N5 : la ligne de soutien")
