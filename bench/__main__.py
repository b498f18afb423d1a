"""The command: `bin/bench [PART] [--quick] [--write PAGE]`. Ends with 1 if a goal is missed."""

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import console, escalation, machine, opening, rotas, table, tickets, turns
from bench.table import Row

Part = Callable[[bool], Iterator[Row]]
PARTS: dict[str, Part] = {
    "turns": lambda quick: turns.measure(turns.QUICK if quick else turns.WHOLE),
    "escalation": lambda quick: escalation.measure(escalation.QUICK if quick else escalation.WHOLE),
    "opening": lambda quick: opening.measure(opening.QUICK if quick else opening.WHOLE),
    "tickets": lambda quick: tickets.measure(tickets.QUICK if quick else tickets.WHOLE),
    "console": lambda quick: console.measure(console.QUICK if quick else console.WHOLE),
    "rotas": lambda quick: rotas.measure(rotas.QUICK if quick else rotas.WHOLE),
}


def main() -> int:
    args = _arguments().parse_args()
    rows: list[Row] = []
    for name in [args.part] if args.part else PARTS:
        for row in PARTS[name](args.quick):
            print(*filter(None, row.cells()), sep=" | ", flush=True)
            rows.append(row)
    day, length = f"{datetime.now(UTC):%Y-%m-%d}", "a quick run" if args.quick else "a whole run"
    run = f"{machine.described()}; {length}, {day}.\n\n{table.markdown(rows)}"
    print(f"\n{run}")
    if args.write:
        table.write(args.write, run)
    return int(any(row.missed for row in rows))


def _arguments() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    made.add_argument("part", nargs="?", choices=PARTS, help="all of them, if none is named")
    made.add_argument("--quick", action="store_true", help="a short run: its figures are rough")
    told = f"put the table into this page, between {table.BEGIN} and {table.END}"
    made.add_argument("--write", type=Path, metavar="PAGE", help=told)
    return made


sys.exit(main())
