"""What the line can do without: calls of numbers that we have blocked, of one number many times a
minute, and while the database was away; mails of ours that come back, that come too often, and that
cannot be read.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ivr.demo.calls import Caller
from ivr.demo.case import Case
from ivr.demo.people import BLOCKED
from ivr.demo.words import Tongue
from ivr.models import MailOutcome
from ivr.services.calls.calls import MANY_CALLS
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings

if TYPE_CHECKING:
    from ivr.demo.world import World


def blocked(world: "World", at: datetime) -> None:
    caller = Caller(world, at, None, world.chance.choice(BLOCKED)[0])
    world.tell(Kind.CALLER_BLOCKED, at, None, caller.call)
    caller.is_turned_away()


def many(world: "World", at: datetime, most: int) -> None:
    """One number, again and again: a machine that has dialled wrong. `most` calls."""
    number = f"+1613555{world.chance.randrange(180, 199):04}"
    for nth in range(min(MANY_CALLS + 3, most)):
        caller = Caller(world, at, None, number)
        if nth >= MANY_CALLS:
            world.tell(Kind.MANY_CALLS, at, None, caller.call)
        caller.calls("minor", None, "ticket")
        at += timedelta(seconds=world.chance.randrange(5, 9))


def without_database(world: "World", at: datetime) -> None:
    """What the fallback noted down, put on record as soon as the database was back."""
    sid, number = world.opaque("CA"), "+16135550144"
    for nth, what in enumerate(("dial", "accepted")):
        moment = (at + timedelta(seconds=20 * nth)).isoformat()
        told = {"what": what, "at": moment, "call": sid, "number": number}
        event = {**told, "status": "in-progress", "position": 0}
        world.tell(Kind.LIFELINE, at + timedelta(seconds=95), None, event=event)


# Mails --------------------------------------------------------------------------------------------


def unreadable(world: "World", at: datetime) -> Case:
    """A ticket says that there is a mail that somebody must look at, and mostly has."""
    told = "A mail that could not be read"
    case = Case(world, None, "major", Tongue(world.chance, world.ours.languages[0]), title=told)
    unseen = world.now_and_then("unreadable and not seen to", 4)
    outcome = MailOutcome.FAILED if unseen else MailOutcome.DISMISSED
    mail = case.post.came(at, "scanner@customer-3.example", "Scanner", "Scan", "", outcome)
    mail["cause"] = "LookupError in parser.py, get_content"
    case.row["description"] = f"The mail is kept in VAR_DIR/mail/in/{mail['file']}. Tried 8 times."
    case.open(at, page=False, by="mail", mail=mail)
    return case


def too_many(case: Case, at: datetime) -> None:
    """A program answers whatever we write: it is on the ticket, and nobody is told."""
    contact = case.contact
    if contact is None or not contact.email or at > case.world.until:
        return
    text = case.tongue.says("away")
    mail = case.post.came(at, contact.email, contact.name, "Re: Re: Re:", text, MailOutcome.LOOP)
    about = {"by": contact.name, "text": text, "channel": "mail", "mail": mail}
    case.tell(Kind.SAID, at, None, **about, quoted="", known=True)


def come_back(case: Case, at: datetime) -> None:
    """Our own, sent on to us by a mailbox that was set up so."""
    case.post.came(at, settings().support_email, "", f"Fwd: {case.title}", "", MailOutcome.OWN)
