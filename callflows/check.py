"""The proof of the flows: what must hold on every path of every call, found by walking them all.

Each check yields plain lines; no line at all means that the flows hold. The rules come from the
policy: nobody with a critical issue is ever left without somebody being rung (sections 5 to 10),
nothing is recorded before the notice or while a PIN is keyed, every call ends.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from callflows.feedback import SOLVED
from callflows.prompts import FILES, LANGUAGES, entry, placeholders
from callflows.staff_words import StaffOut, StaffWrite
from callflows.steps import SECRET, STEPS
from callflows.turn import (
    MOST_STEPS,
    Accept,
    Bridge,
    ChooseLanguage,
    Declare,
    Decline,
    Dial,
    End,
    Go,
    HandOver,
    Keys,
    Known,
    Missed,
    NextLevel,
    OpenPage,
    Rate,
    Reached,
    Record,
    Resolve,
    Say,
    Severity,
    Solved,
    TakeOver,
)
from callflows.walk import CALLERS, Edge, EndlessError, Node, walked

NOTICES: dict[type, str] = {Bridge: "connecting", Dial: "calling_back"}
"""What a technician is told before a conversation is recorded; callers hear the welcome."""
TECHNICIANS_ONLY = (
    Accept,
    TakeOver,
    Decline,
    Reached,
    Missed,
    Resolve,
    NextLevel,
    *get_args(StaffWrite),
)
"""What a caller can never do, by whatever key: end or take a page."""
STAFF = ("staff", "shifts")
BEFORE_THE_PIN = ("staff.start", "staff.pin")
CUSTOMERS_ONLY = (ChooseLanguage, Declare, OpenPage, Solved, Rate, HandOver)
SAID_ELSEWHERE = {
    "one_moment",
    "fallback_connecting",
    "lifeline_summon",
    "lifeline_message",
    "static_connecting",
    "static_nobody",
    "canary_talk",
    "canary_note",
    "page_unreadable",
    "connected_notice",
    "callback_notice",
    "blocked",
    "phone_code",
}
"""Prompts of the voice door itself, outside any flow."""


def problems() -> list[str]:
    try:
        graph = walked()
    except EndlessError as error:
        return [str(error)]
    edges = [edge for ways in graph.values() for edge in ways]
    found = [
        *every_step_is_reached(edges),
        *every_call_ends(graph),
        *the_line_is_asked_soon(graph),
        *a_critical_call_pages(graph),
        *nobody_is_hung_up_on_unheard(graph),
        *callers_and_technicians_keep_to_their_own(edges),
        *the_staff_prove_who_they_are(edges),
        *only_the_helped_are_asked_how_we_did(edges),
        *recording_is_announced(edges),
        *secrets_stay_secret(graph),
        *state_survives_json(graph),
        *prompts_are_whole(edges),
    ]
    return list(dict.fromkeys(found))


def every_step_is_reached(edges: Iterable[Edge]) -> Iterator[str]:
    taken = {edge.step for edge in edges}
    yield from (f"{step} is never reached" for step in STEPS.keys() - taken)


def every_call_ends(graph: Mapping[Node, list[Edge]]) -> Iterator[str]:
    """No path comes back to where it was, so each ends; and the only place to end is End. A caller
    who is handed over waits again: each time one of us has pressed a key for it.
    """
    done: set[Node] = set()
    for start in graph:
        yield from _loops(graph, start, done)
    for node, ways in graph.items():
        if not ways:
            yield f"{node.known.at} is a dead end"


def _loops(graph: Mapping[Node, list[Edge]], start: Node, done: set[Node]) -> Iterator[str]:
    """Depth first, by hand: a call may have hundreds of turns."""
    if start in done:
        return
    on_path, stack = {start}, [(start, iter(graph[start]))]
    while stack:
        node, ways = stack[-1]
        edge = next(ways, None)
        if edge is None or isinstance(node.then, End):
            done.add(node)
            on_path.discard(node)
            stack.pop()
        elif HandOver() in edge.turn.write:
            continue
        elif edge.end in on_path:
            yield f"{edge.step} can go on for ever on {edge.heard.keys or 'silence'!r}"
        elif edge.end not in done:
            on_path.add(edge.end)
            stack.append((edge.end, iter(graph[edge.end])))


def the_line_is_asked_soon(graph: Mapping[Node, list[Edge]]) -> Iterator[str]:
    """Only so many steps may follow each other in one answer."""
    for node in graph:
        going, count = {node}, 0
        while going and count <= MOST_STEPS:
            count += 1
            going = {
                edge.end for one in going for edge in graph[one] if isinstance(edge.turn.then, Go)
            }
        if going:
            yield f"{node.known.at} goes on without ever waiting"


def a_critical_call_pages(graph: Mapping[Node, list[Edge]]) -> Iterator[str]:
    for node in graph:
        if node.known.severity is Severity.CRITICAL and not node.paged:
            yield f"{node.known.at} is reached with a critical ticket and no page"
        if node.known.at.startswith("holding.") and not node.paged:
            yield f"{node.known.at} is reached without a page"


def nobody_is_hung_up_on_unheard(graph: Mapping[Node, list[Edge]]) -> Iterator[str]:
    """Three misses lead to somebody: whatever is pressed, a ticket stands before the call ends."""
    for node in graph:
        if node.known.at == "customer.over" and not node.declared:
            yield "a caller is hung up on before a ticket stands"


def callers_and_technicians_keep_to_their_own(edges: Iterable[Edge]) -> Iterator[str]:
    for edge in edges:
        caller = _flow(edge.step) in CALLERS
        forbidden = TECHNICIANS_ONLY if caller else CUSTOMERS_ONLY
        for write in edge.turn.write:
            if isinstance(write, forbidden):
                yield f"{edge.step} may not {type(write).__name__}"


def the_staff_prove_who_they_are(edges: Iterable[Edge]) -> Iterator[str]:
    """Without the right PIN a phone of ours is served as a customer's, and never hung up on; and
    whoever goes on as a customer takes nothing along.
    """
    for edge in edges:
        unproven, goes_to = edge.step in BEFORE_THE_PIN, edge.end.known.at
        stays = goes_to in {"staff.pin", "customer.welcome"}
        if unproven and not stays and ("staff_pin_matches", "right PIN") not in edge.dealt:
            yield f"{edge.step} goes on to {goes_to} without the PIN"
        leaves = _flow(edge.step) in STAFF and _flow(goes_to) == "customer"
        if leaves and not unproven and StaffOut() not in edge.turn.write:
            yield f"{edge.step} goes on to {goes_to} as one of us"


def _flow(step: str) -> str:
    return step.partition(".")[0]


def only_the_helped_are_asked_how_we_did(edges: Iterable[Edge]) -> Iterator[str]:
    """Of all that the desk may say of the ticket, only that it is solved."""
    solved = {("own_ticket", status) for status in SOLVED}
    for edge in edges:
        asked = edge.start.known.at == edge.end.known.at  # asked again
        asks = any(one.key == "ask_feedback" for one in edge.turn.say)
        if asks and not asked and not solved & set(edge.dealt):
            yield f"{edge.step} asks how we did before it is solved"


def recording_is_announced(edges: Iterable[Edge]) -> Iterator[str]:
    for edge in edges:
        said = {one.key for one in edge.turn.say}
        notice = NOTICES.get(type(edge.turn.then))
        if notice and notice not in said:
            yield f"{edge.step} records a conversation without saying so"
        note = isinstance(edge.turn.then, Record) and edge.turn.then.kind == "note"
        if isinstance(edge.turn.then, Record) and not note and not edge.end.noticed:
            yield f"{edge.step} records a caller before the notice"


def secrets_stay_secret(graph: Mapping[Node, list[Edge]]) -> Iterator[str]:
    """A step that hears a PIN is marked as such, so that its keys are never written down."""
    for node in graph:
        asks = isinstance(node.then, Keys) and node.then.secret
        if asks != (node.known.at in SECRET and not isinstance(node.then, Go)):
            yield f"{node.known.at} is not marked as secret, or hears no secret"


def state_survives_json(graph: Mapping[Node, list[Edge]]) -> Iterator[str]:
    for node in graph:
        if Known.from_json(json.loads(json.dumps(node.known.as_json()))) != node.known:
            yield f"{node.known.at} does not survive JSON"


def prompts_are_whole(edges: Iterable[Edge]) -> Iterator[str]:
    """Every sentence in every language, with the same placeholders; none unused."""
    said: dict[str, Say] = {one.key: one for edge in edges for one in edge.turn.say}
    used = said.keys() | SAID_ELSEWHERE
    for language in LANGUAGES:
        keys = FILES[language]["prompts"].keys()
        yield from (f"{language} lacks {key}" for key in used - keys)
        yield from (
            f"{language} has {key}, never said" for key in keys - said.keys() - SAID_ELSEWHERE
        )
    for key, one in said.items():
        yield from _ill_filled(key, one)
    for table in ("prompts", "texts"):
        yield from _differing(table)


def _ill_filled(key: str, one: Say) -> Iterator[str]:
    needs = {name.partition(":")[0] for name in placeholders(entry(LANGUAGES[0], key)["text"])}
    yield from (f"{key} is said without {name}" for name in needs - one.values.keys())


def _differing(table: str) -> Iterator[str]:
    first, *others = (FILES[language][table] for language in LANGUAGES)
    for other in others:
        yield from (f"{key} is in one language only" for key in first.keys() ^ other.keys())
        for key in first.keys() & other.keys():
            if _placeholders(first[key]) != _placeholders(other[key]):
                yield f"{key} has different placeholders"


def _placeholders(prompt: str | dict[str, str]) -> set[str]:
    return placeholders(prompt if isinstance(prompt, str) else prompt.get("text", ""))
