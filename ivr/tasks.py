"""The Celery app. Tasks carry a hint, "look at this row", never a fact: the rows are the truth, so
a task that is lost, late or doubled changes nothing. No ETA, no countdown, no results.
"""

import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

from celery import Celery
from celery.exceptions import SecurityWarning

from ivr.settings import settings

if TYPE_CHECKING:
    from ivr.services.calls.carrier import Carrier

FIRST, LATER = 0, 9
"""On redis the smaller number goes first."""


def _priority(_task: str, args: tuple[str, int], *_rest: Any, **_more: Any) -> dict[str, int]:
    """A ring does not wait behind a thousand mails. The sweep asks for no row: so the beat, which
    sends nothing else, loads none of the services.
    """
    if not args:
        return {"priority": FIRST}
    from ivr.services import due

    return {"priority": FIRST if args[0] in due.URGENT else LATER}


app = Celery("ivr", broker=settings().redis_url or "redis://127.0.0.1:6379/0")
app.conf.update(
    timezone="UTC",
    enable_utc=True,
    task_routes=(_priority,),
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_time_limit=120,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_soft_shutdown_timeout=10,
    worker_enable_soft_shutdown_on_idle=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": 300,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 1,
        "retry_on_timeout": True,
        "health_check_interval": 15,
    },
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_max": 0.2},
    beat_schedule={
        "sweep": {"task": "ivr.tasks.sweep", "schedule": 5.0, "options": {"expires": 5}},
    },
)


@cache
def carrier() -> "Carrier":
    """Made when it is first needed: the beat and an idle understudy never load it."""
    from ivr.phone.client import Carrier

    return Carrier()


@app.task
def attend(kind: str, id_: int) -> None:
    from ivr.services import due
    from ivr.services.settings import in_force

    in_force.look()
    for leg_id in due.attend(kind, id_, carrier()):
        attend.delay("leg", leg_id)


@app.task
def sweep() -> None:
    """Hand out whatever is due now."""
    from ivr import clock
    from ivr.database import reading
    from ivr.services import due

    with reading() as db:
        found = due.until(db, clock.now())
    for row in found:
        attend.delay(row.kind, row.id)


def get_ready() -> None:
    """Load all that handing over a row needs, without reaching for the broker."""
    app.connection_for_write().transport  # noqa: B018  it is imported when it is asked for
    app.amqp.producer_pool  # noqa: B018


def work() -> int:
    """A Celery worker. Not by way of the `celery` command, which takes 10 MB of its own."""
    warnings.simplefilter("ignore", SecurityWarning)  # of root: only JSON is taken, never code
    worker = app.Worker(
        pool_cls="threads",
        concurrency=8,
        loglevel="warning",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def beat() -> None:
    """Celery's beat, the second source of what is due."""
    app.Beat(loglevel="warning", quiet=True, schedule=str(settings().var_dir / "beat")).run()
