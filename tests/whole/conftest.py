"""The whole product, started by `ivr run` in a folder of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.whole.stack import QUICK, Stack, eventually

Start = Callable[..., Stack]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a stack, with the demo's people, who are short of time unless said otherwise."""
    stacks: list[Stack] = []

    def started(levels: list[dict[str, Any]] | None = QUICK, **environment: str) -> Stack:
        stack = Stack(tmp_path, **environment)
        stacks.append(stack)
        stack.start()
        if levels:
            stack.world(levels, tmp_path)
        return stack

    yield started
    for stack in stacks:
        if stack.process and stack.process.poll() is None:
            stack.stop()
        eventually(lambda stack=stack: not stack.alive())
