"""Views of the list of tickets that people keep, for themselves or for all of us."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import parse_qsl

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ivr.models import SavedView, Technician
from ivr.services.tickets import search

MOST = 30
"""Shown beside the list; nobody keeps more."""
LONGEST_NAME = 60


class TooManyError(Exception):
    """Somebody keeps as many as there may be."""


def seen_by(db: Session, person: Technician | None) -> Sequence[SavedView]:
    """Their own first, then what others share; each by name."""
    own = SavedView.owner_id == person.id if person else SavedView.owner_id.is_(None)
    query = select(SavedView).where(or_(own, SavedView.shared)).limit(2 * MOST)
    return sorted(db.scalars(query), key=lambda one: (not _owns(person, one), one.name.casefold()))


def keep(
    db: Session, now: datetime, person: Technician | None, name: str, query: str, *, shared: bool
) -> SavedView:
    """Under that name; what they kept under it before is changed. Raises TooManyError."""
    own = SavedView.owner_id == person.id if person else SavedView.owner_id.is_(None)
    theirs = {one.name: one for one in db.scalars(select(SavedView).where(own))}
    found = theirs.get(name)
    if found is None:
        if len(theirs) >= MOST:
            raise TooManyError
        found = SavedView(owner_id=person.id if person else None, name=name, made_at=now)
        db.add(found)
    found.query, found.shared = query, shared
    db.flush()
    return found


def drop(db: Session, person: Technician | None, id_: int, *, anybodys: bool) -> None:
    """One's own; with `anybodys` what others share, too. What is gone already stays gone."""
    found = db.get(SavedView, id_)
    if found and may_drop(person, found, anybodys=anybodys):
        db.delete(found)


def may_drop(person: Technician | None, view: SavedView, *, anybodys: bool) -> bool:
    return _owns(person, view) or (view.shared and anybodys)


def _owns(person: Technician | None, view: SavedView) -> bool:
    return view.owner_id == (person.id if person else None)


# When words are erased ----------------------------------------------------------------------------


def finding(db: Session) -> list[SavedView]:
    """Those that look for a text which is there."""
    return [one for one in db.scalars(select(SavedView)) if search.finds(db, _text(one))]


def forget(db: Session, found: Iterable[SavedView], named: re.Pattern[str]) -> None:
    """Drop those that found nothing but what is erased by now, and those that name somebody."""
    db.flush()
    for one in found:
        if not search.finds(db, _text(one)):
            db.delete(one)
    for one in db.scalars(select(SavedView)):
        if any(named.search(told) for told in (one.name, *dict(parse_qsl(one.query)).values())):
            db.delete(one)


def _text(view: SavedView) -> str:
    return dict(parse_qsl(view.query)).get("text", "")
