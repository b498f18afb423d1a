"""Who is on call tonight: by level of the default policy, and in the rotas that it does not ask;
until when, and who follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ivr.services.on_call import coming, rota_board
from ivr.services.paging import policies
from ivr.services.paging.escalation import Level
from ivr.services.staff import people

MOST = 6
"""Rotas shown beside the levels: it is a glance, not the list."""


@dataclass(frozen=True)
class Watch:
    """A rota as it stands."""

    id: int
    name: str
    people: list[str]
    until: datetime | None
    then: list[str]


@dataclass(frozen=True)
class OnCall:
    level: int
    people: list[tuple[str, bool]]
    """Names, and whether they have a phone to be rung on."""
    watches: Sequence[Watch] = ()
    mail: str | None = None


@dataclass(frozen=True)
class Tonight:
    levels: list[OnCall]
    others: list[Watch]


def of(db: Session, now: datetime) -> Tonight:
    levels = policies.default(db)
    asked = {id_ for level in levels for id_ in _asked(level)}
    others = rota_board.used(db, asked, MOST)
    watches = _watches(db, now, [*asked, *others])
    members = policies.members(db, now, levels)
    return Tonight(
        [
            OnCall(
                level["level"],
                [(one.name, bool(one.phone)) for one in those],
                [watches[id_] for id_ in _asked(level) if id_ in watches],
                level.get("mail"),
            )
            for level, those in zip(levels, members, strict=True)
        ],
        [watches[id_] for id_ in others],
    )


def _asked(level: Level) -> list[int]:
    return [one["rota"] for one in level.get("who", []) if "rota" in one]


def _watches(db: Session, now: datetime, ids: list[int]) -> dict[int, Watch]:
    """By rota; not of one that is gone."""
    duties, rotas = coming.duties(db, now, ids), rota_board.names(db, ids)
    known = people.names(db, {one for duty in duties.values() for one in duty.everybody})
    return {
        id_: Watch(
            id_,
            name,
            [known[one] for one in duties[id_].people],
            duties[id_].until,
            [known[one] for one in duties[id_].then],
        )
        for id_, name in rotas.items()
    }
