"""The customer's line: which ticket, how bad, and then somebody or a kind answer.

welcome -> ticket -> severity -> critical: a page, and holding
                              -> major, minor: menu -> status (PIN) or a message
no ticket, or three misses -> severity of a new ticket. Silence at the severity is critical:
it must never hide an emergency (policy sections 5 to 7).
"""

from callflows.desk import Desk
from callflows.steps import secret_step, step
from callflows.turn import (
    MISSES,
    ChooseLanguage,
    Declare,
    End,
    Go,
    Heard,
    Keep,
    Keys,
    Known,
    OpenPage,
    Record,
    RecordingKind,
    Say,
    Severity,
    Take,
    Turn,
    Write,
    say,
)

SEVERITIES = {"1": Severity.CRITICAL, "2": Severity.MAJOR, "3": Severity.MINOR}
OTHER_LANGUAGE = {"en-CA": "fr-CA", "fr-CA": "en-CA"}
PIN_DIGITS = 6
MENUS = 5
"""How often the menu is offered to one caller."""


@step
def welcome(known: Known, _heard: Heard, desk: Desk) -> Turn:
    notice = say("welcome", organization=desk.organization)
    return ask_ticket(known.to("customer.ticket"), notice)


def ask_ticket(known: Known, *first: Say) -> Turn:
    other = say(f"other_language_{OTHER_LANGUAGE[known.language]}")
    return Turn(known, Keys(count=None), (*first, say("ask_ticket"), other))


@step
def ticket(known: Known, heard: Heard, desk: Desk) -> Turn:
    """A number, 0 for no ticket, * for the other language. Each ends with #."""
    if heard.keys == "*" and not known.rounds:
        return switch_language(known)
    if heard.keys and not heard.keys.strip("0"):
        return ask_severity(known.to("customer.severity", opening=True), say("new_ticket"))
    found = desk.ticket(heard.keys)
    if found:
        known = known.to("customer.severity", ticket=found.number)
        first = say("ticket_found", ticket=found.number)
        return ask_severity(known, first).after(write=(Take(found.number),))
    if known.misses + 1 < MISSES:
        missed = say("ticket_not_heard") if not heard.keys else say("ticket_not_found")
        return ask_ticket(known.but(misses=known.misses + 1), missed)
    known = known.to("customer.severity", opening=True)
    return ask_severity(known, say("ticket_given_up"))


def switch_language(known: Known) -> Turn:
    language = OTHER_LANGUAGE[known.language]
    known = known.but(language=language, rounds=1)
    return ask_ticket(known).after(write=(ChooseLanguage(language),))


def ask_severity(known: Known, *first: Say) -> Turn:
    return Turn(known, Keys(), (*first, say("ask_severity")))


@step
def severity(known: Known, heard: Heard, _desk: Desk) -> Turn:
    if heard.keys in SEVERITIES:
        return declare(known, SEVERITIES[heard.keys])
    if heard.keys == "#" and not known.strays:  # it ended the ticket number, a moment late
        return ask_severity(known.but(strays=1))
    if heard.keys and known.misses + 1 < MISSES:
        return ask_severity(known.but(misses=known.misses + 1), say("not_understood"))
    return declare(known, Severity.CRITICAL)


def declare(known: Known, how_bad: Severity) -> Turn:
    known = known.but(severity=how_bad)
    if how_bad is not Severity.CRITICAL:
        return Turn(known.to("customer.offer"), Go(), write=(Declare(how_bad),))
    goes_to = "customer.describe" if known.opening else "holding.start"
    return Turn(known.to(goes_to), Go(), write=(Declare(how_bad), OpenPage()))


# A critical call without a ticket: the phones ring already while the caller says what is wrong.


@step
def describe(known: Known, _heard: Heard, desk: Desk) -> Turn:
    number = desk.own_ticket()
    opened = say("ticket_opened", ticket=number.number if number else "")
    known = known.to("customer.described")
    return Turn(known, Record("description", seconds=30), (opened, say("describe")))


@step
def described(known: Known, heard: Heard, _desk: Desk) -> Turn:
    return Turn(known.to("holding.start"), Go(), write=kept(heard, "description"))


def kept(heard: Heard, kind: RecordingKind) -> tuple[Write, ...]:
    """The recording, if anything was said."""
    return (Keep(kind, heard.recording, heard.seconds),) if heard.recording else ()


# Major and minor: kindly told what the phone is for, and still served.


@step
def offer(known: Known, _heard: Heard, desk: Desk) -> Turn:
    severity = known.severity or Severity.MINOR
    first = [say("phone_is_for_critical")]
    own = desk.own_ticket()
    if known.opening and own:
        first.insert(0, say("ticket_opened", ticket=own.number))
    due = desk.respond_by() if own else desk.expected(severity)
    return ask_menu(known.to("customer.menu"), *first, say("expect_answer", due=due))


def ask_menu(known: Known, *first: Say) -> Turn:
    return Turn(known, Keys(seconds=8), (*first, say("menu")))


@step
def menu(known: Known, heard: Heard, desk: Desk) -> Turn:
    if heard.keys == "1" and known.rounds < MENUS:
        return ask_status(known, desk)
    if heard.keys == "2":
        return Turn(known.to("customer.message"), Record("message"), (say("leave_message"),))
    if heard.keys == "9":
        return declare(known, Severity.CRITICAL)
    if heard.keys == "#" and not known.strays:
        return ask_menu(known.but(strays=1))
    if known.rounds >= MENUS or (not heard.keys and known.rounds):  # served already
        return goodbye(known)
    if known.misses + 1 < MISSES:
        return ask_menu(known.but(misses=known.misses + 1))
    return Turn(known.to("customer.message"), Record("message"), (say("leave_message"),))


@step
def message(known: Known, heard: Heard, _desk: Desk) -> Turn:
    thanks = (say("message_kept"),) if heard.recording else ()
    return goodbye(known).after(*thanks, write=kept(heard, "message"))


def goodbye(known: Known) -> Turn:
    return Turn(known.to("customer.over"), End(), (say("goodbye"),))


@step
def over(known: Known, _heard: Heard, _desk: Desk) -> Turn:
    """A webhook that comes after the end."""
    return Turn(known, End())


# Nothing confidential before the PIN.


def ask_status(known: Known, desk: Desk) -> Turn:
    own = desk.own_ticket()
    if own and known.opening:
        return ask_menu(served(known), say("status_is_new", due=desk.respond_by()))
    if own and not own.has_pin:
        return ask_menu(served(known), say("status_needs_pin"))
    if known.proven:
        return tell_status(known, desk)
    return ask_pin(known.to("customer.pin", rounds=known.rounds))


def served(known: Known) -> Known:
    """Back at the menu, once more."""
    return known.to("customer.menu", rounds=known.rounds + 1)


def ask_pin(known: Known, *first: Say) -> Turn:
    keys = Keys(count=PIN_DIGITS, seconds=10, secret=True)
    return Turn(known, keys, (*first, say("ask_pin")))


@secret_step
def pin(known: Known, heard: Heard, desk: Desk) -> Turn:
    if heard.keys.rstrip("#") and desk.pin_matches(heard.keys.rstrip("#")):
        return tell_status(known.but(proven=True), desk)
    if known.misses + 1 < MISSES:
        return ask_pin(known.but(misses=known.misses + 1), say("pin_wrong"))
    return ask_menu(served(known), say("pin_given_up"))


def tell_status(known: Known, desk: Desk) -> Turn:
    own = desk.own_ticket()
    if own is None:
        return ask_menu(served(known))
    told = [say(f"status_{own.status}", level=own.level, due=desk.respond_by())]
    if own.assignee:
        told.append(say("status_assignee", name=own.assignee))
    return ask_menu(served(known), *told)
