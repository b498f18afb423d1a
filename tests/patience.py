"""Time enough on a machine that is slow or busy: where a limit of the product is not what is tested,
none is near. A test of a limit sets its own.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from ivr import database
from ivr.api import limits
from ivr.phone import client, deadline

SECONDS = 60
OURS = {
    "STATEMENT_WITHIN": database.STATEMENT_WITHIN,
    "LOCK_WITHIN": database.LOCK_WITHIN,
    "CONNECT_WITHIN": database.CONNECT_WITHIN,
    "POOL_WITHIN": database.POOL_WITHIN,
    "FILE_WITHIN": database.FILE_WITHIN,
}
"""The database's limits as they are in production."""
TURN_WITHIN = deadline.SECONDS


def patience() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in OURS:
            patch.setattr(database, name, SECONDS)
        patch.setattr(database, "IDLE_WITHIN", 2 * SECONDS)
        patch.setattr(deadline, "SECONDS", SECONDS)
        patch.setattr(client, "TIMEOUT", SECONDS)
        patch.setattr(limits, "PATIENCE", SECONDS)
        expect.set_options(timeout=1000 * SECONDS)
        yield
