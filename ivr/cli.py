"""`ivr …`: the command line."""

import argparse
import sys

from ivr.commands import (
    flows,
    listing,
    on_call,
    processes,
    records,
    reports,
    staff,
    sureness,
    tokens,
)
from ivr.commands.words import Command
from ivr.settings import BrokenSettingError, settings


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="ivr", description="The support line.")
    commands = made.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, act: Command, told: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=told, description=told)
        one.set_defaults(act=act)
        return one

    for room in (processes, records, listing, reports, on_call, staff, tokens, sureness, flows):
        room.enter(add)
    return made


def main() -> int:
    args = parser().parse_args()
    try:
        settings()
        return int(args.act(args))
    except BrokenSettingError as error:
        print(f"ivr: {error}", file=sys.stderr)
        return 2
    except Exception as error:
        from sqlalchemy.exc import DBAPIError

        if not isinstance(error, DBAPIError):
            raise
        told = f"the database cannot be used ({error.orig}); `ivr prepare` makes it"
        print(f"ivr: {told}", file=sys.stderr)
        return 2
