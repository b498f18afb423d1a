"""What the pages of the rotas show: all of them with who is on call, and one with its changes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.models import Override, Rota
from ivr.services.on_call import coming
from ivr.services.on_call.coming import Duty

PEOPLE = (Override.technician, Override.instead_of, Override.asked_by, Override.agreed_by)


@dataclass(frozen=True)
class Change:
    """An override, or the two of a swap."""

    overrides: Sequence[Override]

    @property
    def first(self) -> Override:
        return self.overrides[0]

    @property
    def asked_of(self) -> list[str]:
        """Who has to agree."""
        those = [one for one in self.overrides if one.technician is not one.asked_by]
        return [one.technician.name for one in those or self.overrides]


def rotas(db: Session, now: datetime) -> list[tuple[Rota, Duty]]:
    found = select(Rota).options(joinedload(Rota.owner), joinedload(Rota.team)).order_by(Rota.name)
    duties = coming.duties(db, now)
    return [(one, duties[one.id]) for one in db.scalars(found)]


def names(db: Session, ids: Collection[int] | None = None) -> dict[int, str]:
    """Of all rotas, or of these, by name."""
    those = select(Rota.id, Rota.name).order_by(Rota.name)
    if ids is not None:
        those = those.where(Rota.id.in_(ids))
    return dict(db.execute(those).all())


def used(db: Session, without: Collection[int], most: int) -> list[int]:
    """Rotas that have layers, the first few by name."""
    those = select(Rota.id).where(Rota.id.not_in(without), Rota.layers.any())
    return list(db.scalars(those.order_by(Rota.name).limit(most)))


def changes(db: Session, rota_id: int, now: datetime) -> list[Change]:
    """In force, agreed to or asked for, and not over: what begins first first."""
    found = (
        select(Override)
        .where(Override.rota_id == rota_id)
        .where(Override.withdrawn_at.is_(None), Override.ends_at > now)
        .options(*map(joinedload, PEOPLE))
        .order_by(Override.starts_at, Override.id)
    )
    return _together(db.scalars(found))


def _together(found: Iterable[Override]) -> list[Change]:
    def key(one: Override) -> int:
        return one.swap_id or one.id

    those = [Change(list(both)) for _, both in groupby(sorted(found, key=key), key)]
    return sorted(those, key=lambda one: (one.first.starts_at, one.first.id))
