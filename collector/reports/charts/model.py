"""What a chart shows, before anybody draws it. Values are whole numbers; ``None`` is no number, which is never 0."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass


class Sort(enum.StrEnum):
    """The five marks of a number."""

    COUNTED = "counted"
    ZERO = "zero"
    ESTIMATED = "estimated"
    MISSING = "missing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its value and the part of it that is an estimate. ``gap``: some of its open time has no number.

    ``before`` is drawn as a line across (the same month a year ago). ``figure`` is written above it. ``low`` to
    ``high`` is the band in which the true value may lie.
    """

    label: str
    value: int | None
    estimated: int = 0
    sort: Sort = Sort.COUNTED
    gap: bool = False
    before: int | None = None
    strong: bool = False
    figure: str = ""
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars over one axis that starts at 0. ``ticks``: the bars whose label is written. ``usual``: the bands say what is
    usual, and the strong bars are those that were not; without it, how sure a value is. ``caption`` says what the bars
    are, where the table beside them is of something else."""

    bars: tuple[Bar, ...]
    ticks: tuple[int, ...]
    alt: str
    grid: tuple[tuple[int, str], ...] = ()  # value and label of each hairline
    before: str = ""  # what the line across means
    soft: bool = False
    usual: bool = False
    caption: str = ""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """An hour of the week. ``step`` 0 to 7 is its shade; ``shown`` the number in it."""

    sort: Sort
    step: int = 0
    shown: str = ""
    peak: bool = False


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A weekday."""

    label: str
    cells: tuple[HeatCell, ...]
    total: str


@dataclass(frozen=True, slots=True)
class Heat:
    """Hour across, weekday down. ``scale``: where each of the eight steps begins."""

    hours: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    scale: tuple[str, ...]
    total: str
    alt: str


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a line."""

    value: int | None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line with the words at its end."""

    name: str
    figure: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """A stretch of points with a name: a holiday, a closure."""

    first: int
    last: int
    name: str
    before: bool = False  # in the year compared with


@dataclass(frozen=True, slots=True)
class Lines:
    """Two years over each other; ``ticks`` are (position, label)."""

    now: Line
    before: Line
    ticks: tuple[tuple[int, str], ...]
    grid: tuple[tuple[int, str], ...]
    happenings: tuple[Happening, ...]
    alt: str


@dataclass(frozen=True, slots=True)
class StripDay:
    """A day at a door, as parts of its open hours in thousandths; ``zero``: open, watched, and nobody came."""

    sort: Sort
    counted: int = 0
    estimated: int = 0


@dataclass(frozen=True, slots=True)
class StripRow:
    """A door."""

    label: str
    days: tuple[StripDay, ...]
    figures: tuple[str, ...]
    worry: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """How far each day at each door can be trusted."""

    rows: tuple[StripRow, ...]
    ticks: tuple[tuple[int, str], ...]
    heads: tuple[str, ...]
    alt: str


Chart = Bars | Heat | Lines | Strip


def round_step(highest: int, lines: int = 5) -> int:
    """A round distance between hairlines, of which at most ``lines`` lie below the highest value."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if highest // (factor * size) <= lines:
                return factor * size
        size *= 10


def label_every(count: int, room: int) -> tuple[int, ...]:
    """Positions out of ``count`` to be labelled when there is room for ``room`` labels."""
    if count <= room:
        return tuple(range(count))
    for every in (2, 5, 7, 10, 14, 28, 50, 100, 200, 365):
        if count / every <= room:
            return tuple(range(0, count, every))
    return (0,)


def highest(values: Sequence[int | None]) -> int:
    """The largest of those that are numbers; 0 if none is."""
    return max((value for value in values if value is not None), default=0)
