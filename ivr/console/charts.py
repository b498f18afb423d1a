"""Where each piece of a drawing stands, in hundredths of its width and height. Pure; the drawing
itself is charts.html, and every number also stands in the table beneath.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

GAP = 0.22
"""Of the room that a column has, left free."""
SHADES = 4
STRONGEST = 0.45
"""Of the colour, so that a number on it can be read."""


@dataclass(frozen=True)
class Piece:
    kind: str
    """What it stands for; its colour is the style sheet's business."""
    count: float


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str
    url: str = ""


@dataclass(frozen=True)
class Column:
    title: str
    url: str
    pieces: Sequence[Piece]


def columns(those: Sequence[Column]) -> list[Box]:
    """Pieces upon each other, from the bottom; the highest column is as high as the drawing."""
    top = max((sum(piece.count for piece in one.pieces) for one in those), default=0) or 1
    room, found = 100 / max(1, len(those)), list[Box]()
    for at, one in enumerate(those):
        floor = 100.0
        for piece in one.pieces:
            height = 100 * piece.count / top
            floor -= height
            if height:
                x, width = at * room + room * GAP / 2, room * (1 - GAP)
                found.append(_box(x, floor, width, height, piece.kind, one.title, one.url))
    return found


def bar(pieces: Sequence[Piece], of: float, title: str) -> list[Box]:
    """Pieces side by side; the whole width is `of`."""
    found, at = list[Box](), 0.0
    for piece in pieces:
        width = 100 * piece.count / (of or 1)
        if width:
            found.append(_box(at, 0.0, width, 100.0, piece.kind, title))
        at += width
    return found


def heat(hours: Mapping[int, int]) -> dict[int, float]:
    """How strong the colour of each hour of the week is: nothing, or one of a few shades."""
    most = max(hours.values(), default=0)
    return {
        hour: _round(STRONGEST * -(-SHADES * many // most) / SHADES)
        for hour, many in hours.items()
        if many
    }


def _box(
    x: float, y: float, width: float, height: float, kind: str, title: str, url: str = ""
) -> Box:
    return Box(_round(x), _round(y), _round(width), _round(height), kind, title, url)


def _round(value: float) -> float:
    return round(value, 2)
