"""How gunicorn serves the web process: steady sync workers that share their memory."""

import gc
import logging
import os

from ivr.forking import end_with_parent
from ivr.phone.rehearsal import connect, rehearse
from ivr.settings import settings
from ivr.tasks import attend, carrier, get_ready
from ivr.ticker import Ticker, understudy

bind = f"127.0.0.1:{settings().port}"
workers = int(os.environ.get("WEB_WORKERS") or max(2, os.cpu_count() or 1))
preload_app = True
timeout = 20
graceful_timeout = 15
loglevel = "warning"
forwarded_allow_ips = ""
"""Forwarded headers are never believed: PUBLIC_URL says where we are."""


def on_starting(_server: object) -> None:
    """Everything that the first call needs is loaded once, before the workers are forked."""
    get_ready()
    rehearse()


def pre_fork(_server: object, _worker: object) -> None:
    """What was loaded so far stays shared between the processes."""
    gc.freeze()


def post_fork(_server: object, _worker: object) -> None:
    """Every worker process has an understudy, which wakes a Celery worker after a commit."""
    end_with_parent()
    logging.getLogger("ivr").setLevel(logging.INFO)
    understudy(Ticker(carrier, hand=attend.delay))
    connect()
