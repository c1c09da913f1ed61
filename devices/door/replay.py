"""Counting a recording: readings from a file through the machine they belong to.

The machines are imported when a recording needs them: only a grid's needs numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from devices.door.counting import Machine
from devices.door.crossing import Crossing
from devices.door.formats import Layout
from devices.door.outcome import Outcome
from devices.door.readings import Frame
from devices.door.recordings import ReplayError, Watch, distances, edges

if TYPE_CHECKING:
    from devices.door.grid.tracks import Walker


class _Timed(Protocol):
    @property
    def t_ms(self) -> int: ...


Reading = TypeVar("Reading", bound=_Timed)


@dataclass(frozen=True)
class Options:
    """How a recording was made. ``hz``, ``axis`` and ``unit`` are of a grid, ``highest`` of totals (the number before
    the counter wraps to 0), ``swapped`` of any: its outside is our inside."""

    swapped: bool = False
    hz: float | None = None
    axis: str | None = None
    unit: str | None = None
    highest: int | None = None


def replay(path: Path, layout: Layout, options: Options, watch: Watch | None = None) -> Outcome:
    """Everything that is counted in a recording. A file of numbers (grid) is read at once, the others line by line.

    Raises:
        ReplayError: the file cannot be read or is not what ``layout`` says; the message names file and line.
    """
    match layout:
        case Layout.BEAMS:
            return run(edges(path, watch), Crossing(swapped=options.swapped), Outcome(layout))
        case Layout.ZONES:
            return _zones(path, options, watch)
        case Layout.GRID:
            return count_frames(read_frames(path, options), options)
        case Layout.TOTALS:
            return _totals(path, options, watch)


def run(readings: Iterable[Reading], machine: Machine[Reading], outcome: Outcome) -> Outcome:
    """Feed a machine with a whole recording."""
    for reading in readings:
        outcome.read(reading.t_ms)
        outcome.add(machine.feed(reading))
    if outcome.last_ms is not None:
        outcome.add(machine.finish(outcome.last_ms))
    return outcome


def _zones(path: Path, options: Options, watch: Watch | None) -> Outcome:
    from devices.door.zones import Zones, survey

    empty = survey(distances(path, watch))
    outcome = Outcome(Layout.ZONES, idle_mm=dict(empty))
    return run(distances(path, watch), Zones(idle_mm=empty, swapped=options.swapped), outcome)


def _totals(path: Path, options: Options, watch: Watch | None) -> Outcome:
    from devices.door.totals import TotalRules, Totals, read_totals

    readings = read_totals(path)
    if watch is not None:
        watch(path.stat().st_size)
    return run(readings, Totals(TotalRules(highest=options.highest), swapped=options.swapped), Outcome(Layout.TOTALS))


def read_frames(path: Path, options: Options) -> list[Frame]:
    """A grid's frames, turned so that row 0 is outside.

    Raises:
        ReplayError: as :func:`replay`.
    """
    from devices.door.grid.recording import RecordingError, read_grid

    if options.hz is None:
        raise ReplayError(f"{path}: frames carry no time; say how many there are a second with --hz")
    try:
        return read_grid(path, options.hz, options.axis, options.unit, options.swapped)
    except RecordingError as error:
        raise ReplayError(str(error)) from error


def count_frames(
    frames: list[Frame], options: Options, look: Callable[[Frame, Sequence[Walker]], None] | None = None
) -> Outcome:
    """What is counted in frames; ``look`` is shown each frame with who is in view then."""
    from devices.door.grid.recording import count

    outcome = Outcome(Layout.GRID)
    for frame in frames:
        outcome.read(frame.t_ms)
    outcome.add(count(frames, unit=options.unit, look=look))
    return outcome
