"""The one way in which lines of the timeline, and versions of settings, lose their words
(docs/decisions/20): the database lets `data` of a line be changed while the line is in `erasing`,
and what a setting was while any is; and commits nothing while one is.
"""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from ivr.database import connection, table_of
from ivr.models import Entry, Erasing, SettingVersion

ENTRIES, DOOR = table_of(Entry), table_of(Erasing)
VERSIONS = table_of(SettingVersion)
AT_A_TIME = 500
GONE = "—"
"""What stands where words were."""

Change = Callable[[str, dict[str, Any]], dict[str, Any]]


def words(db: Session, entry_ids: Iterable[int], change: Change) -> int:
    """Put what `change` makes of kind and data in their place. Returns how many lines changed."""
    ids, count = sorted(set(entry_ids)), 0
    for at in range(0, len(ids), AT_A_TIME):
        count += _piece(db, ids[at : at + AT_A_TIME], change)
    return count


def _piece(db: Session, ids: list[int], change: Change) -> int:
    db.flush()
    those = select(ENTRIES.c.id, ENTRIES.c.kind, ENTRIES.c.data).where(ENTRIES.c.id.in_(ids))
    rows = connection(db).execute(those).all()
    changed = {row.id: new for row in rows if (new := change(row.kind, row.data)) != row.data}
    if not changed:
        return 0
    connection(db).execute(insert(DOOR), [{"entry_id": one, "never": 0} for one in changed])
    for one, data in changed.items():
        connection(db).execute(update(ENTRIES).where(ENTRIES.c.id == one).values(data=data))
    connection(db).execute(delete(DOOR).where(DOOR.c.entry_id.in_(changed)))
    return len(changed)


def settings(db: Session, change: Callable[[str, Any], Any]) -> None:
    """Put what `change` makes of name and value in the place of what settings were and became."""
    db.flush()
    changed = {}
    for row in connection(db).execute(select(VERSIONS)).all():
        new = {"before": change(row.name, row.before), "after": change(row.name, row.after)}
        if new != {"before": row.before, "after": row.after}:
            changed[row.id] = new
    if not changed:
        return
    connection(db).execute(insert(DOOR), {"entry_id": 1, "never": 0})
    for one, new in changed.items():
        connection(db).execute(update(VERSIONS).where(VERSIONS.c.id == one).values(new))
    connection(db).execute(delete(DOOR).where(DOOR.c.entry_id == 1))
