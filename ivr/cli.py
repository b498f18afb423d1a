"""`ivr …`: the command line. Each command is a small function that calls the module that knows."""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from ivr import rota_commands
from ivr.settings import BrokenSettingError, settings

Command = Callable[[argparse.Namespace], int]


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
    )
    return 0


def import_file(args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import transaction
    from ivr.services import import_reading, importing, lifeline, phone_book

    try:
        with transaction() as db:
            summary = importing.import_file(db, args.file, clock.now())
    except import_reading.ImportRefusedError as error:
        for problem in error.problems:
            print(f"{args.file}: {problem}", file=sys.stderr)
        print("nothing was imported", file=sys.stderr)
        return 1
    with transaction() as db:
        lifeline.write_roster(db, clock.now())
        phone_book.write(db)
    print(f"{summary.new} new, {summary.changed} changed, {summary.unchanged} unchanged")
    return 0


def import_schema(_args: argparse.Namespace) -> int:
    from ivr.services.import_file import ImportFile

    print(json.dumps(ImportFile.model_json_schema(), indent=2, ensure_ascii=False))
    return 0


def show(args: argparse.Namespace) -> int:
    from ivr.database import reading
    from ivr.services import show as records

    look_up = {"ticket": records.ticket, "call": records.call}[args.what]
    try:
        with reading() as db:
            record = look_up(db, args.which)
    except records.UnknownError as error:
        print(error.args[0], file=sys.stderr)
        return 1
    print(json.dumps(record, indent=2, ensure_ascii=False) if args.json else _readable(record))
    return 0


def _readable(record: dict[str, Any]) -> str:
    plain = [f"{name}: {value}" for name, value in record.items() if not isinstance(value, list)]
    lines = [f"  {entry['at']}  {entry['sentence']}" for entry in record["entries"]]
    return "\n".join([*plain, "", *lines])


def whom(args: argparse.Namespace) -> int:
    from ivr import trying_out

    return trying_out.whom(args.customer, args.severity, args.team, args.at, as_json=args.json)


def staff(args: argparse.Namespace) -> int:
    from ivr import staffing

    if args.what == "add":
        return staffing.add(args.name, args.email, args.role, args.phone)
    return staffing.link(args.email) if args.what == "link" else staffing.listed()


def _staff_commands(one: argparse.ArgumentParser) -> None:
    what = one.add_subparsers(required=True, metavar="add|link|list", dest="what")
    new = what.add_parser("add", help="somebody new: prints a link to set a password")
    new.add_argument("--name", required=True)
    new.add_argument("--email", required=True)
    new.add_argument("--phone", help="with + and the country code")
    roles = ["technician", "senior", "manager", "admin"]
    new.add_argument("--role", choices=roles, help="default: admin for the first, then technician")
    again = what.add_parser("link", help="print a new link to set a password")
    again.add_argument("email", metavar="EMAIL")
    what.add_parser("list", help="who is on the staff, and who signs in")


def draw(_args: argparse.Namespace) -> int:
    from callflows import draw as drawing

    for file in drawing.write(Path("docs/flows")):
        print(file)
    return 0


def check_flows(_args: argparse.Namespace) -> int:
    from callflows import check

    problems = check.problems()
    for problem in problems:
        print(problem, file=sys.stderr)
    print("the flows hold" if not problems else f"{len(problems)} problems")
    return 1 if problems else 0


def canary(_args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import transaction
    from ivr.services import canary as runs

    with transaction() as db:
        if not runs.ring_now(db, clock.now()):
            print("no: CANARY_NUMBER is not set, or a run is under way", file=sys.stderr)
            return 1
    print("the line rings itself now; the readiness page tells how it went")
    return 0


def fallback(args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import reading
    from ivr.phone.fallback import document
    from ivr.services import lifeline

    with reading() as db:
        roster = lifeline.on_call(db, clock.now())
    if not roster.numbers:
        print("nobody is on call: the document can only ask callers to write", file=sys.stderr)
    made = document(roster) + "\n"
    if args.out is None:
        print(made, end="")
        return 0
    draft = args.out.with_name(f".{args.out.name}.part")
    draft.write_text(made)
    draft.replace(args.out)
    return 0


def twilio(args: argparse.Namespace) -> int:
    from ivr.phone import set_up

    return {"set-up": set_up.main}[args.what]()


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="ivr", description="The support line.")
    commands = made.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, act: Command, told: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=told, description=told)
        one.set_defaults(act=act)
        return one

    add("run", run, "start everything: what bin/run does once it has installed")
    add("migrate", migrate, "bring the database up to date")
    add(
        "prepare",
        prepare,
        "the same, and on a first start the demo data: what `ivr run` begins with",
    )
    one = add("import", import_file, "read customers, staff, rota, policy and tickets from a file")
    one.add_argument("file", type=Path, metavar="FILE")
    add("import-schema", import_schema, "print the JSON Schema of the file that import reads")
    one = add("show", show, "print what is on record of a ticket or a call")
    one.add_argument("what", choices=["ticket", "call"])
    one.add_argument("which", metavar="NUMBER|SID")
    one.add_argument("--json", action="store_true", help="for programs")
    one = add("whom", whom, "list who would be rung for a ticket, when, and on which number")
    one.add_argument("customer", metavar="CUSTOMER", help="by name; - for none")
    one.add_argument("severity", choices=["critical", "major", "minor"])
    one.add_argument("--at", metavar="TIME", help='such as "2026-11-24 03:00", by our clocks')
    one.add_argument("--team", help="the team that has the ticket")
    one.add_argument("--json", action="store_true", help="for programs")
    _staff_commands(add("staff", staff, "who is on the staff, and signs in to its pages"))
    rota_commands.enter(add)
    add("worker", worker, "a Celery worker: attends to what it is handed; any number may run")
    add("beat", beat, "Celery's beat: hands out what is due every five seconds; one runs")
    add("tick", tick, "the ticker: hands out what is due; any number may run")
    add("redis", redis, "the embedded broker")
    add("mail", mail, "take mail in: the SMTP listener, and the mailbox that is polled")
    add("exchange", exchange, "the embedded telephone exchange, and the mailboxes beside it")
    add("canary", canary, "let the line ring itself now")
    one = add("fallback", fallback, "write the document that puts callers through without us")
    one.add_argument("--out", type=Path, metavar="FILE", help="instead of printing it")
    add("draw", draw, "draw the call flows into docs/flows")
    add("check-flows", check_flows, "prove the call flows by walking them")
    add("twilio", twilio, "set the number's addresses at Twilio") \
        .add_argument("what", choices=["set-up"])  # fmt: skip
    return made


def main() -> int:
    args = parser().parse_args()
    try:
        settings()
        return int(args.act(args))
    except BrokenSettingError as error:
        print(f"ivr: {error}", file=sys.stderr)
        return 2
