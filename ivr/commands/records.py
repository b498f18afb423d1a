"""What is on record: read from a file, and printed."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ivr.commands.words import Add

if TYPE_CHECKING:
    from collections.abc import Callable


def enter(add: Add) -> None:
    one = add(
        "import", import_file, "read customers, staff, rotas, policies and tickets from a file"
    )
    one.add_argument("file", type=Path, metavar="FILE")
    add("import-schema", import_schema, "print the JSON Schema of the file that import reads")
    one = add("show", show, "print what is on record of a ticket or a call")
    one.add_argument("what", choices=["ticket", "call"])
    one.add_argument("which", metavar="NUMBER|SID")
    one.add_argument("--json", action="store_true", help="for programs")
    one = add("demo", demo, "fill a fresh database with a busy month that never was")
    one.add_argument("--busy", action="store_true", required=True, help="the only one there is")
    one.add_argument("--seed", type=int, default=1, metavar="NUMBER", help="another month")
    one.add_argument(
        "--until", type=moment, metavar="TIME", help="when it ends, such as 2026-11-26T12:00-05:00"
    )
    one.add_argument("--live", action="store_true", help="with callers on the line, and a page")


def moment(given: str) -> datetime:
    moment = datetime.fromisoformat(given)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def demo(args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import transaction
    from ivr.demo import live, month
    from ivr.services.calls import lifeline, phone_book
    from ivr.services.reports import reckonings

    until = args.until or clock.now()
    try:
        with transaction() as db:
            world = month.fill(db, until, args.seed)
    except month.BusyError as error:
        print(error, file=sys.stderr)
        return 1
    world.files.write()
    with transaction() as db:
        if args.live:
            live.begin(db, until)
        lifeline.write_roster(db, clock.now())
        phone_book.write(db)
    for _day in reckonings.afresh():
        pass  # the reports show the month at once
    print(", ".join(f"{len(rows):,} {name}" for name, rows in world.rows.counted()))
    return 0


def import_file(args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import transaction
    from ivr.services.calls import lifeline, phone_book
    from ivr.services.imports import import_reading, importing

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
    from ivr.services.imports.import_file import ImportFile

    print(json.dumps(ImportFile.model_json_schema(), indent=2, ensure_ascii=False))
    return 0


def show(args: argparse.Namespace) -> int:
    from ivr.database import reading
    from ivr.services.tickets import show as records

    ways: dict[str, Callable[..., Any]] = {"ticket": records.ticket, "call": records.call}
    try:
        with reading() as db:
            record = ways[args.what](db, args.which)
    except records.UnknownError as error:
        print(error.args[0], file=sys.stderr)
        return 1
    print(json.dumps(record, indent=2, ensure_ascii=False) if args.json else _readable(record))
    return 0


def _readable(record: dict[str, Any]) -> str:
    plain = [f"{name}: {value}" for name, value in record.items() if not isinstance(value, list)]
    lines = [f"  {entry['at']}  {entry['sentence']}" for entry in record["entries"]]
    return "\n".join([*plain, "", *lines])
