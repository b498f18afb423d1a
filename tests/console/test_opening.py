"""Staff open a ticket for somebody, and put one of somebody unknown under a customer."""

import re

import pytest
import requests
from sqlalchemy import select

from callflows.turn import Severity
from ivr import clock
from ivr.database import reading, transaction
from ivr.models import AssignmentRule, Attachment, Contact, Customer, Team, Ticket
from ivr.services.tickets import attachments, intake
from ivr.settings import settings
from ivr.signed import GOOD_FOR
from tests.console.browsing import File, alert, png, receive, submit
from tests.console.test_pages import get, words
from tests.mail.corpus import mail
from tests.stories.line import WORLD, Line

NEW = {"name": "Zoé Nadeau", "email": "Zoe@nouveau.example", "phone": "514 555-0177"}
OTHER = {"name": "Lajoie", "contacts": [{"name": "Luc", "email": "luc@lajoie.example"}]}


def opens(*files: File, **form: str) -> requests.Response:
    given = {"title": "Phones mute", "severity": "minor", "by": "Bo Chan", **form}
    return submit("/tickets/new", "/tickets/new", *files, **given)


def ana() -> str:
    with reading() as db:
        return str(db.scalar(select(Contact.id).where(Contact.name == "Ana Roy")))


def newest() -> Ticket:
    with reading() as db:
        found = db.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        assert found
        assert found.contact is None or found.contact.name
        return found


def put_under(number: str, customer: str) -> requests.Response:
    path = f"/tickets/{number}"
    return submit(path, f"{path}/customer", customer=customer, by="Bo Chan")


# Opening ------------------------------------------------------------------------------------------


def test_a_ticket_for_a_contact_whom_we_know(line: Line) -> None:
    form = {"description": "All of them,\nsince noon.", "contact": ana()}
    answer = opens(("a.png", png(), "image/png"), **form)
    number = newest().number
    assert answer.url.endswith(f"/tickets/{number}")
    told = words(answer)
    assert "Customer Acme Contact Ana Roy" in told
    assert "Ticket opened, minor (by Bo Chan)" in told
    assert "All of them, since noon." in told
    assert "a.png" in told
    assert line.mails(number) == ["ana@acme.example"], "acknowledged"
    line.passes(60)
    assert line.rings() == []
    assert "by=" in answer.history[0].headers["Set-Cookie"]


def test_whom_it_is_for_is_found_by_what_one_knows(line: Line) -> None:
    for asked in ("roy", "ACM", "ana@acme.example", "514 555-0100"):
        answer = opens(find="1", whom=asked, title="")
        assert re.search(rf'value="{ana()}">Ana Roy · Acme · ana@acme', answer.text), asked
    assert "Nobody fits." in words(opens(find="1", whom="100%", title="Kept"))
    assert "contact" not in re.findall(r'name="(\w+)"', opens(find="1", whom="ro").text)


def test_a_critical_one_rings(line: Line) -> None:
    told = words(opens(contact=ana(), severity="critical"))
    assert "Nobody has it yet." in told
    line.until(line.rings)


def test_a_ticket_for_somebody_new(line: Line) -> None:
    assert alert(opens(customer="Acne", **NEW)) == "There is no customer Acne."
    told = words(opens(customer=" acme ", **NEW))
    assert "Customer Acme Contact Zoé Nadeau" in told
    with reading() as db:
        zoe = db.scalars(select(Contact).where(Contact.email == "zoe@nouveau.example")).one()
    assert (zoe.name, zoe.phone) == ("Zoé Nadeau", "+15145550177")
    told = words(opens(name="Z.", email="zoe@nouveau.example"))
    assert "Customer Acme Contact Zoé Nadeau" in told, "known by the address"
    assert "Customer unknown Contact Max" in words(opens(name="Max", phone="+15145550178"))


def test_what_to_expect_is_told_in_the_words_of_the_policy(line: Line) -> None:
    told = words(get("/tickets/new"))
    assert (
        "critical Service is down. The technicians on call are rung at once. An answer is due by Tue 24 Nov, 03:15."
        in told
    )
    assert "major Service is degraded. An answer is due by Tue 24 Nov, 03:30." in told
    assert "minor It is not urgent. An answer is due by Tue 24 Nov, 17:00." in told


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"title": " "}, "Say in a few words what is wrong."),
        ({"severity": "awful"}, "Choose how bad it is."),
        ({"contact": "999"}, "There is no such contact."),
        ({"contact": "x" * 30, "name": ""}, "Choose a contact, or give the name of a new one."),
        ({"email": "", "phone": ""}, "Give an e-mail address or a telephone number"),
        ({"email": "zoe"}, "zoe is no e-mail address."),
        ({"phone": "12"}, "12 is no telephone number."),
    ],
)
def test_what_is_missing_is_told_and_the_rest_is_kept(
    line: Line, wrong: dict[str, str], told: str
) -> None:
    before = newest().id
    form = {**NEW, "description": "Since <noon>", "severity": "major", **wrong}
    answer = opens(("a.log", b"x", "text/plain"), **form)
    assert alert(answer).startswith(told)
    assert "Since &lt;noon&gt;</textarea>" in answer.text
    for name in set(NEW) - set(wrong):
        assert f'value="{NEW[name]}"' in answer.text, name
    if "severity" not in wrong:
        assert re.search(r'value="major" required checked', answer.text)
    assert newest().id == before
    with reading() as db:
        assert db.query(Attachment).count() == 0
    assert list(attachments.folder().iterdir()) == []


def test_a_form_of_elsewhere_or_of_yesterday_opens_nothing(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time_machine

    before = newest().id
    url = f"{settings().own_url}/tickets/new"
    data = {"contact": ana(), "title": "Kept", "severity": "minor", "token": "nonsense"}
    assert requests.post(url, data=data, timeout=10).status_code == 403
    token = re.findall(
        r'name="token" value="([^"]+)"', get("/tickets/new").text.partition("<main")[2]
    )[0]
    with time_machine.travel(clock_of_the_wall() + GOOD_FOR + 60, tick=False):
        answer = requests.post(url, data=data | {"token": token}, timeout=10)
    assert answer.status_code == 403
    assert 'value="Kept"' in answer.text
    assert newest().id == before


def clock_of_the_wall() -> float:
    import time

    return time.time()


# Whose it is --------------------------------------------------------------------------------------


def test_a_ticket_of_somebody_unknown_is_put_under_a_customer(line: Line) -> None:
    with transaction() as db:
        team = Team(name="Voice")
        acme = db.scalars(select(Customer).where(Customer.name == "Acme")).one()
        acme.targets = {"minor": {"response": {"within": 3600}}}
        db.add(team)
        db.flush()
        db.add(AssignmentRule(position=1, customer_id=acme.id, team_id=team.id))
    receive(line, mail(From="Zoe <zoe@nouveau.example>", Subject="Mute", Message_ID="<1@z>"))
    receive(line, mail(From="Zoe <zoe@nouveau.example>", Subject="Deaf", Message_ID="<2@z>"))
    number = newest().number
    assert "Whose ticket is it? Zoe belongs to" in words(get(f"/tickets/{number}"))
    told = words(put_under(number, "Acme"))
    assert "Customer Acme Contact Zoe" in told
    assert "Bo Chan put it under Acme" in told
    assert "Assigned to Voice (by rule)" in told
    assert "Answer due Tue 24 Nov, 04:00" in told, "as its contract promises"
    assert "Whose ticket is it?" not in told
    with reading() as db:
        zoe = db.scalars(select(Contact).where(Contact.name == "Zoe")).one()
        assert zoe.customer
        theirs = select(Ticket.title).where(Ticket.customer_id == zoe.customer_id)
        assert {"Mute", "Deaf"} <= set(db.scalars(theirs))


def test_a_mistake_is_put_right(line: Line) -> None:
    line.world(customers=[*WORLD["customers"], OTHER])
    receive(line, mail(From="Zoe <zoe@nouveau.example>", Subject="Mute"))
    number = newest().number
    put_under(number, "Acme")
    assert "Customer Lajoie Contact Zoe" in words(put_under(number, "Lajoie"))
    put_under(number, "Lajoie")
    assert line.kinds(number).count("put-under") == 2
    with reading() as db:
        assert (
            db.scalars(select(Contact).where(Contact.name == "Zoe")).one().customer.name == "Lajoie"
        )  # type: ignore[union-attr]


def test_there_is_no_such_customer(line: Line) -> None:
    for odd in ("", "x", "999", "-1", "9" * 40):
        answer = submit("/tickets/42", "/tickets/42/customer", customer=odd)
        assert alert(answer) == "There is no such customer."


def test_a_ticket_without_a_contact_can_be_put_under_a_customer(line: Line) -> None:
    with transaction() as db:
        number = intake.take(db, clock.now(), severity=Severity.MINOR, title="Anonymous").number
    told = words(put_under(number, "Acme"))
    assert "Customer Acme" in told
    assert line.ticket("42")["customer"] == "Acme"
