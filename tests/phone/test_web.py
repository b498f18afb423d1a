"""The probes of the web process: alive, fit to take calls, and a few figures."""

import io
import wave
from datetime import timedelta

import pytest
from sqlalchemy import delete

from ivr import clock
from ivr.database import transaction
from ivr.models import Canary, Check, Layer
from ivr.services import due
from tests.phone.door import ANA, Door, hold


def ready(door: Door) -> tuple[int, list[str]]:
    answer = door.client.get("/readyz")
    return answer.status_code, answer.json["missing"]


def test_alive_is_alive_whatever_is_missing(forlorn_door: Door) -> None:
    assert forlorn_door.client.get("/healthz").text == "ok"
    assert ready(forlorn_door) == (503, ["database"])
    assert forlorn_door.client.get("/metrics").status_code == 503


def test_ready_means_a_ticker_that_ticks_and_somebody_on_call(door: Door) -> None:
    assert ready(door) == (503, ["ticker"])
    with transaction() as db:
        due.beat(db, clock.now(), "tick")
    assert ready(door) == (200, [])
    later = clock.now() + timedelta(seconds=16)
    clock.use(lambda: later)
    assert ready(door) == (503, ["ticker"])
    with transaction() as db:
        due.beat(db, later, "tick")
        db.execute(delete(Layer))
    assert ready(door) == (503, ["somebody on call"])


def test_what_does_not_keep_calls_away_is_a_warning(door: Door) -> None:
    now = clock.now()
    with transaction() as db:
        due.beat(db, now, "tick")
        for name, state in (
            ("mail-out", "bad"),
            ("rota", "warn"),
            ("disk", "ok"),
            ("broker", "off"),
        ):
            said = "The mail server refuses our password."
            db.add(Check(name=name, state=state, said=said, since=now, at=now, due_at=now))
        db.add(
            Canary(key="k", state="passed", steps={"placed": 0.5, "fetched": 45.0}, ended_at=now)
        )
    answer = door.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"ready": True, "missing": [], "warnings": ["rota", "mail-out"]}
    text = door.client.get("/metrics").text
    assert 'ivr_check{name="mail-out"} 0.0' in text
    assert 'ivr_check{name="disk"} 1.0' in text
    assert 'name="broker"' not in text
    assert "ivr_canary_ok 1.0" in text
    assert "ivr_canary_seconds 45.0" in text


def test_the_figures_are_counts_and_nothing_else(door: Door) -> None:
    hold(door)
    with transaction() as db:
        due.beat(db, clock.now(), "tick")
    text = door.client.get("/metrics").text
    figures = dict(line.split() for line in text.splitlines() if not line.startswith("#"))
    assert float(figures["ivr_pages_live"]) == 1
    assert float(figures["ivr_turns"]) >= 3
    assert 0 <= float(figures["ivr_overdue_seconds"]) < 30
    assert 0 <= float(figures["ivr_tick_age_seconds"]) < 30
    for secret in (ANA[1:], "4411", "Acme", "Bo"):
        assert secret not in text


def test_a_ticker_that_never_ticked_is_said_so(door: Door) -> None:
    assert "ivr_tick_age_seconds -1.0" in door.client.get("/metrics").text


@pytest.mark.parametrize("path", ["/voice", "/voice/inbound/", "/voice/turns/-1", "/voice/turns/x"])
def test_other_paths_are_not_there(forlorn_door: Door, path: str) -> None:
    assert forlorn_door.post(path).status_code == 404


def test_the_hold_tone_is_a_soft_sound_that_any_carrier_plays(forlorn_door: Door) -> None:
    data = forlorn_door.client.get("/voice/hold.wav").data
    with wave.open(io.BytesIO(data)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 8000)
        assert 5 < sound.getnframes() / 8000 < 9
        frames = sound.readframes(sound.getnframes())
    levels = [
        abs(int.from_bytes(frames[at : at + 2], "little", signed=True))
        for at in range(0, len(frames), 2)
    ]
    assert 1000 < max(levels) < 12_000
    assert len(data) < 100_000
