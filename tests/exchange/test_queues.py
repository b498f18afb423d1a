"""Queues: waiting, being taken, leaving, and what the app is told of each."""

import pytest

from ivr.exchange import Exchange
from ivr.exchange.phones import Phone
from tests.exchange.scripted_app import Asked, ScriptedApp

WAITING = "<Say>Please hold on</Say><Pause length='10'/>"


class Holding:
    """Ana waits in the queue "support"; Bo dials it from his own call."""

    def __init__(self, app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone) -> None:
        self.app, self.exchange, self.ana, self.bo = app, exchange, ana, bo
        app.says("/wait", WAITING)
        app.says("/left", "<Say>You are back</Say><Pause length='60'/>")
        app.says("/taken", "<Say>Your caller has gone</Say><Pause length='60'/>")

    def waits(self, phone: Phone | None = None, wait: str = "waitUrl='/wait'") -> str:
        self.app.says("/voice", f"<Enqueue action='/left' {wait}>support</Enqueue>")
        sid = (phone or self.ana).dial()
        self.exchange.settle()
        return sid

    def takes(self, queue: str = "<Queue>support</Queue>", attributes: str = "") -> str:
        self.app.says("/voice", f"<Dial action='/taken' {attributes}>{queue}</Dial>")
        sid = self.bo.dial()
        self.exchange.settle()
        return sid

    @property
    def left(self) -> Asked:
        [asked] = self.app.asked("/left")
        return asked

    @property
    def members(self) -> list[str]:
        return [place.call.phone.name for place in self.exchange.queues["support"].members]


@pytest.fixture
def hold(app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone) -> Holding:
    return Holding(app, exchange, ana, bo)


# Waiting ------------------------------------------------------------------------------------------


def test_the_wait_document_is_asked_for_again_and_again(hold: Holding) -> None:
    hold.waits()
    hold.exchange.advance(25)
    assert hold.app.told("/wait", "QueueTime") == ["0", "11", "22"]
    assert hold.ana.heard() == 3 * ["Please hold on"]


def test_the_wait_document_is_told_the_callers_place(hold: Holding, di: Phone) -> None:
    first = hold.waits()
    second = hold.waits(di)
    assert hold.app.told("/wait", "QueuePosition") == ["1", "2"]
    assert hold.app.told("/wait", "CurrentQueueSize") == ["1", "2"]
    assert hold.app.told("/wait", "CallSid") == [first, second]
    assert {sid[:2] for sid in hold.app.told("/wait", "QueueSid") if sid} == {"QU"}
    hold.ana.hang_up()
    hold.exchange.advance(12)
    assert hold.app.last("/wait")["QueuePosition"] == "1"


def test_without_a_wait_document_there_is_silence(hold: Holding) -> None:
    hold.waits(wait="waitUrl=''")
    hold.exchange.advance(60)
    assert hold.app.asked("/wait") == []
    assert hold.members == ["Ana Roy"]


def test_keys_are_gathered_while_waiting(hold: Holding) -> None:
    hold.app.says("/wait", f"<Gather numDigits='1' action='/choice'>{WAITING}</Gather>")
    hold.app.says("/choice", "<Leave/>")
    hold.waits()
    hold.exchange.advance(3)
    hold.ana.press("2")
    hold.exchange.settle()
    assert hold.app.last("/choice")["Digits"] == "2"
    assert hold.left["QueueResult"] == "leave"


# Leaving ------------------------------------------------------------------------------------------


def test_leaving_goes_on_at_the_action(hold: Holding) -> None:
    hold.app.says("/wait", WAITING, "<Leave/>")
    hold.waits()
    hold.exchange.advance(12)
    assert (hold.left["QueueResult"], hold.left["QueueTime"]) == ("leave", "11")
    assert hold.ana.heard() == ["Please hold on", "You are back"]
    assert hold.members == []


def test_leaving_without_an_action_goes_on_at_the_next_verb(hold: Holding) -> None:
    hold.app.says("/wait", "<Leave/>")
    hold.app.says("/voice", "<Enqueue waitUrl='/wait'>support</Enqueue><Say>Next</Say>")
    hold.ana.dial()
    hold.exchange.settle()
    assert hold.ana.heard() == ["Next"]


def test_hanging_up_is_told_to_the_action(hold: Holding) -> None:
    hold.waits()
    hold.exchange.advance(7)
    hold.ana.hang_up()
    hold.exchange.settle()
    assert (hold.left["QueueResult"], hold.left["QueueTime"]) == ("hangup", "7")
    assert hold.left["CallStatus"] == "completed"
    assert hold.members == []


def test_who_hangs_up_between_two_wait_documents_does_not_stay_behind(hold: Holding) -> None:
    hold.waits()
    hold.exchange.advance(11.1)  # the document lasts 11 s, and the next is asked for at 11.2
    assert len(hold.app.asked("/wait")) == 1
    hold.ana.hang_up()
    hold.exchange.advance(5)
    assert hold.members == []
    assert hold.left["QueueResult"] == "hangup"
    assert len(hold.app.asked("/wait")) == 1


# Being taken --------------------------------------------------------------------------------------


def test_who_is_taken_talks_and_is_told_of_afterwards(hold: Holding) -> None:
    hold.waits()
    hold.exchange.advance(20)
    hold.takes()
    assert (hold.ana.talking_to, hold.bo.talking_to) == (["Bo Chan"], ["Ana Roy"])
    assert hold.members == []
    hold.exchange.advance(60)
    assert hold.app.told("/wait", "QueueTime") == ["0", "11"]
    hold.bo.hang_up()
    hold.exchange.settle()
    assert hold.left["QueueResult"] == "bridged"
    assert hold.ana.said[-1] == "You are back"


def test_who_took_a_caller_goes_on_when_the_caller_hangs_up(hold: Holding) -> None:
    hold.waits()
    hold.takes()
    hold.exchange.advance(30)
    hold.ana.hang_up()
    hold.exchange.settle()
    told = hold.app.last("/taken")
    assert (told["DialCallStatus"], told["DialBridged"]) == ("completed", "true")
    assert told["DialCallDuration"] == "30"
    assert hold.bo.heard() == ["Your caller has gone"]
    assert hold.left["QueueResult"] == "hangup"


def test_who_waits_longest_is_taken_first(hold: Holding, di: Phone) -> None:
    hold.waits()
    hold.waits(di)
    hold.takes()
    assert hold.bo.talking_to == ["Ana Roy"]
    assert hold.members == ["Di Wu"]


def test_the_caller_hears_the_notice_before_being_connected(hold: Holding) -> None:
    hold.app.says("/notice", "<Say>This call is recorded</Say>")
    sid = hold.waits()
    hold.exchange.advance(4)
    taker = hold.takes("<Queue url='/notice'>support</Queue>")
    told = hold.app.last("/notice")
    assert (told["CallSid"], told["DequeingCallSid"], told["QueueTime"]) == (sid, taker, "4")
    assert hold.bo.talking_to == []
    hold.exchange.advance(3)
    assert hold.ana.heard()[-1] == "This call is recorded"
    assert hold.bo.talking_to == ["Ana Roy"]


def test_a_caller_who_goes_during_the_notice_is_told_to_both_sides(hold: Holding) -> None:
    hold.app.says("/notice", "<Pause length='10'/>")
    hold.waits()
    hold.takes("<Queue url='/notice'>support</Queue>")
    hold.ana.hang_up()
    hold.exchange.settle()
    assert hold.app.last("/taken")["DialBridged"] == "false"
    assert hold.left["QueueResult"] == "hangup"
    assert hold.bo.heard() == ["Your caller has gone"]


def test_a_taker_who_goes_during_the_notice_gives_the_caller_back(hold: Holding) -> None:
    hold.app.says("/notice", "<Pause length='10'/>")
    hold.waits()
    hold.takes("<Queue url='/notice'>support</Queue>")
    hold.bo.hang_up()
    hold.exchange.settle()
    assert hold.left["QueueResult"] == "error"
    assert hold.ana.heard()[-1] == "You are back"


# Nobody there -------------------------------------------------------------------------------------


def test_a_queue_that_never_was_is_an_error(hold: Holding) -> None:
    hold.takes()
    assert hold.app.last("/taken")["DialCallStatus"] == "failed"


def test_an_empty_queue_is_waited_at(hold: Holding) -> None:
    hold.waits()
    hold.ana.hang_up()
    hold.takes(attributes="timeout='20'")
    hold.exchange.advance(19)
    assert hold.app.asked("/taken") == []
    hold.waits()
    assert hold.bo.talking_to == ["Ana Roy"]
    assert len(hold.app.asked("/wait")) == 1


def test_nobody_is_waited_for_longer_than_the_timeout(hold: Holding) -> None:
    hold.waits()
    hold.ana.hang_up()
    hold.takes(attributes="timeout='20'")
    hold.exchange.advance(20)
    assert hold.app.last("/taken")["DialCallStatus"] == "no-answer"
    hold.waits()
    assert hold.members == ["Ana Roy"]


def test_who_waited_at_an_empty_queue_and_went_takes_nobody(hold: Holding) -> None:
    hold.waits()
    hold.ana.hang_up()
    hold.takes()
    hold.bo.hang_up()
    hold.waits()
    assert hold.members == ["Ana Roy"]


# From outside -------------------------------------------------------------------------------------


def test_a_member_sent_elsewhere_has_left(hold: Holding) -> None:
    hold.app.says("/elsewhere", "<Say>Elsewhere</Say><Pause length='60'/>")
    call = hold.exchange.calls[hold.waits()]
    with hold.exchange.acting():
        call.redirect(lambda: call.run(f"{hold.app.url}/elsewhere"))
    hold.exchange.advance(1)
    assert hold.left["QueueResult"] == "redirected"
    assert hold.members == []
    assert hold.ana.heard()[-1] == "Elsewhere"


def test_a_caller_sent_elsewhere_out_of_a_conversation_has_left_it(hold: Holding) -> None:
    hold.app.says("/elsewhere", "<Say>Elsewhere</Say><Pause length='60'/>")
    call = hold.exchange.calls[hold.waits()]
    hold.takes()
    with hold.exchange.acting():
        call.redirect(lambda: call.run(f"{hold.app.url}/elsewhere"))
    hold.exchange.advance(1)
    assert hold.left["QueueResult"] == "redirected-from-bridged"
    assert hold.app.last("/taken")["DialBridged"] == "true"
    assert hold.ana.heard()[-1] == "Elsewhere"


def test_who_is_sent_elsewhere_from_a_conversation_can_be_taken_by_who_waits_for_them(
    hold: Holding, di: Phone
) -> None:
    """Redirected-from-bridged is told to the action, whose answer counts for nothing; whoever had
    them goes on at their own action, and a dial that waits at the queue gets them.
    """
    sid = hold.waits()
    hold.takes(attributes="record='record-from-answer-dual'")
    hold.exchange.advance(30)
    hold.app.says("/voice", "<Dial action='/after' timeout='15'><Queue>support</Queue></Dial>")
    di.dial()
    hold.exchange.settle()
    assert (hold.ana.talking_to, di.talking_to) == (["Bo Chan"], [])
    hold.app.says("/over", "<Say>One moment</Say><Enqueue action='/left'>support</Enqueue>")
    call = hold.exchange.calls[sid]
    with hold.exchange.acting():
        call.redirect(lambda: call.run(f"{hold.app.url}/over"))
    hold.exchange.advance(5)
    assert hold.app.told("/left", "QueueResult") == ["redirected-from-bridged"]
    assert (hold.ana.talking_to, hold.bo.talking_to) == (["Di Wu"], [])
    assert hold.bo.said[-1] == "Your caller has gone"
    assert hold.ana.said[-1] == "One moment"
    assert hold.app.last("/taken")["DialBridged"] == "true"
