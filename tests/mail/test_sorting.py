"""What becomes of a mail, on both databases: it joins the ticket it answers, opens one, or is only
kept; and who is told.
"""

import hashlib
from datetime import timedelta

import pytest

from callflows.turn import Severity
from ivr.database import reading, transaction
from ivr.models import ClockKind, MailOutcome, PageState, Status, Ticket
from ivr.services.mail import inbox, spool
from ivr.services.tickets import attachments, clocks, conversation, life, relations
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings
from tests.mail.corpus import PNG, coded, multipart, part
from tests.mail.post import ANA, EVE, Post, does
from tests.services.mail_server import mail_server
from tests.services.people import NOW

OPENED, JOINED = MailOutcome.OPENED, MailOutcome.JOINED
BO, LIST = "bo@2n5.example", "escalation@2n5.example"


# Opening ------------------------------------------------------------------------------------------


def test_a_mail_opens_a_ticket_of_the_sender_s_customer_and_is_acknowledged(post: Post) -> None:
    came = post.writes("All phones are mute.\nSince nine.\n", Subject="Mute")
    assert came.outcome == OPENED
    ticket = post.ticket(came)
    assert (ticket.title, ticket.description) == ("Mute", "All phones are mute.\nSince nine.")
    assert (ticket.severity, ticket.status) == (Severity.MINOR, Status.NEW)
    assert (ticket.customer.name, ticket.contact.name) == ("Acme", "Ana Roy")
    assert post.subjects(ANA) == [f"[#{ticket.number}] We have your ticket: Mute"]
    assert post.subjects(BO) == []
    assert post.pages() == []


def test_somebody_unknown_becomes_a_contact_without_a_customer(post: Post) -> None:
    first = post.writes(From=f"{coded('Ève Côté')} <Eve@Elsewhere.example>")
    ticket = post.ticket(first)
    assert ticket.customer is None
    assert (ticket.contact.name, ticket.contact.email) == ("Ève Côté", EVE)
    again = post.writes(sender=EVE)
    assert post.ticket(again).contact.id == ticket.contact.id
    assert len(post.letters(EVE)) == 2


def test_who_does_not_say_who_it_is_has_a_ticket_that_staff_see(post: Post) -> None:
    came = post.writes(From=None)
    assert came.outcome == OPENED
    assert post.ticket(came).contact is None


def test_attachments_are_on_the_disk_with_their_hash_and_on_the_ticket(post: Post) -> None:
    log = "état : rompu\n".encode()
    came = post.comes(
        multipart(
            "mixed",
            part("See both"),
            part(PNG, "image/png", Content_Disposition='attachment; filename="screen.png"'),
            part(
                log, "text/plain", Content_Disposition="attachment; filename*=utf-8''%C3%A9tat.log"
            ),
        )
    )
    ticket = post.ticket(came)
    assert ticket.description == "See both"
    kept = post.files(ticket)
    assert [(one.name, one.media_type) for one in kept] == [
        ("screen.png", "image/png"),
        ("état.log", "text/plain"),
    ]
    for one, content in zip(kept, (PNG, log), strict=True):
        assert (attachments.folder() / one.key).read_bytes() == content
        assert (one.size, one.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert post.lines(ticket, Kind.FILES_LEFT) == []


def test_what_is_too_many_files_is_said_and_is_in_the_raw_mail(post: Post) -> None:
    many = [part(b"x", "image/png")] * 60
    came = post.comes(multipart("mixed", part("Pictures"), *many))
    ticket = post.ticket(came)
    assert len(post.files(ticket)) == 50
    assert post.lines(ticket, Kind.FILES_LEFT) == [
        "Files of the mail that are only in its raw text: 10"
    ]
    assert inbox.raw(came).read_bytes().count(b"image/png") == 60


@pytest.mark.parametrize(
    ("headers", "severity"),
    [
        ({}, Severity.MINOR),
        ({"Subject": "[major] Slow"}, Severity.MAJOR),
        ({"Subject": coded("[Majeur] Réseau lent")}, Severity.MAJOR),
        ({"X_Severity": "major"}, Severity.MAJOR),
        ({"X_Severity": "major", "Subject": "[minor] Slow"}, Severity.MINOR),
        ({"X_Severity": "yesterday"}, Severity.MINOR),
        ({"Subject": "critical!"}, Severity.MINOR),  # not a tag
    ],
)
def test_the_severity_is_the_tag_s_or_the_header_s(
    post: Post, headers: dict[str, str], severity: Severity
) -> None:
    assert post.ticket(post.writes(**headers)).severity == severity
    assert post.pages() == []


@pytest.mark.parametrize("how", [{"Subject": "[CRITIQUE] Plus rien"}, {"X_Severity": "critical"}])
def test_critical_by_mail_rings_at_once(post: Post, how: dict[str, str]) -> None:
    ticket = post.ticket(post.writes(**how))
    (page,) = post.pages()
    assert (page.ticket_id, page.state, page.due_at) == (ticket.id, PageState.OPEN, post.now)
    post.attends("page")
    post.attends("leg")
    assert len(post.carrier.rung) == 1
    assert "We are ringing our technicians now." in post.letters(ANA)[0].body


def test_what_is_promised_counts_from_when_the_mail_came(post: Post) -> None:
    spool.receive(multipart("mixed", part("Down"), Subject="[critical] Down"))
    post.passes(minutes=10)  # nobody could look, say
    inbox.collect(post.now)
    post.sorts()
    (ticket,) = post.tickets()
    assert ticket.opened_at == NOW
    with reading() as db:
        response = clocks.one(db, ticket.id, ClockKind.RESPONSE)
        assert response
        assert response.ends_at == NOW + timedelta(minutes=15)
    (page,) = post.pages()
    assert page.level_since == post.now, "who is rung has all of their time"


def test_the_acknowledgement_goes_out_in_the_thread_and_says_that_it_is_automatic(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as server:
        monkeypatch.setenv("SMTP_URL", server.url)
        settings.cache_clear()
        came = post.writes(Subject=coded("Télécopieur muet"))
        post.attends("message")
    (letter,) = server.letters
    number = post.ticket(came).number
    assert letter["To"] == ANA
    assert letter["Subject"] == f"[#{number}] We have your ticket: Télécopieur muet"
    assert letter["In-Reply-To"] == letter["References"] == came.message_id
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Id"] == "<support.2n5.example>"
    assert number in letter.get_body(("plain",)).get_content()


def test_a_reply_by_hand_threads_under_the_last_mail_and_under_our_first(post: Post) -> None:
    first = post.writes()
    ticket = post.ticket(first)
    again = post.writes(Subject=f"Re: [#{ticket.number}] More")
    post.writes(Subject=f"[#{ticket.number}] Away", Auto_Submitted="auto-replied")
    does(conversation.reply, ticket, "Bo", "We look at it.")
    ack, reply = post.letters(ANA)
    assert reply.references == [ack.message_id, again.message_id]
    assert reply.by_hand


# Joining ------------------------------------------------------------------------------------------


def test_an_answer_joins_by_the_number_in_its_subject(post: Post) -> None:
    ticket = post.ticket(post.writes())
    came = post.writes(
        "It is the switch.\n\nOn Tue, Nov 24, 2026 Bo wrote:\n> Well?\n",
        Subject=f"RE: [#{ticket.number}] x",
    )
    assert (came.outcome, came.ticket_id) == (JOINED, ticket.id)
    (said,) = post.said(ticket)
    assert (said["by"], said["text"], said["channel"]) == ("Ana Roy", "It is the switch.", "mail")
    assert "> Well?" in str(said["quoted"])
    assert len(post.tickets()) == 1
    assert post.subjects(BO) == [f"[#{ticket.number}] Ana Roy wrote: SIP trunk down"]
    assert len(post.letters(ANA)) == 1, "an answer is not acknowledged"


def test_an_answer_s_files_are_on_its_line(post: Post) -> None:
    ticket = post.ticket(post.writes())
    post.comes(
        multipart(
            "mixed",
            part("See"),
            part(PNG, "image/png"),
            Subject=f"[#{ticket.number}]",
            Message_ID="<9@x>",
        )
    )
    (file,) = post.files(ticket)
    assert file.entry_id is not None


def test_an_answer_joins_by_the_mail_of_ours_that_it_answers(post: Post) -> None:
    ticket = post.ticket(post.writes())
    ours = post.letters(ANA)[0].message_id
    for headers in ({"In_Reply_To": ours}, {"References": f"<z@x> {ours} <y@x>"}):
        assert post.writes(Subject="Re: it", **headers).ticket_id == ticket.id


def test_an_answer_joins_by_their_own_mail_that_it_answers(post: Post) -> None:
    first = post.writes()
    again = post.writes(In_Reply_To=first.message_id)
    third = post.writes(References=f"<a@x> {again.message_id}", sender="al@acme.example")
    assert {first.ticket_id} == {again.ticket_id, third.ticket_id}


def test_the_number_counts_more_than_the_thread(post: Post) -> None:
    one, other = post.writes(), post.writes()
    number = post.ticket(other).number
    came = post.writes(Subject=f"[#{number}]", In_Reply_To=one.message_id)
    assert came.ticket_id == other.ticket_id


def test_nothing_is_guessed(post: Post) -> None:
    number = post.ticket(post.writes(Subject="Fax")).number
    same_subject = post.writes(Subject="Re: Fax")
    in_words = post.writes(f"About [#{number}]", Subject=f"About #{number}")
    assert (same_subject.outcome, in_words.outcome) == (OPENED, OPENED)
    assert len(post.tickets()) == 3


def test_a_number_that_is_none_opens_a_ticket(post: Post) -> None:
    came = post.writes(Subject="Re: [#98765432] Fax")
    assert came.outcome == OPENED
    assert post.ticket(came).title == "Fax"


def test_the_number_of_a_merged_ticket_is_that_of_the_one_that_is_left(post: Post) -> None:
    left, duplicate = post.ticket(post.writes()), post.ticket(post.writes(sender=EVE))
    with transaction() as db:
        one, other = db.get_one(Ticket, duplicate.id), db.get_one(Ticket, left.id)
        relations.merge(db, post.now, one, other, "Bo")
    came = post.writes(Subject=f"[#{duplicate.number}]", sender=EVE)
    assert (came.outcome, came.ticket_id) == (JOINED, left.id)
    assert post.said(left)[-1]["known"], "she watches it since"
    answer = post.writes(In_Reply_To=post.letters(EVE)[0].message_id, sender="eve@home.example")
    assert answer.ticket_id == left.id
    assert post.said(left)[-1]["known"], "who answers us was written to"


def test_what_answers_a_mail_that_is_not_sorted_yet_waits_for_it(post: Post) -> None:
    for sender, headers in ((ANA, {}), (ANA, {"In_Reply_To": "<first@x>"})):
        name = "<second@x>" if headers else "<first@x>"
        spool.receive(multipart("mixed", part("Down"), From=sender, Message_ID=name, **headers))
        post.passes(seconds=1)
    inbox.collect(post.now)
    first, second = post.mails()
    assert (first.message_id, second.message_id) == ("<first@x>", "<second@x>")
    inbox.attend(second.id, post.carrier)
    assert post.tickets() == []
    inbox.attend(first.id, post.carrier)
    post.passes(seconds=5)
    post.sorts()
    assert len(post.tickets()) == 1
    assert [one.outcome for one in post.mails()] == [OPENED, JOINED]


# What an answer does, and does not ----------------------------------------------------------------


def test_an_answer_ends_a_wait_and_the_resolution_goes_on(post: Post) -> None:
    ticket = post.ticket(post.writes(Subject="[major] Slow"))
    does(conversation.ask, ticket, "Bo", "Which phone?")
    post.passes(hours=5)
    post.writes("All.", Subject=f"Re: [#{ticket.number}] resolved")
    assert post.tickets()[0].status == Status.OPEN
    with reading() as db:
        resolution = clocks.one(db, ticket.id, ClockKind.RESOLUTION)
        assert resolution
        assert resolution.ends_at == NOW + timedelta(hours=13)


@pytest.mark.parametrize("status", [Status.NEW, Status.OPEN, Status.WAITING])
def test_no_word_in_a_mail_closes_or_accepts(post: Post, status: Status) -> None:
    ticket = post.ticket(post.writes(Subject="[critical] Down"))
    if status != Status.NEW:
        does(life.move, ticket, status, life.STAFF)
    for word in ("resolved", "close", "CLOSED", "accept", "fermé", "1", "unsubscribe", "DELETE"):
        subject = coded(f"{word} [#{ticket.number}] {word}")
        post.writes(word, Subject=subject, X_Status=word, Control=word)
        (now,) = post.tickets()
        assert now.status == (Status.OPEN if status == Status.WAITING else status)
    (page,) = post.pages()
    assert (page.state, page.accepted_by_id) == (PageState.OPEN, None)


def test_an_answer_opens_a_resolved_ticket_again(post: Post) -> None:
    ticket = post.ticket(post.writes(Subject="[critical] Down"))
    does(conversation.resolve, ticket, "Bo", "test")
    post.passes(days=2)
    came = post.writes("Not at all", Subject=f"Re: [#{ticket.number}]")
    assert (came.outcome, post.tickets()[0].status) == (JOINED, Status.OPEN)
    assert [page.state for page in post.pages()] == [PageState.CLOSED, PageState.OPEN]


def test_after_the_days_to_reopen_a_new_ticket_is_opened_and_linked(post: Post) -> None:
    ticket = post.ticket(post.writes())
    does(conversation.resolve, ticket, "Bo", "test")
    post.passes(days=31)
    came = post.writes("Again!", Subject=f"Re: [#{ticket.number}] Fax")
    new = post.ticket(came)
    assert (came.outcome, new.title) == (OPENED, "Fax")
    assert post.tickets()[0].status == Status.RESOLVED
    assert post.lines(ticket, Kind.LINKED) == [f"mail linked it with {new.number}"]
    assert post.lines(new, Kind.LINKED) == [f"mail linked it with {ticket.number}"]


def test_a_tag_makes_it_worse_never_better_and_critical_rings(post: Post) -> None:
    ticket = post.ticket(post.writes())
    for tag, severity, pages in (
        ("[major]", Severity.MAJOR, 0),
        ("[minor]", Severity.MAJOR, 0),
        ("[critical]", Severity.CRITICAL, 1),
        ("[minor]", Severity.CRITICAL, 1),
    ):
        post.writes(Subject=f"{tag} [#{ticket.number}]")
        assert post.tickets()[0].severity == severity
        assert len(post.pages()) == pages


# Strangers and staff ------------------------------------------------------------------------------


@pytest.mark.parametrize("stranger", [EVE, "luc@lajoie.example"])
def test_a_stranger_s_mail_with_a_guessed_number_is_kept_and_changes_nothing(
    post: Post, stranger: str
) -> None:
    ticket = post.ticket(post.writes())
    does(conversation.ask, ticket, "Bo", "Which phone?")
    for headers in ({}, {"Subject": f"[major] [#{ticket.number}]"}):
        came = post.writes("Hi", sender=stranger, **{"Subject": f"[#{ticket.number}]"} | headers)
        assert (came.outcome, came.ticket_id) == (JOINED, ticket.id)
    answers_himself = post.writes("Hi", sender=stranger, In_Reply_To=came.message_id)
    assert answers_himself.ticket_id == ticket.id
    assert [said["known"] for said in post.said(ticket)] == [False] * 3
    (now,) = post.tickets()
    assert (now.status, now.severity, now.level) == (Status.WAITING, Severity.MINOR, 1)
    assert post.letters(stranger) == []


def test_what_a_stranger_has_that_cannot_wait_gets_a_ticket_of_its_own(post: Post) -> None:
    ticket = post.ticket(post.writes())
    came = post.writes(Subject=f"[critical] [#{ticket.number}] Down", sender=EVE)
    new = post.ticket(came)
    assert (came.outcome, new.title) == (OPENED, "Down")
    assert [page.ticket_id for page in post.pages()] == [new.id]
    assert post.tickets()[0].severity == Severity.MINOR
    assert ticket.number not in post.letters(EVE)[0].body


def test_a_colleague_and_who_was_written_to_are_known(post: Post) -> None:
    ticket = post.ticket(post.writes())
    ours = post.letters(ANA)[0].message_id
    number = f"[#{ticket.number}]"
    post.writes(Subject=number, sender="al@acme.example")
    post.writes(Subject=number, sender=EVE, In_Reply_To=ours)
    post.writes(Subject=number, sender=EVE, In_Reply_To="<1@them.example>")  # Ana's, forwarded
    assert [said["known"] for said in post.said(ticket)] == [True, True, True]
    assert post.said(ticket)[1]["by"] == f"eve <{EVE}>"


@pytest.mark.parametrize("headers", [{}, {"To": LIST}, {"Subject": "[critical] [#{}] resolved"}])
def test_mail_of_staff_is_a_note_among_us(post: Post, headers: dict[str, str]) -> None:
    ticket = post.ticket(post.writes())
    does(conversation.ask, ticket, "Bo", "Which phone?")
    told = len(post.letters(ANA))
    given = {"Subject": "Re: [#{}]"} | headers
    post.writes(
        "It is their switch.",
        sender=BO,
        **given | {"Subject": given["Subject"].format(ticket.number)},
    )
    assert post.lines(ticket, Kind.NOTE) == ["Note by Bo: It is their switch."]
    assert post.said(ticket) == []
    (now,) = post.tickets()
    assert (now.status, now.severity, now.level) == (Status.WAITING, Severity.MINOR, 1)
    assert len(post.letters(ANA)) == told
    assert post.pages() == []


def test_mail_of_staff_on_a_ticket_that_is_over_for_long_opens_none(post: Post) -> None:
    ticket = post.ticket(post.writes())
    does(conversation.resolve, ticket, "Bo", "test")
    post.passes(days=60)
    post.writes("For the record", sender=BO, Subject=f"[#{ticket.number}]")
    assert len(post.tickets()) == 1
    assert post.lines(ticket, Kind.NOTE) == ["Note by Bo: For the record"]


def test_whoever_answers_the_alarm_of_the_management_is_one_of_us(post: Post) -> None:
    ticket = post.ticket(post.writes("Well?", To=LIST))
    alarm = next(one for one in post.letters(LIST))
    post.writes("I call them.", sender="boss@elsewhere.example", In_Reply_To=alarm.message_id)
    assert post.lines(ticket, Kind.NOTE) == ["Note by boss <boss@elsewhere.example>: I call them."]
