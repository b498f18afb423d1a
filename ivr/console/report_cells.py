"""The tables of the reports: cells as they are told, and as they stand in a file."""

from dataclasses import dataclass, field
from datetime import date

from ivr.console.charts import Box
from ivr.console.csv_file import Cell as Value
from ivr.console.tongue import listing, number, say
from ivr.services.reports.report import Report

A_THOUSAND = 1000


@dataclass(frozen=True)
class Cell:
    value: Value
    """As it stands in a file."""
    told: str
    url: str = ""
    strength: float = 0
    """Of its colour, where it is coloured."""


@dataclass
class Row:
    name: str
    cells: list[Cell]
    kind: str = ""
    """The colour that stands for it in the drawing."""
    url: str = ""
    boxes: list[Box] = field(default_factory=list)


@dataclass
class Table:
    """With its rows as they are shown. By week or month, its columns are those of the drawing."""

    name: str
    title: str
    head: list[str]
    rows: list[Row]
    boxes: list[Box] = field(default_factory=list)

    def as_rows(self) -> tuple[list[str], list[list[Value]]]:
        return self.head, [[row.name, *(cell.value for cell in row.cells)] for row in self.rows]


def count(many: int, url: str = "") -> Cell:
    told = number(many) if many >= A_THOUSAND else str(many)
    return Cell(many, told, url if many else "")


def share(value: float | None) -> Cell:
    return Cell(value, "" if value is None else percent(value))


def time(seconds: int | None) -> Cell:
    if seconds is None:
        return Cell(None, "")
    minutes, left = divmod(seconds, 60)
    return Cell(seconds, say("reports.minutes", minutes=number(minutes), seconds=left))


def percent(value: float) -> str:
    return say("reports.percent", share=number(int(value) if value == int(value) else value))


def day(at: date) -> str:
    return say("reports.day", day=at.day, month=listing("frame.months")[at.month - 1])


def part(told: Report, at: date) -> str:
    """A week by its first day in the period, or a month."""
    if told.asked.period.by_week:
        return day(told.asked.period.within(at)[0])
    return say("reports.month", month=listing("frame.months")[at.month - 1], year=at.year % 100)


def parts(told: Report) -> list[str]:
    first = "reports.week" if told.asked.period.by_week else "reports.of_month"
    return [say(first), *(part(told, one) for one in told.calls)]
