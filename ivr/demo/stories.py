"""What becomes of a ticket of the month: who answers when, what is asked, how it is solved."""

import contextlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ivr.demo import owing, pages, relating, unwanted
from ivr.demo.calls import Caller, number_of
from ivr.demo.case import Case, NotYetError
from ivr.demo.overdue import NO_PAGES_WITHIN
from ivr.demo.times import about
from ivr.models import MailOutcome, Status
from ivr.services.tickets import life
from ivr.services.tickets.timeline import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.demo.world import World

RESPONSE = {"critical": 420.0, "major": 950.0, "minor": 7200.0}
"""Seconds to the first words, mostly; a minor one's count in business hours."""
RESOLUTION = {"critical": 3300.0, "major": 11_000.0, "minor": 26_000.0}
CALLS = {"critical": 0.35, "major": 0.5, "minor": 0.4}
"""How often somebody calls about a ticket, each time that it might be."""
WORSE = {"minor": "major", "major": "critical"}
SPREAD = {"critical": 0.6, "major": 0.65, "minor": 0.8}
TAGS = ("vip", "night", "carrier", "on site", "credit")
MINUTE, HOUR, A_DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BY_MAIL, BY_PORTAL, BY_US = 0.46, 0.42, 0.12


def open_in_writing(world: "World", case: Case, at: datetime) -> None:
    """By mail, by the portal, or by one of us for somebody."""
    chance, contact = world.chance, case.contact
    assert contact
    way = chance.random()
    if way < BY_MAIL and contact.email:
        mail = case.post.came(
            at, contact.email, contact.name, case.title, case.description, MailOutcome.OPENED
        )
        later = at + timedelta(seconds=chance.uniform(0.3, 2))
        case.open(later, since=at, page=True, by="mail", mail=mail)
        if world.now_and_then("files are left", 90):
            case.post.leaves_files(later, mail)
    else:
        by = (
            contact.name
            if way < BY_MAIL + BY_PORTAL
            else chance.choice(list(world.staff.values())).name
        )
        case.row["form_key"] = world.opaque(digits=24)
        case.open(at, page=True, by=by)
    if chance.random() < 0.12:
        case.post.attach(case.opened_at, None)
    _is_answered(world, case)


def _is_answered(world: "World", case: Case) -> None:
    """Not by a human: what may become of a mail to the customer."""
    at, sent = case.opened_at + MINUTE / 2, case.post.theirs
    if sent is None:
        return
    if world.now_and_then("absent", 60):
        case.post.is_answered_by_itself(at, sent)
    elif world.now_and_then("bounced", 110):
        case.post.comes_back(at, sent)
    elif world.now_and_then("refused", 160):
        case.post.is_refused(sent)
    elif world.now_and_then("too many mails", 500):
        unwanted.too_many(case, at)
    elif world.now_and_then("own mail", 700):
        unwanted.come_back(case, at)


def tell(world: "World", case: Case, at: datetime) -> None:
    """Everything after its opening, as far as it lies in the month."""
    with contextlib.suppress(NotYetError):
        _Story(world, case).goes(at)
    done = case.resolved_at or world.until
    if case.assignee:
        world.busy_until[case.assignee.id].append(done)


class _Story:
    def __init__(self, world: "World", case: Case) -> None:
        self.world, self.case, self.chance = world, case, world.chance

    def goes(self, at: datetime) -> None:
        case = self.case
        if case.live:
            return self._afterwards(self._nobody_accepted(at))
        if case.status not in life.OVER:
            at = self._answers(at)
        if case.status not in life.OVER:
            at = self._works(at)
        self._afterwards(at)
        return None

    def _nobody_accepted(self, at: datetime) -> datetime:
        """Somebody of the management does it, and perhaps stops the mails first."""
        case = self.case
        at = case.reach(at)
        if self.world.now_and_then("stopped", 4):
            pages.close(case, at)
            case.tell(Kind.STOPPED, at, by=case.by)
            at += 2 * MINUTE
        return case.resolve(at, case.by, "staff page")

    def _after(self, at: datetime, median: float) -> datetime:
        """A while later: for what can wait, in business hours."""
        within = about(self.chance, median, SPREAD[self.case.severity])
        if self.case.severity == "minor":
            return self.world.open_hours(at, within)
        return at + within

    def _answers(self, at: datetime) -> datetime:
        case, chance = self.case, self.chance
        answers = self._after(case.opened_at, RESPONSE[case.severity])
        at = self._calls(max(at + MINUTE, answers), case.opened_at)
        if chance.random() < 0.08 and case.team and len(case.team.members) > 1:
            case.give(at - MINUTE / 2, chance.choice(case.team.members))
        if case.status in life.OVER:
            return at
        if chance.random() < 0.3:
            case.note(at - MINUTE / 4, case.tongue.says("notes"))
        self._sorts(at - MINUTE / 5)
        if case.contact and self.world.now_and_then("watched", 60):
            relating.watch(case, at - MINUTE / 6, self.world.somebody_else(case))
        return case.reply(at, case.tongue.says("ours"))

    def _sorts(self, at: datetime) -> None:
        """What it is about, how bad it is, and a tag."""
        case, chance, at = self.case, self.chance, self.case.reach(at)
        if case.kind and chance.random() < 0.6:
            case.category = case.kind
            case.tell(Kind.CATEGORIZED, at, by=case.by, category=case.kind)
            case.did(at, "category")
        if chance.random() < 0.08:
            case.row["tags"] = [chance.choice(TAGS)]
            case.tell(Kind.TAGGED, at, by=case.by, tags=case.row["tags"][0])
            case.did(at, "tags")
        if case.severity == "major" and chance.random() < 0.06:
            case.regrade(at, "minor")

    def _works(self, at: datetime) -> datetime:
        """Questions and answers, until it is solved."""
        case, chance = self.case, self.chance
        for _ in range(chance.choices((0, 1, 2), (55, 35, 10))[0]):
            begun, at = at, self._after(at, RESOLUTION[case.severity] * 0.2)
            at = self._calls(at, begun)
            if case.status in life.OVER:
                return at
            at = case.ask(at, case.tongue.says("questions"))
            if case.status in life.OVER:
                return at
            if chance.random() < 0.1:  # no answer: reminded, and then closed by one of us
                return case.resolve(at + 6 * A_DAY, case.by, "staff page")
            at = self._customer_answers(at + about(chance, 5400, 1.1), "answers")
            if owing.may_call(case) and self.world.now_and_then("calls unasked", 25):
                owing.calls_unasked(case, at + 3 * MINUTE, case.assignee or self.world.seniors[0])
            if chance.random() < 0.4:
                case.note(at + 5 * MINUTE, case.tongue.says("notes"))
        begun, at = at, self._after(at, RESOLUTION[case.severity] * 0.7)
        at = self._calls(at, begun)
        if case.status in life.OVER:
            return at
        at = case.reply(at, case.tongue.says("resolutions"))
        if chance.random() < 0.08:
            at = self._customer_answers(at + about(chance, 3000), "thanks")
            at = case.reach(at + MINUTE)
            if case.status in life.OVER:
                return at
            case.move(
                at,
                Status.RESOLVED,
                life.CUSTOMER,
                by=case.contact.name if case.contact else "?",
                how="customer",
            )
            return at
        return case.resolve(at + MINUTE / 3, case.by, "staff page")

    def _calls(self, by: datetime, since: datetime) -> datetime:
        """Perhaps somebody calls about it meanwhile. Returns when it goes on."""
        case, chance, world = self.case, self.chance, self.world
        if chance.random() > CALLS[case.severity] or by - since < 4 * MINUTE:
            return by
        at = case.reach(since + (by - since) * chance.uniform(0.2, 0.7))
        said = case.severity
        if chance.random() < 0.09:
            said = WORSE.get(said, said)
        if at > world.until - (NO_PAGES_WITHIN if said == "critical" else 12 * MINUTE):
            raise NotYetError
        until = chance.choices(("", "severity"), (92, 8))[0]
        caller = Caller(world, at, case.contact, number_of(world, case.contact))
        caller.calls(said, case, until)
        if case.live:  # nobody accepted
            return self._nobody_accepted(caller.at)
        return max(by, case.reach(caller.at + MINUTE))

    def _customer_answers(self, at: datetime, what: str) -> datetime:
        case, chance, contact = self.case, self.chance, self.case.contact
        at = case.reach(at)
        if contact is None:
            return at
        words, by_mail = case.tongue.says(what), chance.random() < 0.7
        if by_mail and contact.email:
            subject = f"Re: [#{case.number}] {case.title}"
            mail = case.post.came(
                at, contact.email, contact.name, subject, words, MailOutcome.JOINED
            )
            entry = case.said(at + timedelta(seconds=1), words, "mail", mail)
        else:
            entry = case.said(at, words, "portal")
        if chance.random() < 0.12:
            case.post.attach(at, entry)
        return at

    def _afterwards(self, at: datetime) -> None:
        """Closed by the time, by one of us, or not solved after all."""
        case, chance = self.case, self.chance
        odds: list[tuple[Callable[[datetime], None], int]] = [
            (self._closed_by_us, 12), (self._back_again, 7), (lambda _at: None, 81),
        ]  # fmt: skip
        then = chance.choices([one for one, _ in odds], [weight for _, weight in odds])[0]
        if case.severity == "critical" or case.status not in life.OVER:
            return
        then(at)

    def _closed_by_us(self, at: datetime) -> None:
        at = self.case.reach(at + about(self.chance, 3600))
        self.case.close(at, life.STAFF, by=self.case.by)

    def _back_again(self, at: datetime) -> None:
        at = self._customer_answers(at + about(self.chance, 60_000), "reopened")
        at = self.case.reply(self._after(at, 5000), self.case.tongue.says("ours"))
        self.case.resolve(self._after(at, 12_000), self.case.by, "staff page")
