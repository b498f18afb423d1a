"""A call flow as a drawing: its steps from top to bottom, onward ways at the right, ways back at
the left, each as wide as it was gone. Pure numbers; the template makes SVG of them.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from ivr.services.settings.traffic import Flow, Way

ROW, BOX, GAP = 62, 300, 18
"""How high a row is, how wide a box, and the space between two boxes."""
NEAR, FURTHER = 46, 17
"""How far out a way to the next step bends, and each row more."""
WIDEST = 9.0
MARGIN = 60


@dataclass(frozen=True)
class Box:
    step: str
    form: str
    asked: str
    y: int


@dataclass(frozen=True)
class Arrow:
    way: Way
    count: int
    path: str
    width: float
    x: float
    """Where its count stands."""
    y: float
    back: bool


@dataclass(frozen=True)
class Drawing:
    boxes: list[Box]
    arrows: list[Arrow]
    left: float
    width: float
    height: float


def drawing(flow: Flow, counted: Iterable[tuple[Way, int]]) -> Drawing:
    rows = {step: at for at, (step, _, _) in enumerate(flow.steps)}
    boxes = [Box(*step, at * ROW) for at, step in enumerate(flow.steps)]
    counts = list(counted)
    most = max((count for _, count in counts), default=0)
    arrows = [_arrow(way, count, most, rows[way.begin], rows[way.end]) for way, count in counts]
    left = max((-one.x for one in arrows if one.back), default=0) + MARGIN
    right = max((one.x - BOX for one in arrows if not one.back), default=0) + MARGIN
    arrows.sort(key=lambda one: one.count)
    return Drawing(boxes, arrows, left, left + BOX + right, len(boxes) * ROW)


def _arrow(way: Way, count: int, most: int, begin: int, end: int) -> Arrow:
    back = end <= begin
    side = -1 if back else 1
    edge = 0 if back else BOX
    high = ROW - GAP
    starts, ends = begin * ROW + high * 0.68, end * ROW + high * 0.32
    if begin == end:
        starts, ends = begin * ROW + high * 0.8, begin * ROW + high * 0.2
    out = edge + side * (NEAR + FURTHER * abs(end - begin))
    path = f"M{edge} {starts:.0f}C{out} {starts:.0f} {out} {ends:.0f} {edge} {ends:.0f}"
    width = 1.2 + (WIDEST - 1.2) * math.sqrt(count / most) if count else 1.2
    x = edge + (out - edge) * 0.75
    return Arrow(way, count, path, round(width, 1), x, (starts + ends) / 2, back)
