"""Where the bars of a chart stand. Pure numbers; the templates draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 793, 268, 34, 30, 26


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour. ``value`` is ``None`` where no door sent anything for it: that is not zero."""

    hours: str
    x: float
    y: float
    width: float
    height: float
    middle: float
    value: int | None
    out: int
    label: str
    going: bool  # the hour is not over
    missing: bool  # it began, and no door has sent anything for it


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the time axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A horizontal hairline."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class HourChart:
    """A day by the hour; ``now`` is the x of this moment, if it is in sight."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    now: float | None
    now_left: bool
    alt: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


def step(highest: int) -> int:
    """A round distance between hairlines that needs at most four of them."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if factor * size * 4 >= highest:
                return factor * size
        size *= 10


def hours(
    counts: Mapping[int, tuple[int, int]], first: int, last: int, now: float | None, number: Sequence[str], alt: str
) -> HourChart:
    """Draw the hours from ``first`` to ``last`` (not included).

    Args:
        counts: hour of the day → (in, out); an hour that is absent has no data.
        now: this moment in hours of the day, or ``None`` for a day that is over.
        number: the figures above the bars as text, in the order of ``counts``.
        alt: the finding in words.
    """
    highest = max((into for into, _ in counts.values()), default=0)
    gap = step(max(highest, 4))
    top = gap * 4 if highest > gap * 3 else gap * 3
    base = HEIGHT - BOTTOM
    scale = (base - TOP) / top
    width = (WIDTH - LEFT) / (last - first)
    shown = dict(zip(counts, number, strict=True))
    bars = []
    for hour in range(first, last):
        value, out = counts.get(hour, (None, 0))
        tall = round((value or 0) * scale, 1)
        x = LEFT + (hour - first) * width
        bars.append(
            Bar(
                f"{hour:02d}–{hour + 1:02d}", round(x + width * 0.14, 1), round(base - tall, 1), round(width * 0.72, 1),
                tall, round(x + width / 2, 1), value, out, shown.get(hour, ""), now is not None and hour == int(now),
                value is None and (now is None or hour < int(now)),
            )
        )  # fmt: skip
    ticks = tuple(Tick(round(LEFT + (h - first) * width, 1), f"{h:02d}") for h in range(first, last + 1))
    lines = tuple(Line(round(base - value * scale, 1), str(value)) for value in range(gap, top + 1, gap))
    here = None if now is None or not first <= now <= last else round(LEFT + (now - first) * width, 1)
    return HourChart(tuple(bars), ticks, lines, here, here is not None and here > WIDTH - 60, alt)


@dataclass(frozen=True, slots=True)
class SmallBar:
    """A bar of a table's sparkline."""

    x: float
    y: float
    width: float
    height: float


def small(values: Mapping[int, int], first: int, last: int, highest: int) -> tuple[SmallBar, ...]:
    """Bars of 150 × 22; all rows of a table share ``highest``."""
    width = 150 / (last - first)
    bars = []
    for hour, value in sorted(values.items()):
        if first <= hour < last and value:
            tall = max(1.0, round(value / max(highest, 1) * 19, 1))
            bars.append(
                SmallBar(round((hour - first) * width + 1, 1), round(21 - tall, 1), round(width - 2.5, 1), tall)
            )
    return tuple(bars)
