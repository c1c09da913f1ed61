"""Passages as arrows in rows of their own, faults as hatched bands with their names. Pure.

Each sort of passage has its row, its shape, its colour and its word: who goes in is a filled arrow pointing down, as
the way in goes down in all our pictures; who goes out a hollow one pointing up. Arrows that would touch become one with
their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from devices.door.drawing.look import (
    DEGRADED,
    INK,
    INK_2,
    INK_3,
    LEFT,
    LOST,
    LOST_FILL,
    PAPER,
    RIGHT,
    RIVER,
    SMALL,
    TEXT,
)
from devices.door.drawing.panels import Panel
from devices.door.drawing.svg import HATCHED, Drawing
from devices.door.events import Confidence, Direction, Passage
from devices.door.words import DIRECTIONS

ROW_PX: Final = 32
FAULT_PX: Final = 30
#: Arrows nearer than this become one with a number …
_NEAR_PX: Final = 26
#: … which needs so much room itself, so that no number is ever left out.
_NUMBER_PX: Final = 58
#: Where a pixel is longer than this, a line through the content would hide the passage it points at.
FINE_MS: Final = 100
#: … and where it is longer than this, the moments would melt into one bar.
_COARSE_MS: Final = 1_000
#: About what a letter of a label is wide.
_LETTER_PX: Final = 10.5

COLOURS: Final = {
    Direction.IN: RIVER,
    Direction.OUT: INK,
    Direction.TURNED_BACK: INK_3,
    Direction.AMBIGUOUS: DEGRADED,
    Direction.IMPLAUSIBLE: LOST,
}


@dataclass(frozen=True)
class Band:
    """Something was wrong from ``begin`` to ``end`` (ms); ``label`` says what."""

    begin: int
    end: int
    label: str
    fault: bool = True


def directions(passages: Sequence[Passage]) -> list[Direction]:
    """Which rows a picture needs: in and out always, the others when there are any."""
    seen = {passage.direction for passage in passages}
    return [each for each in Direction if each in seen or each in (Direction.IN, Direction.OUT)]


def passage_lines(drawing: Drawing, panel: Panel, passages: Sequence[Passage]) -> None:
    """The moments of passages, to be painted under the content."""
    top = panel.top if panel.scale.per_px <= FINE_MS else panel.top + panel.height - 6
    if panel.scale.per_px > _COARSE_MS:
        return
    drawn: set[tuple[int, Direction]] = set()  # a day of passages has far more than there are pixels
    for passage in passages:
        x = panel.x(passage.t_ms)
        if not panel.holds(passage.t_ms) or (round(x), passage.direction) in drawn:
            continue
        drawn.add((round(x), passage.direction))
        dash = "none" if passage.direction is Direction.IN else "5 4"
        look = {"stroke": COLOURS[passage.direction], "stroke_width": 1.3, "stroke_dasharray": dash}
        drawing.line(x, top, x, panel.top + panel.height + 4, **look)


def passage_rows(drawing: Drawing, panel: Panel, top: float, passages: Sequence[Passage]) -> None:
    """The rows of a panel; which rows is decided by the whole recording, so that all panels look alike."""
    here = [passage for passage in passages if panel.holds(passage.t_ms)]
    for number, direction in enumerate(directions(passages)):
        y = top + number * ROW_PX + ROW_PX / 2
        drawing.text(LEFT - 40, y + 6, DIRECTIONS[direction.value], anchor="end", fill=INK_2)
        arrow(drawing, LEFT - 22, y, direction)
        _row(drawing, panel, y, [passage for passage in here if passage.direction is direction])


def _row(drawing: Drawing, panel: Panel, y: float, passages: Sequence[Passage]) -> None:
    groups: list[list[Passage]] = []
    for passage in passages:
        room = _NUMBER_PX if groups and len(groups[-1]) > 1 else _NEAR_PX
        if groups and panel.x(passage.t_ms) - panel.x(groups[-1][0].t_ms) < room:
            groups[-1].append(passage)
        else:
            groups.append([passage])
    starts = [panel.x(group[0].t_ms) for group in groups]
    ends = [*(start - 10 for start in starts[1:]), RIGHT + 30.0]
    taken = float(LEFT)
    for group, x, end in zip(groups, starts, ends[: len(starts)], strict=True):
        direction = group[0].direction
        arrow(drawing, x, y, direction)
        words = [DIRECTIONS[direction.value] if len(group) == 1 else f"{len(group)} {DIRECTIONS[direction.value]}"]
        words += [str(len(group))] if len(group) > 1 else []
        if any(one.confidence is Confidence.AMBIGUOUS for one in group) and direction is not Direction.AMBIGUOUS:
            words = [f"{words[0]} ?", *(words if len(group) > 1 else ["?"])]
        fits = next((word for word in words if len(word) * _LETTER_PX <= end - x - 16), "")
        if fits:
            drawing.text(x + 16, y + 6, fits, fill=COLOURS[direction], weight=600, halo=PAPER)
        elif end > RIGHT:  # at the end of the paper there may be room before the arrow
            fits = next((word for word in words if len(word) * _LETTER_PX <= x - 16 - taken), "")
            drawing.text(x - 16, y + 6, fits, fill=COLOURS[direction], weight=600, anchor="end", halo=PAPER)
        taken = x + 16 + len(fits) * _LETTER_PX


def arrow(drawing: Drawing, x: float, y: float, direction: Direction) -> None:
    """The sign of a direction, 24 px high around (x, y)."""
    colour = COLOURS[direction]
    match direction:
        case Direction.IN:
            drawing.polygon(_arrow(x, y, 1), fill=colour, stroke=colour, stroke_width=2, stroke_linejoin="round")
        case Direction.OUT:
            drawing.polygon(_arrow(x, y, -1), fill=PAPER, stroke=colour, stroke_width=2.4, stroke_linejoin="round")
        case Direction.TURNED_BACK:
            bend = f"M {x - 6:.1f} {y - 9:.1f} V {y + 2:.1f} A 6 6 0 0 0 {x + 6:.1f} {y + 2:.1f} V {y - 5:.1f}"
            drawing.path(bend, fill="none", stroke=colour, stroke_width=3)
            head = [(x + 6, y - 12), (x + 1, y - 4), (x + 11, y - 4)]
            drawing.polygon(head, fill=colour, stroke=colour, stroke_width=1)
        case Direction.AMBIGUOUS:
            diamond = [(x, y - 12), (x + 11, y), (x, y + 12), (x - 11, y)]
            drawing.polygon(diamond, fill=PAPER, stroke=colour, stroke_width=2.4)
            drawing.text(x, y + 6, "?", size=SMALL, weight=700, fill=colour, anchor="middle")
        case Direction.IMPLAUSIBLE:
            for slant in (-1, 1):
                drawing.line(x - 8, y - 8 * slant, x + 8, y + 8 * slant, stroke=colour, stroke_width=3.4)


def _arrow(x: float, y: float, way: int) -> list[tuple[float, float]]:
    """An arrow pointing down (``way`` 1) or up (-1)."""
    corners = [(-3, -11), (3, -11), (3, 0), (9, 0), (0, 12), (-9, 0), (-3, 0)]
    return [(x + dx, y + way * dy) for dx, dy in corners]


def stacked(bands: Sequence[Band], panel: Panel) -> list[tuple[int, Band]]:
    """Which line each label stands in, so that none covers another."""
    ends: list[float] = []
    found: list[tuple[int, Band]] = []
    for band in sorted(bands, key=lambda one: one.begin):
        if band.end < panel.begin or band.begin > panel.end:
            continue
        x, width = _label_at(band, panel)
        line = next((n for n, end in enumerate(ends) if end < x), len(ends))
        ends[line : line + 1] = [x + width + 14]
        found.append((line, band))
    return found


def fault_bands(drawing: Drawing, panel: Panel, top: float, bands: Sequence[Band]) -> None:
    """Bands over the content, and their names in lines above it, from ``top``."""
    for line, band in stacked(bands, panel):
        x0 = max(float(LEFT), panel.x(band.begin))
        x1 = min(float(RIGHT), max(panel.x(band.end), x0 + 3))
        y = top + line * FAULT_PX
        colour = LOST if band.fault else INK_2
        if band.fault:
            drawing.rect(x0, panel.top, x1 - x0, panel.height, fill=HATCHED, opacity=0.45)
        for x in (x0, x1) if x1 - x0 > 4 else (x0,):
            drawing.line(x, y + 4, x, panel.top + panel.height, stroke=colour, stroke_width=2, stroke_dasharray="2 3")
        drawing.rect(x0, y + 3, x1 - x0, 5, fill=LOST_FILL if band.fault else INK_2)
        drawing.text(_label_at(band, panel)[0] + 7, y + 26, band.label, weight=600, fill=colour, halo=PAPER)


def _label_at(band: Band, panel: Panel) -> tuple[float, float]:
    width = len(band.label) * _LETTER_PX + 7
    begin, end = panel.x(band.begin), panel.x(band.end)
    return max(float(LEFT), min(end if end - begin < 20 else begin, RIGHT + 20 - width)), width


def heading(drawing: Drawing, x: float, y: float, words: str) -> None:
    """What a row of the content shows, left of it."""
    drawing.text(x, y, words, size=TEXT, weight=600, anchor="end")
