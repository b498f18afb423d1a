"""Shifts as calendars, and calendars as shifts and absences."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from sqlalchemy.orm import Session

from ivr.models import Absence, Override, Rota, Technician
from ivr.services import feeds, ical_import, overrides, rota, rotas
from ivr.services.ical_reading import CalendarError
from tests.services.people import NOW, on_call, organization, technician

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def bo(db: Session) -> Technician:
    organization(db)
    return technician(db, "Bo", level=1)


@pytest.fixture
def di(db: Session, bo: Technician) -> Technician:
    person = technician(db, "Di", level=2)
    on_call(db, 1, [bo.id])
    return person


@pytest.fixture
def level_1(db: Session, bo: Technician, di: Technician) -> Rota:
    return rotas.named(db, "Level 1")


def events(raw: bytes) -> list[tuple[str, datetime, datetime]]:
    found = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    return [(str(one["SUMMARY"]), one.start, one.end) for one in found]


def file(*lines: str) -> bytes:
    """A calendar of one event, or of what is given between BEGIN and END."""
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", *lines, "END:VCALENDAR", ""]
    return "\r\n".join(whole).encode()


def event(uid: str, start: str, end: str, summary: str, *more: str) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20261101T000000Z",
        f"DTSTART{start}",
        f"DTEND{end}",
        f"SUMMARY:{summary}",
        *more,
        "END:VEVENT",
    ]


# Feeds --------------------------------------------------------------------------------------------


def test_a_rota_s_calendar_has_everybody_s_shifts_and_a_person_s_their_own(
    db: Session, level_1: Rota, bo: Technician, di: Technician
) -> None:
    begin, end = NOW + DAY, NOW + DAY + 5 * HOUR
    overrides.put(db, NOW, level_1, di, bo, begin, end, di)
    first, stand_in, after = events(feeds.calendar(db, NOW, level_1))
    assert stand_in == ("Di", begin, end)
    assert (first[0], first[2], after[0], after[1]) == ("Bo", begin, "Bo", end)
    (on_level_2, instead) = events(feeds.calendar(db, NOW, di))
    assert instead == ("On call: Level 1", begin, end)
    assert on_level_2[0] == "On call: Level 2"
    bo.language = "fr-CA"
    assert events(feeds.calendar(db, NOW, bo))[0][0] == "De garde : Level 1"


def test_a_calendar_stays_as_it_is_all_day_while_nothing_changes(
    db: Session, level_1: Rota, bo: Technician, di: Technician
) -> None:
    before = feeds.calendar(db, NOW, level_1)
    assert feeds.calendar(db, NOW + 3 * HOUR, level_1) == before
    assert b"2N5" in before
    overrides.put(db, NOW, level_1, di, bo, NOW + DAY, NOW + 2 * DAY, di)
    changed = icalendar.Calendar.from_ical(feeds.calendar(db, NOW, level_1))
    uids = [str(one["UID"]) for one in changed.walk("VEVENT")]
    was = icalendar.Calendar.from_ical(before).walk("VEVENT")[0]["UID"]
    assert uids[0] == was
    assert len(set(uids)) == 3


def test_an_address_is_secret_and_a_new_one_ends_the_one_before(
    db: Session, level_1: Rota, bo: Technician
) -> None:
    first = feeds.renew(db, NOW, level_1)
    assert feeds.by_secret(db, first) is level_1
    second = feeds.renew(db, NOW, level_1)
    assert (feeds.by_secret(db, first), feeds.by_secret(db, second)) == (None, level_1)
    own = feeds.renew(db, NOW, bo)
    assert feeds.by_secret(db, own) is bo
    bo.active = False
    db.flush()
    assert feeds.by_secret(db, own) is None, "who has left reads nothing any more"
    feeds.end(db, level_1)
    assert (feeds.made_at(db, level_1), feeds.by_secret(db, second)) == (None, None)


# Files --------------------------------------------------------------------------------------------


def test_events_become_shifts_and_a_newer_file_changes_them(
    db: Session, level_1: Rota, bo: Technician, di: Technician
) -> None:
    day = ";TZID=America/Toronto:20261125T090000", ";TZID=America/Toronto:20261125T170000"
    weekly = event(
        "b@x", *day, "On call", f"ATTENDEE;CN=Di:mailto:{di.email}", "RRULE:FREQ=WEEKLY;COUNT=3"
    )
    raw = file(*event("a@x", ":20261124T200000Z", ":20261124T220000Z", "Di has it"), *weekly)
    read = ical_import.as_shifts(db, NOW, level_1, raw, None)
    assert (read.added, read.removed, read.problems) == (4, 0, [])
    nine = datetime(2026, 12, 9, 14, 0, tzinfo=UTC)
    assert rota.on_call(db, nine, [level_1.id])[level_1.id] == (di.id,)
    assert rota.on_call(db, nine + 8 * HOUR, [level_1.id])[level_1.id] == (bo.id,)
    again = ical_import.as_shifts(db, NOW, level_1, raw, None)
    assert (again.added, again.removed, again.unchanged) == (0, 0, 4)
    newer = ical_import.as_shifts(db, NOW, level_1, file(*weekly), None)
    assert (newer.added, newer.removed, newer.unchanged) == (0, 1, 3)
    assert db.query(Override).filter(Override.withdrawn_at.is_(None)).count() == 3


def test_what_a_file_says_of_nobody_or_of_several_is_left_out_and_told(
    db: Session, level_1: Rota, bo: Technician, di: Technician
) -> None:
    span = ":20261124T200000Z", ":20261124T220000Z"
    raw = file(
        *event("a@x", *span, "Zoé"),
        *event("b@x", *span, "Bo and Di"),
        *event("c@x", *span, "Bo", "STATUS:CANCELLED"),
    )
    read = ical_import.as_shifts(db, NOW, level_1, raw, None)
    assert read.added == 0
    assert sorted(read.problems) == [
        "2026-11-24 15:00 “Bo and Di”: it names Bo and Di, and one of them has to be on call.",
        "2026-11-24 15:00 “Zoé”: it names nobody of us.",
    ]


def test_whole_days_are_those_of_the_person_s_own_zone(db: Session, bo: Technician) -> None:
    bo.time_zone = "America/Vancouver"
    raw = file(*event("a@x", ";VALUE=DATE:20261224", ";VALUE=DATE:20261227", "Holidays"))
    assert ical_import.as_absences(db, NOW, bo, raw).added == 1
    (absence,) = db.query(Absence)
    assert absence.starts_at == datetime(2026, 12, 24, 8, 0, tzinfo=UTC)
    assert absence.ends_at - absence.starts_at == 3 * DAY
    assert absence.why == "Holidays"
    assert ical_import.as_absences(db, NOW, bo, file()).removed == 1
    assert db.query(Absence).count() == 0


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\x89PNG\r\n\x1a\n", "no calendar file"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "no calendar file"),
        (b"x" * 1_000_001, "larger than 1,000,000 bytes"),
        (file(*event("a", ":20261124T200000Z", ":20261124T200001Z", "Bo", "RRULE:FREQ=SECONDLY")), "more often than daily"),
        (file(*event("a", ":20261124T200000Z", ":20261124T200001Z", "Bo", "RRULE:FREQ=DAILY;BYHOUR=1,2;BYMINUTE=1,2")), "more often than daily"),
        (file(*event("a", ":20261124T200000Z", ":20261124T210000Z", "Bo") * 2001), "more than 2000 events"),
        (file(*[line for n in range(14) for line in event(f"{n}", ":20261124T200000Z", ":20261124T210000Z", "Bo", "RRULE:FREQ=DAILY")]), "more than 5000 events in a year"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_in_words(
    db: Session, level_1: Rota, raw: bytes, words: str
) -> None:
    with pytest.raises(CalendarError, match=words):
        ical_import.as_shifts(db, NOW, level_1, raw, None)
