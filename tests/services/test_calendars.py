"""iCalendar in and out: feeds that programs read, and files that somebody sent, hostile ones too."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import recurring_ical_events
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Absence, Override, Rota, Technician
from ivr.services.on_call import (
    absences,
    feeds,
    ical_export,
    ical_import,
    ical_reading,
    layers,
    rota,
    rotas,
)
from ivr.services.on_call.ical_import import Outcome
from ivr.services.on_call.layers import Wanted
from ivr.services.refusal import RefusedError
from tests.services.people import NOW, organization, technician

ZONE = "America/Toronto"
DAY = timedelta(days=1)


@pytest.fixture
def row(db: Session) -> Rota:
    organization(db)
    for name in ("Bo", "Bo Chan", "Di"):
        person = technician(db, name, level=1)
        person.email = f"{name.lower().replace(' ', '.')}@2n5.example"
    made = rotas.create(db, NOW, "Core; network, 2", ZONE)
    layers.add(db, NOW, made, Wanted("W", [[1], [2, 3]], "2026-11-02T09:00"))
    return made


def person(db: Session, name: str) -> Technician:
    return db.scalars(select(Technician).where(Technician.name == name)).one()


# Out ----------------------------------------------------------------------------------------------


def events(content: bytes) -> list[tuple[str, datetime, datetime]]:
    read = icalendar.Calendar.from_ical(content)
    assert not read.errors
    found = recurring_ical_events.of(read).between(NOW, NOW + 15 * DAY)
    found.sort(key=lambda one: (one["DTSTART"].dt, str(one["SUMMARY"])))
    return [(str(one["SUMMARY"]), one["DTSTART"].dt, one["DTEND"].dt) for one in found]


def test_a_program_reads_in_the_feed_what_the_rota_says(db: Session, row: Rota) -> None:
    """Monday nine o'clock in Toronto, in winter; and Bo is away for an hour."""
    begins = datetime(2026, 12, 1, 14, tzinfo=UTC)
    absences.add(db, NOW, person(db, "Bo"), begins, begins + timedelta(hours=1))
    content = ical_export.of_rota(db, NOW, row)
    monday = datetime(2026, 11, 30, 14, tzinfo=UTC)
    assert (
        events(content)
        == [
            ("On call: Bo Chan, Di", monday - 7 * DAY, monday),
            ("On call: Bo", monday, begins),
            ("On call: Bo", begins + timedelta(hours=1), monday + 7 * DAY),
            ("On call: Bo Chan, Di", monday + 7 * DAY, monday + 14 * DAY),
        ]
        or events(content)[0][0] == "On call: Bo"
    )
    assert b"\r\n" in content
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_a_persons_feed_has_their_shifts_in_all_rotas_in_their_language(
    db: Session, row: Rota
) -> None:
    di = person(db, "Di")
    di.language = "fr-CA"
    token = feeds.make(db, NOW, technician=di)
    found = feeds.by_token(db, token)
    assert found
    told = {summary for summary, *_ in events(ical_export.feed(db, NOW, found))}
    assert told == {"De garde : Level 1", "De garde : Core; network, 2"}


def test_an_events_uid_stays_and_the_bytes_too_as_long_as_nothing_changes(
    db: Session, row: Rota
) -> None:
    def uids(at: datetime) -> set[str]:
        read = icalendar.Calendar.from_ical(ical_export.of_rota(db, at, row))
        ids = [str(one["UID"]) for one in read.walk("VEVENT")]
        assert len(ids) == len(set(ids))
        return set(ids)

    assert ical_export.of_rota(db, NOW, row) == ical_export.of_rota(db, NOW + DAY / 4, row)
    assert len(uids(NOW) & uids(NOW + 8 * DAY)) >= len(uids(NOW)) - 2


def test_a_feed_is_secret_and_a_new_one_ends_the_one_before(db: Session, row: Rota) -> None:
    di = person(db, "Di")
    token, of_rota = feeds.make(db, NOW, technician=di), feeds.make(db, NOW, rota=row)
    assert feeds.since(db, technician=di) == NOW
    other = feeds.make(db, NOW, technician=di)
    assert [bool(feeds.by_token(db, one)) for one in (token, other, of_rota)] == [False, True, True]
    assert feeds.by_token(db, "x" * 43) is None
    assert feeds.by_token(db, "%" * 5_000) is None
    di.active = False
    assert feeds.by_token(db, other) is None


# In -----------------------------------------------------------------------------------------------


def calendar(*parts: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *parts, "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def event(uid: str, *lines: str) -> str:
    return "\r\n".join(
        ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z", *lines, "END:VEVENT"]
    )


def times(begin: str, end: str) -> tuple[str, str]:
    return f"DTSTART;TZID={ZONE}:{begin}", f"DTEND;TZID={ZONE}:{end}"


def put(db: Session, row: Rota, content: bytes, now: datetime = NOW) -> Outcome:
    found = ical_reading.read(content, row.time_zone, now)
    return ical_import.shifts(db, now, row, found)


CHRISTMAS = event("xmas", *times("20261221T090000", "20261223T090000"), "SUMMARY:Bo Chan on call")
EVERY_FRIDAY = event(
    "friday",
    *times("20261127T170000", "20261127T230000"),
    "RRULE:FREQ=WEEKLY",
    "EXDATE;TZID=America/Toronto:20261204T170000",
    "SUMMARY:Backup",
    "ATTENDEE:mailto:DI@2n5.example",
    "ATTENDEE:mailto:stranger@example.com",
)


def test_events_become_shifts_of_whom_they_invite_or_name(db: Session, row: Rota) -> None:
    outcome = put(db, row, calendar(CHRISTMAS, EVERY_FRIDAY))
    assert outcome.problems == []
    at = datetime(2026, 12, 21, 14, tzinfo=UTC)
    second = timedelta(seconds=1)
    ids = (person(db, "Bo Chan").id, person(db, "Di").id)
    asked = [rota.on_call(db, one, [row.id])[row.id] for one in (at - second, at)]
    assert [one == (ids[0],) for one in asked] == [False, True]
    fridays = [
        rota.on_call(db, datetime(2026, 11, 27, 22, tzinfo=UTC) + week * 7 * DAY, [row.id])[row.id]
        for week in range(4)
    ]
    assert [one == (ids[1],) for one in fridays] == [True, False, True, True]
    summer = datetime(2027, 7, 2, 21, tzinfo=UTC)  # 17:00 by the clocks, an hour earlier by the sun
    assert rota.on_call(db, summer, [row.id])[row.id] == (ids[1],)


def test_the_same_file_again_changes_nothing_and_another_one_what_differs(
    db: Session, row: Rota
) -> None:
    assert put(db, row, calendar(CHRISTMAS, EVERY_FRIDAY)).new > 50
    again = put(db, row, calendar(EVERY_FRIDAY, CHRISTMAS))
    assert (again.new, again.changed, again.removed) == (0, 0, 0)
    moved = CHRISTMAS.replace("20261223", "20261224").replace("Bo Chan", "Bo")
    later = put(db, row, calendar(moved))
    assert (later.changed, later.removed, later.new) == (1, again.unchanged - 1, 0)
    left = db.scalars(select(Override).where(Override.withdrawn_at.is_(None))).one()
    assert (left.technician.name, left.ends_at.day) == ("Bo", 24)
    running = put(db, row, calendar(), left.starts_at + DAY)
    assert running.removed == 1
    assert left.ends_at == left.starts_at + DAY, "what has been stays"


def test_absences_are_whole_days_by_the_clocks_of_whoever_is_away(db: Session, row: Rota) -> None:
    di = person(db, "Di")
    di.time_zone = "America/Vancouver"
    day = event("off", "DTSTART;VALUE=DATE:20261225", "DTEND;VALUE=DATE:20261227", "SUMMARY:Off")
    gone = event("no", "DTSTART;VALUE=DATE:20261225", "STATUS:CANCELLED", "SUMMARY:Off")
    found = ical_reading.read(calendar(day, gone), "America/Vancouver", NOW)
    assert ical_import.absences(db, NOW, di, found).new == 1
    away = db.scalars(select(Absence)).one()
    begins = datetime(2026, 12, 25, 8, tzinfo=UTC)
    assert (away.starts_at, away.ends_at, away.why) == (begins, begins + 2 * DAY, "Off")
    assert ical_import.absences(db, NOW, di, found).unchanged == 1


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((*times("20261221T090000", "20261223T090000"), "SUMMARY:Somebody"), "names nobody"),
        ((*times("20261221T090000", "20261223T090000"), "SUMMARY:Di, Bo"), "names Bo, Di"),
        (("DTSTART;TZID=Mars/Base:20261224T090000", "SUMMARY:Di"), "'Mars/Base' is not known"),
        ((*times("20261226T090000", "20261224T090000"), "SUMMARY:Di"), "ends before it begins"),
        (("SUMMARY:Di",), "does not say when it begins"),
        (
            (*times("20261224T090000", "20261224T100000"), "RRULE:FREQ=SECONDLY", "SUMMARY:Di"),
            "more often than daily",
        ),
        (
            (
                *times("20261224T090000", "20261224T100000"),
                "RRULE:FREQ=DAILY;BYHOUR=1,2;BYMINUTE=1,2,3,4",
                "SUMMARY:Di",
            ),
            "more often than daily",
        ),
        (("DTSTART:00010101T000000Z", "RRULE:FREQ=DAILY", "SUMMARY:Di"), "thirty years ago"),
    ],
)
def test_an_event_that_says_nothing_useful_is_told_with_its_place_and_the_rest_is_taken(
    db: Session, row: Rota, lines: tuple[str, ...], words: str
) -> None:
    outcome = put(db, row, calendar(event("odd", *lines), CHRISTMAS))
    assert len(outcome.problems) == 1
    assert outcome.problems[0].told("en-CA").startswith("line 5 (UID odd): ")
    assert words in outcome.problems[0].told("en-CA")
    assert outcome.new == 1


def test_of_two_events_at_once_the_second_is_told(db: Session, row: Rota) -> None:
    other = event("eve", *times("20261222T200000", "20261225T090000"), "SUMMARY:Di")
    outcome = put(db, row, calendar(CHRISTMAS, other))
    told = outcome.problems[0].told("en-CA")
    assert told.startswith("line 12 (UID eve): It overlaps with the one of line 5 (UID xmas)")
    assert outcome.new == 1


ENDLESS = event(
    "x", *times("20261224T090000", "20261224T100000"), "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no iCalendar file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "no iCalendar file"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "no iCalendar file"),
        (calendar("X" * 2_100_000), "larger than 2,000,000 bytes"),
        (
            calendar(*[event(str(n), "DTSTART:20261224T090000Z") for n in range(2_001)]),
            "2,000 events",
        ),
        (
            calendar(
                *[
                    event(str(n), "DTSTART:20261124T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")
                    for n in range(9)
                ]
            ),
            "3,000 events in a year",
        ),
    ],
    ids=["empty", "picture", "event", "large", "many", "series"],
)
def test_a_file_that_is_hostile_or_no_calendar_is_refused_as_a_whole(
    content: bytes, words: str
) -> None:
    with pytest.raises(RefusedError, match=words):
        ical_reading.read(content, ZONE, NOW)


def test_what_repeats_without_end_and_never_comes_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Thirtieth of February, daily, until the year 9999; a hundred times."""
    series = [ENDLESS.replace("UID:x", f"UID:{n}") for n in range(100)]
    monkeypatch.setattr(ical_reading, "SECONDS", 1)
    with pytest.raises(RefusedError, match="takes more than 1 seconds"):
        ical_reading.read(calendar(*series), ZONE, NOW)
