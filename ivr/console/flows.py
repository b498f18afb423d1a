"""The call flows, drawn, with how often each way was gone in the last week."""

import re
from functools import lru_cache

from flask import Response

from ivr import clock
from ivr.console import flow_drawing, tongue
from ivr.console.door import console, page
from ivr.console.guard import needs
from ivr.database import reading
from ivr.services.settings import in_force, traffic
from ivr.services.settings.traffic import Traffic
from ivr.services.staff.roles import May
from ivr.settings import settings

NAMES = tuple(traffic.flows())
MINUTE = 60
GAP = re.compile(r"\{[^}]*\}")


@console.get(f"/settings/flows/<any({', '.join(NAMES)}):name>")
@needs(May.SEE_SETTINGS)
def one_flow(name: str) -> Response:
    flow = traffic.flows()[name]
    counted = _lately(settings().database, int(clock.now().timestamp()) // MINUTE)
    ways = list(traffic.of(flow, counted))
    with reading() as db:
        return page(
            db,
            "flow.html",
            names=NAMES,
            name=name,
            drawing=flow_drawing.drawing(flow, ways),
            ways=sorted(ways, key=lambda one: -one[1]),
            traffic=counted,
            most=traffic.MOST,
            asked=_asked,
            heard=_heard,
        )


@lru_cache(maxsize=1)
def _lately(_database: str, _minute: int) -> Traffic:
    """Counted once a minute, whoever looks."""
    with reading() as db:
        return traffic.lately(db, clock.now())


def _asked(key: str) -> str:
    """What is asked, in the language of whoever looks; its gaps stay open."""
    from callflows import prompts

    in_force.look()
    text = prompts.entry(tongue.language(), key).get("text", "") if key else ""
    return GAP.sub("…", text)


def _heard(those: list[str]) -> str:
    return ", ".join(map(_word, those))


def _word(heard: str) -> str:
    key = f"settings.heard_{heard.replace(' ', '_').lower()}"
    return tongue.say(key) if tongue.is_known(key) else heard
