"""Recordings of grid sensors: numpy's files of frames, and what was counted in them.

A file holds an array frames × rows × columns, or frames × cells where the cells make a known sensor's picture. ``.npz``
files hold one array, or one named ``frames``, and may have another named ``t_ms`` with the time of each frame.
"""

from __future__ import annotations

import enum
import math
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from devices.door.events import Direction, Event, Passage
from devices.door.grid.machine import GridMachine
from devices.door.grid.rules import GRID_RULES, Axis, GridRules, Unit
from devices.door.grid.signal import guess_cold, guess_unit
from devices.door.grid.tracks import Walker
from devices.door.readings import Frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Is shown a frame and who is in view after it.
Look = Callable[[Frame, Sequence[Walker]], None]

#: So much of a recording is looked at to know the empty door before the first person is counted …
_PRIME_MS: Final = 60_000
#: … and so many frames to see along which axis people walk, and whether they are warmer than the floor.
_LOOK_FRAMES: Final = 3_000
_Choice = TypeVar("_Choice", bound=enum.StrEnum)
_LARGEST: Final = 64
_SMALLEST: Final = 2
#: Flattened pictures that are not square: MLX90640 (24 × 32), MLX90641 (12 × 16), Lepton 2 (60 × 80) is too fine.
_KNOWN_SHAPES: Final = {768: (24, 32), 192: (12, 16)}


class RecordingError(ValueError):
    """The recording cannot be read; the message names the file, what was wrong and what was expected."""


def read_grid(
    path: Path,
    hz: float,
    axis: Axis | str | None = None,
    unit: Unit | str | None = None,
    reversed: bool = False,
) -> list[Frame]:
    """The frames of a recording, turned so that row 0 is outside and people come in along the rows.

    ``hz``: frames a second. ``axis``: along which of the array's axes people walk; seen from the recording when not
    given. ``unit`` is needed for that only, and guessed when not given. ``reversed``: row 0 (or column 0) was inside.

    Raises:
        RecordingError: no such file, no numpy file, pickled objects, no numbers, another shape, nothing but unknown
            values, or a rate, axis or unit that is none.
    """
    if not (isinstance(hz, int | float) and math.isfinite(hz) and 0 < hz <= 1_000):
        raise RecordingError(f"{path}: expected a rate of more than 0 and at most 1,000 frames a second, got {hz}")
    chosen, measured = _choice(path, "axis", axis, Axis), _choice(path, "unit", unit, Unit)
    cells, times = _load(path)
    if times is None:
        times = [round(number * 1_000 / hz) for number in range(len(cells))]
    frames = [Frame(t_ms, one) for t_ms, one in zip(times, cells, strict=True)]
    if chosen is None:
        chosen = find_axis(frames, measured)
    turned = cells if chosen is Axis.ROWS else cells.transpose(0, 2, 1)
    if reversed:
        turned = turned[:, ::-1]
    return [replace(frame, cells=one) for frame, one in zip(frames, turned, strict=True)]


def count(
    frames: Sequence[Frame],
    *,
    unit: Unit | str | None = None,
    cold: bool | None = None,
    rules: GridRules = GRID_RULES,
    look: Look | None = None,
) -> list[Event]:
    """All that was seen in the frames of :func:`read_grid`: passages and faults, in order of time.

    ``cold``: people are colder than what is behind them; seen from the recording when not given. ``look`` is
    shown each frame with who is in view after it.
    """
    measured = None if unit is None else Unit(unit)
    if cold is not None or not _perhaps_cold(frames, measured):
        return _counted(frames, measured, bool(cold), rules, look)
    # cold air through the door is rare and large as well: it does not walk
    warm, turned = (_counted(frames, measured, colder, rules) for colder in (False, True))
    colder = _crossings(turned) > 2 * _crossings(warm)
    if look is not None:
        _counted(frames, measured, colder, rules, look)
    return turned if colder else warm


def _counted(
    frames: Sequence[Frame], unit: Unit | None, cold: bool, rules: GridRules, look: Look | None = None
) -> list[Event]:
    machine = _machine(frames, unit, cold, rules)
    said: list[Event] = []
    for frame in frames:
        said += machine.feed(frame)
        if look is not None:
            look(frame, machine.walkers)
    return said + (machine.finish(frames[-1].t_ms) if frames else [])


def _crossings(said: Sequence[Event]) -> int:
    return sum(isinstance(event, Passage) and event.direction in (Direction.IN, Direction.OUT) for event in said)


def find_axis(frames: Sequence[Frame], unit: Unit | None = None, *, rules: GridRules = GRID_RULES) -> Axis:
    """Along which axis people walk: the one with the most of the walkers' motion."""
    some = frames[:_LOOK_FRAMES]
    machine = _machine(some, unit, _perhaps_cold(some, unit), rules)
    along = across = 0.0
    for frame in some:
        machine.feed(frame)
        for walker in machine.walkers:
            if walker.moved and walker.found > 3:
                along += walker.speed_along**2
                across += walker.speed_across**2
    return Axis.ROWS if along >= across else Axis.COLS


def _known(frames: Sequence[Frame]) -> NDArray[np.float32] | None:
    known = [frame.cells for frame in frames[:_LOOK_FRAMES] if frame.cells is not None]
    return np.stack(known) if known else None


def _perhaps_cold(frames: Sequence[Frame], unit: Unit | None) -> bool:
    cells = _known(frames)
    return cells is not None and (unit or guess_unit(cells)) is Unit.C and guess_cold(cells)


def _machine(frames: Sequence[Frame], unit: Unit | None, cold: bool, rules: GridRules) -> GridMachine:
    """A machine that has seen the recording's first minute already, without counting."""
    cells = _known(frames)
    if unit is None and cells is not None:
        unit = guess_unit(cells)
    machine = GridMachine(Axis.ROWS, unit, cold=cold, rules=rules)
    machine.prime([frame for frame in frames[:_LOOK_FRAMES] if frame.t_ms - frames[0].t_ms <= _PRIME_MS])
    return machine


def _choice(path: Path, name: str, given: str | None, choices: type[_Choice]) -> _Choice | None:
    if given is None:
        return None
    try:
        return choices(given)
    except ValueError:
        raise RecordingError(f"{path}: expected {name} {' or '.join(choices)}, got {given!r}") from None


def _load(path: Path) -> tuple[NDArray[np.float32], list[int] | None]:
    try:
        loaded = np.load(path, allow_pickle=False)
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        why = "it is none" if "allow_pickle" in str(error) else error  # numpy then tells how to load it unsafely
        raise RecordingError(
            f"{path}: expected a numpy file (.npy or .npz) of numbers, without pickled objects: {why}"
        ) from error
    if isinstance(loaded, np.ndarray):
        return _shaped(path, loaded), None
    try:
        with loaded:
            arrays = {name: loaded[name] for name in loaded.files}
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise RecordingError(f"{path}: expected arrays of numbers, without pickled objects: {error}") from error
    times = arrays.pop("t_ms", None)
    frames = arrays.get("frames", next(iter(arrays.values())) if len(arrays) == 1 else None)
    if frames is None:
        raise RecordingError(f"{path}: expected one array, or one named frames; there are {sorted(arrays) or 'none'}")
    cells = _shaped(path, frames)
    if times is None:
        return cells, None
    if times.shape != (len(cells),) or times.dtype.kind not in "iuf" or (np.diff(times.astype(float)) < 0).any():
        raise RecordingError(f"{path}: expected in t_ms one time for each of the {len(cells)} frames, in order")
    return cells, [round(float(t_ms)) for t_ms in times]


def _shaped(path: Path, array: NDArray[Any]) -> NDArray[np.float32]:
    """The array as frames × rows × columns."""
    if array.dtype.kind not in "iuf":
        raise RecordingError(f"{path}: expected numbers, got an array of {array.dtype}")
    shape = array.shape
    if array.ndim == 2:
        side = math.isqrt(shape[1])
        rows, columns = _KNOWN_SHAPES.get(shape[1], (side, side))
        if rows * columns == shape[1]:
            array = array.reshape(-1, rows, columns)
    if array.ndim != 3 or not all(_SMALLEST <= size <= _LARGEST for size in array.shape[1:]):
        raise RecordingError(
            f"{path}: expected frames × rows × columns with {_SMALLEST} to {_LARGEST} rows and columns, "
            f"got an array of {' × '.join(map(str, shape)) or 'one number'}"
        )
    if not len(array):
        raise RecordingError(f"{path}: there is no frame in it")
    cells = array.astype(np.float32)
    if not np.isfinite(cells).any():
        raise RecordingError(f"{path}: there is no known value in it, only NaN")
    return cells
