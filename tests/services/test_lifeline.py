"""The spool of bad days: nothing is lost between those who write it and those who read it."""

import json
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from ivr.database import reading
from ivr.models import Entry
from ivr.services.calls import lifeline
from ivr.settings import settings

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def on_record() -> list[dict[str, object]]:
    with reading() as db:
        entries = db.scalars(select(Entry).where(Entry.kind == "lifeline").order_by(Entry.id))
        return [entry.data["event"] for entry in entries]


def test_what_was_spooled_is_put_on_record_once(database: str) -> None:
    lifeline.spool({"call": "CA1", "what": "dial"})
    lifeline.spool({"call": "CA1", "what": "accepted"})
    lifeline.replay(NOW)
    lifeline.replay(NOW)
    assert [event["what"] for event in on_record()] == ["dial", "accepted"]
    assert not list(settings().var_dir.glob("spool*"))


def test_a_broken_line_is_kept_as_it_is_and_costs_no_other(database: str) -> None:
    lifeline.spool({"call": "CA1"})
    with (settings().var_dir / "spool.jsonl").open("a") as file:
        file.write('{"call": "CA2", "wh\n')
    lifeline.spool({"call": "CA3"})
    lifeline.replay(NOW)
    assert on_record() == [{"call": "CA1"}, {"broken": '{"call": "CA2", "wh\n'}, {"call": "CA3"}]


def test_what_the_database_does_not_take_stays(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lifeline.spool({"call": "CA1"})
    with monkeypatch.context() as broken:
        broken.setattr(lifeline, "_put_on_record", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            lifeline.replay(NOW)
    lifeline.replay(NOW)
    assert on_record() == [{"call": "CA1"}]


def test_writers_and_readers_at_once_lose_and_double_nothing(database: str) -> None:
    def write(who: int) -> None:
        for number in range(50):
            lifeline.spool({"call": f"{who}-{number}"})

    writers = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        lifeline.replay(NOW)
    lifeline.replay(NOW)
    lifeline.replay(NOW)
    calls = [event["call"] for event in on_record()]
    assert len(calls) == len(set(calls)) == 200


def test_without_a_roster_there_is_an_empty_one(database: str) -> None:
    assert lifeline.roster().numbers == []
    (settings().var_dir).mkdir(exist_ok=True)
    (settings().var_dir / "roster.json").write_text(json.dumps({"nonsense": 1}))
    assert lifeline.roster().numbers == []
