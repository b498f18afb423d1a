"""Whether the line works, and that callers get through without us."""

import argparse
import sys
from pathlib import Path

from ivr.commands.words import Add


def enter(add: Add) -> None:
    add("canary", canary, "let the line ring itself now")
    one = add("fallback", fallback, "write the document that puts callers through without us")
    one.add_argument("--out", type=Path, metavar="FILE", help="instead of printing it")
    one = add("twilio", twilio, "set the number's addresses at Twilio")
    one.add_argument("what", choices=["set-up"])


def canary(_args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import transaction
    from ivr.services.sureness import canary as runs

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
    from ivr.services.calls import lifeline

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
