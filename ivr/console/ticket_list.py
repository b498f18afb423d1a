"""The list of tickets, and the search: filters are addresses, and those can be kept as views."""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from flask import Response, abort, redirect, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import ticket_query, tongue
from ivr.console.door import console, page
from ivr.console.forms import row, token, too_old
from ivr.console.guard import needs
from ivr.console.staff import staff
from ivr.console.ticket_query import VIEWS, Asked, Choices
from ivr.console.tongue import language, number, say
from ivr.database import reading, transaction
from ivr.services.settings import house
from ivr.services.staff.roles import May
from ivr.services.sureness import checks
from ivr.services.tickets import customers, hits, saved_views, search, ticket_filters, ticket_list
from ivr.services.tickets.hits import Hit
from ivr.services.tickets.saved_views import LONGEST_NAME
from ivr.services.tickets.ticket_filters import Moment
from ivr.services.tickets.ticket_list import Count

ROW = "int(max=2147483647)"
LONGEST_QUERY = 2000
ABOUT = "the views of the tickets"
"""What the forms of this page are signed for."""
MARKED = re.compile(f"{search.MARK}(.*?){search.UNMARK}", re.DOTALL)
UNMARKED = str.maketrans("", "", search.MARK + search.UNMARK)


@console.app_template_filter()
def marked(excerpt: str) -> Markup:
    """With the words that were looked for marked, and nothing in it taken for markup."""
    parts = (part.translate(UNMARKED) for part in MARKED.split(excerpt))
    told = (
        Markup("<mark>{}</mark>").format(one) if nth % 2 else one for nth, one in enumerate(parts)
    )
    return Markup().join(told)


@console.app_template_filter()
def counted(count: Count) -> str:
    """12, or 1,000+."""
    return f"{number(count.count)}+" if count.more else number(count.count)


@console.app_template_filter()
def what(hit: Hit) -> str:
    """What was found: a note of Bo, the transcript of a message."""
    key = f"tickets.hit_{hit.what}"
    if hit.what == "transcript" and tongue.is_known(f"{key}_{hit.by}"):
        return say(f"{key}_{hit.by}")
    return say(key, by=hit.by) if tongue.is_known(key) else say("tickets.hit_other")


@console.get("/tickets")
@needs(May.SEE_TICKETS)
def all_tickets() -> Answer:
    with reading() as db:
        choices = ticket_query.choices(db)
        asked = ticket_query.asked(db, request.args, choices, _me())
        straight = _straight(db, asked)
        return redirect(straight) if straight else _list(db, asked, choices)


def _me() -> int | None:
    person = staff().person
    return person.id if person else None


def _straight(db: Session, asked: Asked) -> str | None:
    """Where a number leads that was typed into the search; or the address without what is empty."""
    if list(asked.given) == ["text"]:
        if found := search.ticket_of(db, asked.text):
            return url_for("console.one_ticket", number=found)
        if found := search.phone_of(db, asked.text):
            return ticket_query.address({"phone": found})
    return asked.url if "" in request.args.values() else None


def _list(db: Session, asked: Asked, choices: Choices) -> Response:
    moment = ticket_filters.moment(clock.now(), house.ours(db).time_zone)
    before = request.args.get("before", "")
    if asked.wrong:
        shown: dict[str, Any] = {}
    elif asked.text:
        shown = _found(db, asked, moment, before)
    else:
        shown = _leaf(db, asked, moment, before)
    views = saved_views.seen_by(db, staff().person)
    kept = next((one for one in views if one.query == ticket_query.query(asked.given)), None)
    return page(
        db,
        "tickets.html",
        unready=checks.bad(db, clock.now(), language()),
        needed=ticket_list.needed(db),
        asked=asked,
        before=before,
        options=ticket_query.options(choices),
        customers=customers.names(db),
        views=VIEWS if _me() else {name: one for name, one in VIEWS.items() if name != "mine"},
        standing=ticket_list.standing(db, moment, _me()),
        standard=next((name for name, one in VIEWS.items() if one == asked.given), None),
        saved=views,
        kept=kept,
        may_drop=kept and saved_views.may_drop(staff().person, kept, anybodys=_anybodys()),
        address=ticket_query.address,
        opened=ticket_query.opened,
        query=ticket_query.query(asked.given),
        longest_name=LONGEST_NAME,
        token=token(ABOUT),
        **shown,
    )


def _leaf(db: Session, asked: Asked, moment: Moment, before: str) -> dict[str, Any]:
    found = ticket_list.leaf(db, asked.wanted, moment, asked.order, before)
    return {
        "tickets": found.tickets,
        "more": found.more,
        "gave_up": found.gave_up,
        "looked_through": ticket_list.LOOKED_THROUGH,
        "count": None if before else ticket_list.count(db, asked.wanted, moment),
        "promises": ticket_list.promises(db, found.tickets),
        "summoned": ticket_list.summoned(db, found.tickets),
    }


def _found(db: Session, asked: Asked, moment: Moment, before: str) -> dict[str, Any]:
    calls = staff().may(May.SEE_CALLS)
    found = search.find(db, asked.text, asked.wanted, moment, row(before), calls=calls)
    return {
        "hits": hits.of(db, found.excerpts),
        "more": found.more,
        "gave_up": found.gave_up,
        "looked_through": search.LOOKED_THROUGH,
    }


# Views that are kept ------------------------------------------------------------------------------


@console.post("/tickets/views")
@needs(May.SEE_TICKETS)
def keep_view() -> Answer:
    given = dict(parse_qsl(request.form.get("query", "")[:LONGEST_QUERY]))
    name = " ".join(request.form.get("name", "").replace("\0", "").split())
    if too_old(ABOUT):
        abort(403, description=say("tickets.too_old"))
    if not name:
        abort(422, description=say("tickets.no_name"))
    with transaction() as db:
        asked = ticket_query.asked(db, given, ticket_query.choices(db), _me())
        query, shared = ticket_query.query(asked.given), "shared" in request.form
        try:
            saved_views.keep(
                db, clock.now(), staff().person, name[:LONGEST_NAME], query, shared=shared
            )
        except saved_views.TooManyError:
            abort(422, description=say("tickets.too_many_views", count=saved_views.MOST))
    return redirect(asked.url, HTTPStatus.SEE_OTHER)


@console.post(f"/tickets/views/<{ROW}:id_>/drop")
@needs(May.SEE_TICKETS)
def drop_view(id_: int) -> Answer:
    if too_old(ABOUT):
        abort(403, description=say("tickets.too_old"))
    with transaction() as db:
        saved_views.drop(db, staff().person, id_, anybodys=_anybodys())
    return redirect(url_for("console.all_tickets"), HTTPStatus.SEE_OTHER)


def _anybodys() -> bool:
    """Whether they may tidy up what others share."""
    return staff().may(May.EDIT_PEOPLE)
