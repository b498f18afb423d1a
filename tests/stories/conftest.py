"""A support line of its own for every story."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.settings import settings
from tests.stories.line import NUMBER, Line


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str) -> Iterator[Line]:
    """The whole line on a moved clock, with the world of tests/stories/line.py in it."""
    port, exchange_port = free_port(), free_port()
    for name, value in {
        "VAR_DIR": str(tmp_path / "var"),
        "PORT": str(port),
        "EXCHANGE_PORT": str(exchange_port),
        "TWILIO_NUMBER": NUMBER,
    }.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    story = Line(tmp_path)
    story.exchange.serve(exchange_port)
    story.open()
    story.world()
    yield story
    story.close()
    assert not story.exchange.warnings
    settings.cache_clear()
