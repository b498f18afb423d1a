"""A period of days that a report is about, as it stands in a URL. Pure.

`3m` and `12m` are whole months up to the present one, `4w` and `12w` whole weeks; 2026-11 a month,
2026-W47 a week; anything else is given by its first and last day.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

A_DAY = timedelta(days=1)
A_WEEK = timedelta(weeks=1)
DEFAULT = "3m"
CHOICES = ("4w", "12w", "3m", "12m")
LONGEST = timedelta(days=1100)
BY_WEEK = timedelta(weeks=27)
"""Up to here a period is drawn by week, beyond it by month."""
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
WEEK = re.compile(r"(20\d\d)-W([0-4]\d|5[0-3])")


@dataclass(frozen=True)
class Period:
    first: date
    last: date
    name: str = ""
    """As it stands in the URL; nothing where it is given by its days."""

    @property
    def by_week(self) -> bool:
        return self.last - self.first < BY_WEEK

    def part_of(self, day: date) -> date:
        """The first day of the week, or of the month, that a day belongs to."""
        return week_of(day) if self.by_week else day.replace(day=1)

    def parts(self) -> list[date]:
        """All of them, in order."""
        return list(dict.fromkeys(self.part_of(day) for day in self.days()))

    def days(self) -> Iterator[date]:
        day = self.first
        while day <= self.last:
            yield day
            day += A_DAY

    def within(self, part: date) -> tuple[date, date]:
        """The days of a week or month that lie in the period."""
        end = (part + A_WEEK if self.by_week else next_month(part)) - A_DAY
        return max(part, self.first), min(end, self.last)

    @property
    def step(self) -> str:
        """Week or month, where one can go on to the next one."""
        return "week" if WEEK.fullmatch(self.name) else "month" if "-" in self.name else ""

    @property
    def before(self) -> str:
        return _named(self.first - A_DAY, self.step)

    @property
    def after(self) -> str:
        return _named(self.last + A_DAY, self.step)


def week_of(day: date) -> date:
    return day - A_DAY * day.weekday()


def next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _named(day: date, step: str) -> str:
    return f"{day:%G-W%V}" if step == "week" else f"{day:%Y-%m}"


def given(name: str, first: str, last: str, today: date) -> Period:
    """What the URL asks for; what cannot be is the default."""
    try:
        if first or last:
            return of_days(first, last, today)
        return named(name or DEFAULT, today)
    except ValueError:
        return named(DEFAULT, today)


def of_days(first: str, last: str, today: date) -> Period:
    """ValueError: there is no such period."""
    end = date.fromisoformat(last) if last else today
    begin = date.fromisoformat(first) if first else end.replace(day=1)
    if not date(2000, 1, 1) <= begin <= end <= date(2100, 1, 1):
        raise ValueError("no such period")
    return Period(max(begin, end - LONGEST), end)


def named(name: str, today: date) -> Period:
    if found := MONTH.fullmatch(name):
        begin = date(int(found[1]), int(found[2]), 1)
        return Period(begin, next_month(begin) - A_DAY, name)
    if found := WEEK.fullmatch(name):
        begin = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return Period(begin, begin + A_WEEK - A_DAY, name)
    if name not in CHOICES:
        raise ValueError("no such period")
    many = int(name[:-1])
    if name.endswith("w"):
        return Period(week_of(today) - A_WEEK * (many - 1), today, name)
    months = today.year * 12 + today.month - many
    return Period(date(months // 12, months % 12 + 1, 1), today, name)
