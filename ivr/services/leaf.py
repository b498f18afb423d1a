"""A leaf of a long list, the newest first: paged by key, so that the last leaf costs no more than
the first and nothing moves when something new comes.
"""

from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

Row = TypeVar("Row")


def newest(
    db: Session,
    query: Select[Row],
    key: InstrumentedAttribute[int],
    before: int | None,
    most: int,
) -> tuple[list[Row], int | None]:
    """The rows whose `key` is below `before`, and where the next older ones begin."""
    query = query.order_by(key.desc())
    if before is not None:
        query = query.where(key < before)
    found: list[Any] = list(db.scalars(query.limit(most + 1)))
    more = getattr(found[most - 1], key.key) if len(found) > most else None
    return found[:most], more
