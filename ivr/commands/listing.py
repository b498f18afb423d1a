"""`ivr list …`: what programs read by the API, in the same words, on the machine itself."""

import argparse
import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ivr.commands.words import Add, refuse

if TYPE_CHECKING:
    import msgspec

    from ivr.api.operations import Operation

WHAT = ("tickets", "calls", "pages", "people", "rotas", "reports")
"""As the API's addresses have it: there is one for each that names no row."""


def enter(add: Add) -> None:
    one = add(
        "list", listed, "print tickets, calls, pages, people, rotas or reports, as the API has it"
    )
    one.add_argument("what", choices=WHAT)
    one.add_argument("asked", nargs="*", metavar="NAME=VALUE",
                     help="as in a query of the API: status=open limit=5")  # fmt: skip
    one.add_argument("--json", action="store_true", help="for programs")


def listed(args: argparse.Namespace) -> int:
    import msgspec

    from ivr import clock
    from ivr.api import routes  # noqa: F401  they enter the operations
    from ivr.api.operations import OPERATIONS, Ask
    from ivr.api.problems import ProblemError
    from ivr.database import reading
    from ivr.services.settings import house

    operation = next(one for one in OPERATIONS if one.path == f"/{args.what}" and not one.writes)
    try:
        given = _given(operation, args.asked)
        with reading() as db:
            told = operation.act(Ask(db, clock.now(), None, given))
            zone = ZoneInfo(house.ours(db).time_zone)
    except (ValueError, msgspec.ValidationError) as error:
        return refuse(error)
    except ProblemError as error:
        return refuse(" ".join([error.detail, *(one.detail for one in error.errors)]))
    if args.json or not hasattr(told, "items"):
        print(json.dumps(msgspec.to_builtins(told), indent=2, ensure_ascii=False))
        return 0
    for line in _table([msgspec.structs.asdict(one) for one in told.items], zone):
        print(line)
    if more := getattr(told, "next", None):
        print(f"there are more: cursor={more}", file=sys.stderr)
    return 0


def _given(operation: "Operation", asked: list[str]) -> "msgspec.Struct | None":
    """What a query would say. Raises ValueError for what it does not take."""
    import msgspec

    pairs = dict(one.partition("=")[::2] for one in asked)
    if operation.takes is None and pairs:
        raise ValueError(f"there is no parameter {next(iter(pairs))}")
    if operation.takes is None:
        return None
    found: msgspec.Struct = msgspec.convert(pairs, operation.takes, strict=False)
    return found


def _table(rows: list[dict[str, Any]], zone: ZoneInfo) -> list[str]:
    """Columns under their names, as wide as what is in them."""
    if not rows:
        return []
    cells = [list(rows[0]), *([_cell(value, zone) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = (zip(row, widths, strict=True) for row in cells)
    return ["  ".join(cell.ljust(width) for cell, width in line).rstrip() for line in lines]


def _cell(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
