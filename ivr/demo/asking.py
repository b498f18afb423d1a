"""Feedback in the month: asked after a closing, once a contact, and answered by some of them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ivr.demo.rows import Row
from ivr.models import Channel, Feedback
from ivr.services import links
from ivr.services.calls import moments
from ivr.services.tickets import feedback, targets
from ivr.services.tickets.timeline import Kind

if TYPE_CHECKING:
    from ivr.demo.case import Case

SCORES = (1, 2, 3, 4, 5)
OF_THEM = (5, 7, 14, 34, 40)
"""How many give each."""
ANSWER = 0.55


def after_closing(case: "Case", at: datetime) -> None:
    """The mail about a closing, with the question or without it."""
    assert case.resolved_at
    world, contact = case.world, case.contact
    reopen_by = moments.Moment(
        case.resolved_at + timedelta(days=targets.REOPEN_DAYS), world.ours.time_zone
    )
    occasion = f"closed-{int(at.timestamp())}"
    if contact is None or not contact.email or not _may_be_asked(case, at):
        case.post.to_customer(at, "closed", occasion, reopen_by=reopen_by)
        return
    asked = _request(case, at, Channel.MAIL)
    stop = links.no_feedback(asked["token"])
    case.post.to_customer(
        at, "feedback", occasion, {"unsubscribe_url": stop}, reopen_by=reopen_by, stop_url=stop,
        scores=[(str(one), links.feedback(asked["token"], one)) for one in feedback.SCORES],
    )  # fmt: skip
    later = at + timedelta(hours=world.chance.uniform(0.2, 40))
    if world.chance.random() < ANSWER and later < world.until:
        channel = Channel.MAIL if world.chance.random() < 0.7 else Channel.PORTAL
        give(case, later, asked, score(case), channel, text=case.tongue.says("comments"))
    elif later < world.until and world.now_and_then("no more questions", 40):
        contact.no_feedback = True
        case.tell(Kind.NO_FEEDBACK, later, name=contact.name)


def score(case: "Case") -> int:
    return case.world.chance.choices(SCORES, OF_THEM)[0]


def _may_be_asked(case: "Case", at: datetime) -> bool:
    assert case.contact
    if case.contact.no_feedback:
        return False
    asked = case.world.asked_at.get(case.contact.id)
    return asked is None or at > asked + timedelta(days=targets.FEEDBACK_DAYS)


def by_phone(case: "Case", at: datetime, call: Row, given: int) -> None:
    give(case, at, _request(case, at, Channel.PHONE), given, Channel.PHONE, call=call)


def due(case: "Case", at: datetime) -> bool:
    return case.resolved_at is not None and (case.contact is None or _may_be_asked(case, at))


def _request(case: "Case", at: datetime, channel: Channel) -> Row:
    if case.contact:
        case.world.asked_at[case.contact.id] = at
    return case.world.rows.add(
        Feedback, ticket_id=case.row, contact_id=case.contact.id if case.contact else None,
        closing=case.resolved_at or at, token=case.world.opaque(digits=24), asked_at=at,
        asked_by=channel,
    )  # fmt: skip


def give(
    case: "Case", at: datetime, asked: Row, given: int, channel: Channel, *,
    text: str = "", call: Row | None = None,
) -> None:  # fmt: skip
    asked.update(score=given, comment=text, answered_by=channel, answered_at=at)
    case.tell(Kind.FEEDBACK, at, call, score=given, text=text, channel=channel)
    if given <= feedback.POOR:
        occasion = f"unhappy-{int(at.timestamp())}"
        case.post.to_staff(at, "unhappy", occasion, case.in_charge(at), score=given, text=text)
