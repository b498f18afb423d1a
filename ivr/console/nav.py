"""Where one can go from every page: sections, and the pages of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app, g

from ivr.console import guard
from ivr.console.staff import Staff

SECTIONS: dict[str, dict[str, str]] = {
    "now": {"now": "now"},
    "tickets": {"tickets": "all_tickets", "new": "new_ticket"},
    "calls": {"calls": "all_calls"},
    "on_call": {
        "rotas": "all_rotas",
        "calendar": "calendar",
        "policies": "all_policies",
        "whom": "who_would_be_rung",
    },
    "people": {"people": "all_people"},
    "reports": {"reports": "reports"},
    "system": {
        "readiness": "readiness",
        "mail": "not_delivered",
        "settings": "all_settings",
        "webhooks": "all_webhooks",
        "tokens": "all_tokens",
        "audit": "audit",
        "holds": "all_holds",
        "erasure": "erasure",
    },
}
"""By the section's word in words/*/frame.toml: its pages, by the name that a template gives itself
as `here`, and their views.
"""


@dataclass(frozen=True)
class Section:
    name: str
    pages: dict[str, str]
    """The endpoints, by the page's name."""

    @property
    def endpoint(self) -> str:
        return next(iter(self.pages.values()))


def sections() -> Iterator[Section]:
    """Those that whoever looks may see; none while nobody can tell who that is."""
    who: Staff | None = g.get("staff")
    if who is None:
        return
    for name, pages in SECTIONS.items():
        seen = {page: f"console.{view}" for page, view in pages.items() if _may_see(who, view)}
        if seen:
            yield Section(name, seen)


def _may_see(who: Staff, view: str) -> bool:
    found = current_app.view_functions.get(f"console.{view}")
    right = guard.RIGHTS.get(found) if found else None
    return right is not None and who.may(right)
