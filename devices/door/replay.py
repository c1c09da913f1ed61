"""Counting a recording: readings from a file through the machine they belong to.

The machines are imported when a recording needs them: only a grid's needs numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from devices.door.counting import Machine
from devices.door.crossing import Crossing
from devices.door.formats import Layout
from devices.door.outcome import Outcome
from devices.door.recordings import ReplayError, Watch, edges


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


def replay(path: Path, layout: Layout, options: Options = Options(), watch: Watch | None = None) -> Outcome:
    """Everything that is counted in a recording.

    Raises:
        ReplayError: the file cannot be read or is not what ``layout`` says; the message names file and line.
    """
    return _COUNTS[layout](path, options, watch)


def run(readings: Iterable[Reading], machine: Machine[Reading], outcome: Outcome) -> Outcome:
    """Feed a machine with a whole recording."""
    for reading in readings:
        outcome.read(reading.t_ms)
        outcome.add(machine.feed(reading))
    if outcome.last_ms is not None:
        outcome.add(machine.finish(outcome.last_ms))
    return outcome


def _beams(path: Path, options: Options, watch: Watch | None) -> Outcome:
    return run(edges(path, watch), Crossing(swapped=options.swapped), Outcome(Layout.BEAMS))
