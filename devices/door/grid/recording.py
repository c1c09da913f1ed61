"""Recordings of grid sensors: numpy's files of frames, and what was counted in them."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from devices.door.events import Event
from devices.door.grid.machine import GridMachine
from devices.door.grid.rules import GRID_RULES, Axis, GridRules, Unit
from devices.door.readings import Frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: So much of a recording is looked at to know the empty door before the first person is counted.
_PRIME_MS: Final = 60_000
_PRIME_FRAMES: Final = 400


class RecordingError(ValueError):
    """The recording cannot be read or counted; the message names the file and what was expected."""


def count(
    frames: Sequence[Frame],
    *,
    axis: Axis = Axis.ROWS,
    unit: Unit | None = None,
    reverse: bool = False,
    cold: bool = False,
    rules: GridRules = GRID_RULES,
) -> list[Event]:
    machine = GridMachine(axis, unit, reverse=reverse, cold=cold, rules=rules)
    if not frames:
        return []
    first = [frame for frame in frames if frame.t_ms - frames[0].t_ms <= _PRIME_MS]
    machine.prime(first[:: max(1, len(first) // _PRIME_FRAMES)])
    said: list[Event] = []
    for frame in frames:
        said += machine.feed(frame)
    return said + machine.finish(frames[-1].t_ms)
