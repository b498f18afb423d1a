"""No two programs write to each other without end, and no emergency is lost for it."""

import pytest

from callflows.turn import Severity
from ivr.models import MailOutcome, Status
from ivr.services.mail import inbox
from ivr.services.tickets import attachments, conversation
from ivr.services.tickets.timeline import Kind
from tests.mail.corpus import multipart, part
from tests.mail.post import ANA, Post, does

OPENED, JOINED = MailOutcome.OPENED, MailOutcome.JOINED
BO, LIST = "bo@2n5.example", "escalation@2n5.example"


MACHINES = [
    ({"Auto_Submitted": "auto-replied"}, MailOutcome.AUTOMATIC),
    ({"Auto_Submitted": "auto-generated"}, MailOutcome.AUTOMATIC),
    ({"Precedence": "bulk"}, MailOutcome.AUTOMATIC),
    ({"List_Id": "<news.example>"}, MailOutcome.AUTOMATIC),
    ({"Return_Path": "<>"}, MailOutcome.BOUNCE),
    ({"From": "MAILER-DAEMON@mx.example"}, MailOutcome.BOUNCE),
    ({"From": "support@2n5.example"}, MailOutcome.OWN),
    ({"From": "support+x@2n5.example"}, MailOutcome.OWN),
    ({"From": f"The list <{LIST}>"}, MailOutcome.OWN),
]


@pytest.mark.parametrize(("headers", "outcome"), MACHINES)
def test_what_no_person_wrote_opens_nothing_and_answers_nothing(
    post: Post, headers: dict[str, str], outcome: MailOutcome
) -> None:
    ticket = post.ticket(post.writes())
    does(conversation.ask, ticket, "Bo", "Which phone?")
    before = [len(post.letters(to)) for to in (ANA, BO, LIST)]
    for subject in ("[critical] Down", f"[critical] Re: [#{ticket.number}]"):
        came = post.writes(Subject=subject, To=f"{LIST}, support@2n5.example", **headers)
        assert came.outcome == outcome
        assert inbox.raw(came).exists()
    (now,) = post.tickets()
    assert (now.status, now.severity, now.level) == (Status.WAITING, Severity.MINOR, 1)
    assert post.pages() == []
    assert [len(post.letters(to)) for to in (ANA, BO, LIST)] == before
    kinds = {MailOutcome.AUTOMATIC: Kind.AUTOMATIC, MailOutcome.BOUNCE: Kind.BOUNCED}
    for one, kind in kinds.items():
        assert len(post.lines(ticket, kind)) == (one == outcome)


def test_our_own_letter_that_comes_back_is_ours_whoever_it_says_it_is_from(post: Post) -> None:
    post.writes()
    ours = post.letters(ANA)[0].message_id
    came = post.writes(Message_ID=ours, From="relay@elsewhere.example")
    assert came.outcome == MailOutcome.OWN
    assert len(post.tickets()) == 1


def test_a_bounce_is_told_on_the_ticket_whose_mail_did_not_arrive(post: Post) -> None:
    ticket = post.ticket(post.writes())
    ours = post.letters(ANA)[0].message_id
    returned = f"Content-Type: message/rfc822\n\nSubject: x\nMessage-ID: {ours}\n\nWords\n".encode()
    came = post.comes(
        multipart(
            "report", part("No such user"), returned, From="mx@mx.example", Message_ID="<b@mx>"
        )
    )
    assert (came.outcome, came.ticket_id) == (MailOutcome.BOUNCE, ticket.id)
    assert post.lines(ticket, Kind.BOUNCED) == ["A mail of ours did not arrive: No such user"]
    assert post.files(ticket) == []
    assert list(attachments.folder().glob("*")) == [], "what is in the raw mail is not kept twice"


def test_a_message_id_that_comes_twice_is_one_mail(post: Post) -> None:
    first = post.writes("One", Message_ID="<same@x>")
    post.writes("One, by another way", Message_ID="<same@x>")
    assert [one.id for one in post.mails()] == [first.id]
    assert len(post.tickets()) == 1
    assert len(list(inbox.folder().glob("*.eml"))) == 2, "the raw mail is kept all the same"


def test_a_mail_without_a_message_id_that_comes_twice_is_one_mail(post: Post) -> None:
    for _ in range(2):
        post.writes(Message_ID=None)
    assert len(post.tickets()) == 1


# The budget ---------------------------------------------------------------------------------------


def test_a_flood_of_new_ones_goes_onto_the_last_ticket_and_is_not_acknowledged(post: Post) -> None:
    for number in range(13):
        came = post.writes(f"Alarm {number}", Subject=f"Port {number}")
        post.passes(minutes=1)
    assert len(post.tickets()) == 10
    last = post.tickets()[-1]
    assert (came.outcome, came.ticket_id) == (JOINED, last.id)
    assert [said["text"] for said in post.said(last)] == [
        f"Port {number}\n\nAlarm {number}" for number in (10, 11, 12)
    ], "with its subject, which is nowhere else"
    assert len(post.letters(ANA)) == 10
    assert post.writes(sender="al@acme.example").outcome == OPENED, "others are not held up"
    post.passes(hours=1)
    assert post.writes().outcome == OPENED


def test_a_flood_hides_no_emergency(post: Post) -> None:
    for _ in range(10):
        post.writes()
    assert post.pages() == []
    came = post.writes(Subject="[critical] Down")
    assert (came.outcome, len(post.tickets())) == (JOINED, 10)
    assert [page.ticket_id for page in post.pages()] == [came.ticket_id]


def test_more_than_ten_an_hour_in_a_thread_are_kept_and_nobody_is_told(post: Post) -> None:
    ticket = post.ticket(post.writes())
    subject = f"Re: [#{ticket.number}]"
    outcomes = [post.writes(f"Answer {n}", Subject=subject).outcome for n in range(14)]
    assert outcomes == [JOINED] * 9 + [MailOutcome.LOOP] * 5
    assert len(post.said(ticket)) == 14
    assert len(post.letters(BO)) == 9
    loud = post.writes(Subject=subject, sender="al@acme.example")
    assert loud.outcome == JOINED, "others are told of"
    post.writes(Subject=subject, To=LIST)
    assert post.tickets()[0].level == 1, "a loop raises nothing"
    post.passes(hours=1, minutes=1)
    assert post.writes(Subject=subject).outcome == JOINED


def test_over_the_budget_critical_rings_all_the_same(post: Post) -> None:
    ticket = post.ticket(post.writes())
    for _ in range(12):
        post.writes(Subject=f"[#{ticket.number}]")
    came = post.writes(Subject=f"[#{ticket.number}] [critical]")
    assert came.outcome == MailOutcome.LOOP
    assert len(post.pages()) == 1


def test_two_help_desks_do_not_write_to_each_other_for_long(post: Post) -> None:
    """The other one answers every mail of ours as a new case, and says nothing of being a program."""
    desk = "help@desk.example"
    post.writes(sender=desk)
    answered = 0
    for _ in range(40):
        letters = post.letters(desk)
        if len(letters) == answered:
            break
        for _one in letters[answered:]:
            post.writes("Your case is open.", Subject="Case 1", sender=desk)
        answered = len(letters)
    assert answered == 10
    assert len(post.tickets()) == 10
