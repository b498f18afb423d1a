"""What a level tells when it begins, once: lists and webhooks that it names."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from ivr.database import reading, transaction
from ivr.models import Delivery, Message, Page, Policy, Webhook
from ivr.models.policy import DEFAULT
from ivr.services.paging import paging
from tests.services import people
from tests.services.people import NOW

pytestmark = pytest.mark.usefixtures("database")
WHO = [{"webhook": 1}, {"mail": "noc@2n5.example"}]


def test_a_webhook_and_a_list_are_told_once_when_their_level_begins_and_again_when_it_is_reopened(
) -> None:  # fmt: skip
    with transaction() as db:
        people.organization(db)
        db.add(Webhook(id=1, name="Chat", url="https://chat.example/x", form="event", events=[],
                       secret="s", made_at=NOW))  # fmt: skip
        policy = db.get_one(Policy, DEFAULT)
        first, *rest = policy.levels
        policy.levels = [first | {"who": WHO}, *rest]
        page_id = paging.open_page(db, NOW, people.ticket(db)).id

    def looked_at(seconds: int) -> tuple[list[str], int, int]:
        now = NOW + timedelta(seconds=seconds)
        with transaction() as db:
            page = db.get_one(Page, page_id)
            page.due_at = now
            db.flush()
            paging.advance(db, now, page_id)
        with reading() as db:
            events = [one.event for one in db.scalars(select(Delivery))]
            mails = db.scalars(select(Message).where(Message.to == "noc@2n5.example")).all()
            return events, len(mails), db.get_one(Page, page_id).level

    for seconds in (0, 1, 30):
        assert looked_at(seconds) == (["page.summoned"], 1, 0)
    with transaction() as db:
        page = db.get_one(Page, page_id)
        assert paging.ring_again(db, NOW + timedelta(seconds=40), page, "called again")
    assert looked_at(41) == (["page.summoned"] * 2, 2, 0)
    assert looked_at(110)[2] == 2
