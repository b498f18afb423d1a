"""The table of a run: what was measured, beside what, the goal, and whether it is met."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "<!-- the run begins -->", "<!-- the run ends -->"


@dataclass(frozen=True)
class Goal:
    value: float
    at_most: bool = False

    def met_by(self, value: float) -> bool:
        return value <= self.value if self.at_most else value >= self.value

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.value:g}"


@dataclass(frozen=True)
class Row:
    measure: str
    result: str
    value: float | None = None
    """What the goal is about: a ratio to the ceiling, or seconds, or megabytes."""
    unit: str = ""
    goal: Goal | None = None
    disturbed: bool = False
    """Others were at work meanwhile: the verdict is not to be trusted."""

    @property
    def missed(self) -> bool:
        return self.goal is not None and not self.goal.met_by(self.value or 0.0)

    def cells(self) -> tuple[str, ...]:
        value = "" if self.value is None else f"{self.value:.3g}{self.unit}"
        if self.goal is None:
            return self.measure, self.result, value, "", ""
        verdict = "**miss**" if self.missed else "pass"
        verdict += " (disturbed)" if self.disturbed else ""
        return self.measure, self.result, value, f"{self.goal}{self.unit}", verdict


HEAD = ("Measure", "Result", "Value", "Goal", "")


def markdown(rows: Sequence[Row]) -> str:
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEAD))]
    head, *rest = (_line(line, widths) for line in lines)
    return "\n".join((head, "|" + "|".join("-" * (width + 2) for width in widths) + "|", *rest))


def _line(cells: tuple[str, ...], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def write(file: Path, run: str) -> None:
    """Put the run between the two markers of a page."""
    before, begin, rest = file.read_text("utf-8").partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{file} lacks {BEGIN} and {END}")
    file.write_text(f"{before}{BEGIN}\n{run}\n{END}{after}", "utf-8")
