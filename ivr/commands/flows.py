"""The call flows, drawn and proved."""

import argparse
import sys
from pathlib import Path

from ivr.commands.words import Add


def enter(add: Add) -> None:
    add("draw", draw, "draw the call flows into docs/flows")
    add("check-flows", check_flows, "prove the call flows by walking them")


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
