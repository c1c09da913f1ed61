"""From a recording and what was counted in it to its picture: the file is read a second time, into bins of a pixel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from devices.door.drawing.beams import BeamsContent
from devices.door.drawing.panels import Scale, scale
from devices.door.drawing.picture import Content, bands, compose
from devices.door.drawing.totals import TotalsContent
from devices.door.drawing.zones import ZonesContent
from devices.door.formats import Layout
from devices.door.outcome import Outcome
from devices.door.readings import Frame, Total
from devices.door.recordings import Watch, distances, edges
from devices.door.replay import Options, count_frames, read_frames

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from devices.door.drawing.grid import Step
    from devices.door.grid.tracks import Walker

Reading = TypeVar("Reading", contravariant=True)


class _Sees(Protocol[Reading]):
    def see(self, reading: Reading, /) -> None: ...


def picture(path: Path, outcome: Outcome, options: Options, watch: Watch | None = None) -> str:
    """The picture of a recording as SVG text.

    Raises:
        ReplayError: the file changed since it was counted, so that it cannot be read any more.
    """
    first, last = outcome.first_ms or 0, outcome.last_ms or 0
    span = scale(first, last, panels=1 if outcome.layout is Layout.TOTALS else 6)
    wrong = bands(outcome.faults, span.last)
    match outcome.layout:
        case Layout.BEAMS:
            content: Content = _beams(path, span, options, watch)
        case Layout.ZONES:
            content = _zones(path, span, outcome, options, watch)
        case Layout.GRID:
            content = _grid(path, span, options)
        case Layout.TOTALS:
            content = totals = _totals(path, span, outcome)
            wrong = sorted([*wrong, *totals.bands()], key=lambda band: band.begin)
    return compose(outcome, span, content, wrong, path.name)


def _show(readings: Iterable[Reading], content: _Sees[Reading]) -> None:
    for reading in readings:
        content.see(reading)


def _beams(path: Path, span: Scale, options: Options, watch: Watch | None) -> BeamsContent:
    content = BeamsContent(span, swapped=options.swapped)
    _show(edges(path, watch), content)
    content.end()
    return content


def _zones(path: Path, span: Scale, outcome: Outcome, options: Options, watch: Watch | None) -> ZonesContent:
    from devices.door.zone import RULES

    content = ZonesContent(span, outcome.idle_mm, RULES.enter, swapped=options.swapped)
    _show(distances(path, watch), content)
    return content


def _totals(path: Path, span: Scale, outcome: Outcome) -> TotalsContent:
    from devices.door.totals import read_totals

    content = TotalsContent(span, outcome.tallies, outcome.faults)
    readings: list[Total] = read_totals(path)
    _show(readings, content)
    return content


def _grid(path: Path, span: Scale, options: Options) -> Content:
    from devices.door.drawing.grid import GridContent, Step

    tracks: dict[int, list[Step]] = {}
    kept: list[Walker] = []  # so that no two walkers are one to id()

    def look(frame: Frame, walkers: Sequence[Walker]) -> None:
        for walker in walkers:
            if walker.moved:
                if id(walker) not in tracks:
                    kept.append(walker)
                tracks.setdefault(id(walker), []).append(Step(frame.t_ms, walker.along))

    frames = read_frames(path, options)
    count_frames(frames, options, look)
    return GridContent(span, frames, list(tracks.values()), distances=_distances(frames, options))


def _distances(frames: Sequence[Frame], options: Options) -> bool:
    import numpy as np

    from devices.door.grid.rules import Unit
    from devices.door.grid.signal import guess_unit

    known = [frame.cells for frame in frames[:3_000] if frame.cells is not None]
    if options.unit is not None or not known:
        return options.unit == "mm"
    return guess_unit(np.stack(known)) is Unit.MM
