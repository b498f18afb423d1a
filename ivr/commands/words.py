"""How a command is entered, and how it says no."""

import argparse
import sys
from collections.abc import Callable

BY = "the command line"
"""Who it was, in the audit."""
Command = Callable[[argparse.Namespace], int]
"""Returns the exit status."""
Add = Callable[[str, Command, str], argparse.ArgumentParser]
"""Its name, what it does, and what is told of it."""


def refuse(why: object) -> int:
    print(f"ivr: {why}", file=sys.stderr)
    return 1
