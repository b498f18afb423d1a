"""The search: every text of tickets, of their timelines and of recordings, the newest hit first.

What is typed is words, and phrases in quotation marks; all of them must be in the text. Nothing of
it is ever syntax. On PostgreSQL English and French word forms are found, on SQLite English ones; on
both capitals and accents do not matter. A number goes straight to its ticket.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, bindparam, select, text
from sqlalchemy.orm import Session

from ivr.models import Call, Contact, Passage, Ticket
from ivr.services.calls import numbers
from ivr.services.settings import house
from ivr.services.tickets import tickets
from ivr.services.tickets.ticket_filters import Moment, Wanted, elsewhere, fits

A_PAGE = 20
LOOKED_THROUGH = 1000
"""Hits, of which those are shown whose tickets are wanted."""
LONGEST = 200
MOST_TERMS = 12
MARK, UNMARK = "\ue000", "\ue001"
"""Around a word that was looked for: two characters that no language has."""
TERM = re.compile(r'"([^"]*)"?|([^\s"]+)')
PLAIN = str.maketrans("“”„«»", '"' * 5, f"\0{MARK}{UNMARK}")
"""Quotation marks of every kind are the same; what is in no text is left out."""
APART = str.maketrans(dict.fromkeys("-/_.@=&?+~#\\:", " "))
"""What parts words on PostgreSQL, in every text (migration 0018)."""
AN_ID = 2**31 - 1


@dataclass(frozen=True)
class Excerpt:
    """A hit, and the words around it."""

    passage: int
    source: str
    source_id: int
    ticket_id: int | None
    """None: on a call that belongs to no ticket."""
    text: str
    """With MARK and UNMARK in it."""


Hit = tuple[int, int | None]
"""A passage and its ticket."""


@dataclass(frozen=True)
class Found:
    excerpts: Sequence[Excerpt] = ()
    more: int | None = None
    """Below which passage to go on."""
    gave_up: bool = False
    """So many hits were looked through without finding enough."""


def terms(asked: str) -> list[str]:
    """Words and phrases."""
    plain = asked.translate(PLAIN)[:LONGEST]
    found = (" ".join((phrase or word).split()) for phrase, word in TERM.findall(plain))
    return [term for term in found if re.search(r"\w", term)][:MOST_TERMS]


# Numbers ------------------------------------------------------------------------------------------


def ticket_of(db: Session, asked: str) -> str | None:
    """The number of the ticket, when nothing else was typed."""
    keyed = numbers.dialled(asked.strip().removeprefix("#"))
    found = tickets.find(db, keyed) if keyed else None
    return found.number if found else None


def phone_of(db: Session, asked: str) -> str | None:
    """A telephone number that we know, when nothing else was typed."""
    if not re.fullmatch(r"\+?[0-9 ().\-/]{7,25}", asked.strip()):
        return None
    number = numbers.international(asked, house.country(db))
    known = (
        select(Contact.id).where(Contact.phone == number),
        select(Ticket.id).where(Ticket.opened_by_number == number),
        select(Call.id).where(Call.number == number, Call.ticket_id.is_not(None)),
    )
    there = number and any(db.scalar(one.limit(1)) is not None for one in known)
    return number if there else None


# Words --------------------------------------------------------------------------------------------

HITS = {
    # Stretch by stretch, the newest first, until there are enough: a word that is in half of the
    # texts takes no longer than one that is in two (the words of a passage: migration 0018). The
    # stretch is a condition of its own: so the index leaps to it, past all that lies before.
    "postgresql": """
        with asked as (select {query} as words),
        top as (select least(:before, (select coalesce(max(id), 0) + 1 from passages)) as id)
        select hit.id, hit.ticket_id
        from top cross join asked cross join generate_series(top.id >> 16, 0, -1) as stretch
        cross join lateral (
            select id, ticket_id from passages
            where passage_words(id, text) @@ asked.words
            and passage_words(id, text) @@ cast('#' || stretch as tsquery)
            and id + 0 < top.id
            order by id + 0 desc limit :most  -- + 0: by the words alone, not along the primary key
        ) as hit
        where numnode(asked.words) > 0
        limit :most
    """,
    "sqlite": """
        select passages.id, passages.ticket_id
        from passages_fts join passages on passages.id = passages_fts.rowid
        where passages_fts match {query} and passages_fts.rowid < :before
        order by passages_fts.rowid desc limit :most
    """,
}
EXCERPTS = {
    "postgresql": """
        with asked as (select {english} as english, {french} as french)
        select id, case when to_tsvector('passage_en', text) @@ english
            then ts_headline('passage_en', text, english, how)
            else ts_headline('passage_fr', text, french, how) end
        from passages cross join asked cross join lateral (
            select case when length(text) > :short then :pieces else :whole end as how
        ) as long where id in :ids
    """,
    "sqlite": """
        select rowid, snippet(passages_fts, 0, :mark, :unmark, ' … ', 28)
        from passages_fts where passages_fts match {query} and rowid in :ids
    """,
}
MARKED = f'StartSel="{MARK}", StopSel="{UNMARK}"'
HOW = {
    "short": 220,
    "whole": f"{MARKED}, HighlightAll=true",
    "pieces": f'{MARKED}, MinWords=12, MaxWords=28, MaxFragments=2, FragmentDelimiter=" … "',
}
"""A short text is shown whole, of a long one the places."""


def find(
    db: Session,
    asked: str,
    wanted: Wanted,
    moment: Moment,
    before: int | None = None,
    *,
    calls: bool = False,
) -> Found:
    """`calls`: also what was said on calls that belong to no ticket, where all are wanted."""
    words = terms(asked)
    if not words:
        return Found()
    alone = calls and wanted == Wanted()
    found, more, gave_up = _leaf(db, words, wanted, moment, before, A_PAGE, alone=alone)
    return Found(_excerpts(db, words, [id_ for id_, _ticket in found]), more, gave_up)


def rows_with(
    db: Session, asked: str, wanted: Wanted, moment: Moment, before: int | None, most: int
) -> tuple[list[int], int | None]:
    """The tickets' rows alone, each once, and below which passage to go on. Further down a ticket
    may come again: by an older passage.
    """
    words = terms(asked)
    if not words:
        return [], None
    found, more, _gave_up = _leaf(db, words, wanted, moment, before, most)
    return list(dict.fromkeys(ticket for _id, ticket in found if ticket)), more


def _leaf(
    db: Session,
    words: Sequence[str],
    wanted: Wanted,
    moment: Moment,
    before: int | None,
    leaf: int,
    *,
    alone: bool = False,
) -> tuple[list[Hit], int | None, bool]:
    """Hits, below which passage to go on, and whether that is for want of patience."""
    most = leaf * 3 if wanted == Wanted() else LOOKED_THROUGH
    hits = _hits(db, words, min(before or AN_ID, AN_ID), most)
    those = select(Ticket.id).where(Ticket.id.in_({ticket for _id, ticket in hits if ticket}))
    those = those.where(*fits(Ticket, wanted), *elsewhere(wanted, moment))
    ours: set[int | None] = {*db.scalars(those), *((None,) if alone else ())}
    found = [hit for hit in hits if hit[1] in ours]
    shown = found[:leaf]
    if len(found) > leaf:
        return shown, shown[-1][0], False
    more = hits[-1][0] if len(hits) == most else None
    return shown, more, more is not None


def finds(db: Session, asked: str) -> bool:
    """Anything at all."""
    words = terms(asked)
    return bool(words and _hits(db, words, AN_ID, 1))


def _hits(db: Session, words: Sequence[str], before: int, most: int) -> list[Hit]:
    """The newest first."""
    rows = db.execute(
        _statement(db, HITS, words), _given(db, words) | {"before": before, "most": most}
    )
    return [(id_, ticket) for id_, ticket in rows]


def _excerpts(db: Session, words: Sequence[str], ids: Sequence[int]) -> list[Excerpt]:
    asked = _statement(db, EXCERPTS, words)
    asked = asked.bindparams(bindparam("ids", expanding=True, type_=Integer()))
    rows_of = db.execute(asked, _given(db, words) | {"ids": list(ids)})
    told: dict[int, str] = dict(iter(rows_of))
    rows = db.scalars(select(Passage).where(Passage.id.in_(ids)).order_by(Passage.id.desc()))
    return [
        Excerpt(one.id, one.source, one.source_id, one.ticket_id, told.get(one.id, one.text[:200]))
        for one in rows
    ]


def _statement(db: Session, told: dict[str, str], words: Sequence[str]) -> Any:
    """Every word is a parameter: nothing of it is syntax, to whatever database."""
    on = db.get_bind().dialect.name
    english, french = (
        " && ".join(f"phraseto_tsquery('passage_{code}', :word{nth})" for nth in range(len(words)))
        for code in ("en", "fr")
    )
    query = ":query" if on == "sqlite" else f"({english}) || ({french})"
    return text(told[on].format(query=query, english=english, french=french))


def _given(db: Session, words: Sequence[str]) -> dict[str, Any]:
    if db.get_bind().dialect.name == "sqlite":
        phrases = " ".join(f'"{word}"' for word in words)
        return {"query": phrases, "mark": MARK, "unmark": UNMARK}
    return HOW | {f"word{nth}": word.translate(APART) for nth, word in enumerate(words)}
