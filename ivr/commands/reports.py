"""`ivr reports …`: the figures of the reports, counted afresh."""

import argparse
from datetime import date

from ivr.commands.words import Add


def enter(add: Add) -> None:
    one = add("reports", reports, "count the figures of the reports afresh, from the timeline")
    what = one.add_subparsers(required=True, metavar="rebuild", dest="what")
    again = what.add_parser("rebuild", help="every day, or those from a day on")
    again.add_argument("--from", dest="since", type=_day, metavar="DAY",
                       help="such as 2026-11-01")  # fmt: skip


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        told = f"{given} is no day, such as 2026-11-01"
        raise argparse.ArgumentTypeError(told) from error


def reports(args: argparse.Namespace) -> int:
    from ivr.services.reports import reckonings

    for day in reckonings.afresh(args.since):
        print(f"counted up to {day}", flush=True)
    return 0
