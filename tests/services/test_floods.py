"""Very much mail at once: whoever is to be rung does not wait for it."""

from ivr.services import due
from ivr.tasks import app


def test_a_ring_overtakes_what_waits_for_a_worker() -> None:
    def priority(*args: object) -> int:
        return app.amqp.router.route({}, "ivr.tasks.attend", args, {})["priority"]

    pressing = [priority(kind, 1) for kind in due.TABLES if kind in due.URGENT]
    others = [priority(kind, 1) for kind in due.TABLES if kind not in due.URGENT]
    assert len(pressing) == len(due.URGENT)
    assert max(pressing) < min(others), "the smaller number goes first on redis"
