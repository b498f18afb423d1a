"""The processes of the Procfile, and what comes before them."""

import argparse
import signal
import threading
from types import FrameType

from ivr.commands.words import Add
from ivr.settings import settings


def enter(add: Add) -> None:
    add("run", run, "start everything: what bin/run does once it has installed")
    add("migrate", migrate, "bring the database up to date")
    told = "the same, and on a first start the demo data: what `ivr run` begins with"
    add("prepare", prepare, told)
    add("worker", worker, "a Celery worker: attends to what it is handed; any number may run")
    add("beat", beat, "Celery's beat: hands out what is due every five seconds; one runs")
    add("tick", tick, "the ticker: hands out what is due; any number may run")
    add("redis", redis, "the embedded broker")
    add("mail", mail, "take mail in: the SMTP listener, and the mailbox that is polled")
    add("exchange", exchange, "the embedded telephone exchange, and the mailboxes beside it")


def run(_args: argparse.Namespace) -> int:
    from ivr import processes

    return processes.run()


def migrate(_args: argparse.Namespace) -> int:
    from ivr import preparing

    preparing.migrate()
    return 0


def prepare(_args: argparse.Namespace) -> int:
    from ivr import preparing

    preparing.prepare()
    return 0


def redis(_args: argparse.Namespace) -> int:
    from ivr import broker

    broker.serve()
    return 0


def worker(_args: argparse.Namespace) -> int:
    from ivr import tasks

    return tasks.work()


def beat(_args: argparse.Namespace) -> int:
    from ivr import tasks

    tasks.beat()
    return 0


def tick(_args: argparse.Namespace) -> int:
    from ivr import ticker
    from ivr.tasks import attend, carrier

    stop = threading.Event()

    def leave(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    ticker.run(ticker.Ticker(carrier, hand=attend.delay), stop)
    return 0


def mail(_args: argparse.Namespace) -> int:
    from ivr.mail import serving

    serving.serve()
    return 0


def exchange(_args: argparse.Namespace) -> int:
    from ivr.exchange import server
    from ivr.exchange.mailboxes import Mailboxes

    sid, token = settings().credentials
    var, smtp = settings().var_dir, (settings().mail_host, settings().mail_port)
    mailboxes = Mailboxes(var / "mailboxes.json", var / "mail", var / "exchange" / "mail", smtp)
    server.main(
        port=settings().exchange_port,
        account_sid=sid,
        auth_token=token,
        number=settings().twilio_number,
        public_url=settings().own_url,
        phones_file=var / "phones.json",
        media_dir=var / "exchange",
        log_file=var / "exchange.jsonl",
        mailboxes=mailboxes if settings().mail_is_kept else None,
        canary=settings().canary,
        fallback_url=settings().fallback_url,
        transcription=settings().transcription,
    )
    return 0
