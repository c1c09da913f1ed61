"""Files of frames: what is read, and the sentence for what is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from devices.door.events import Direction, Fault, FaultKind, Passage
from devices.door.grid.recording import RecordingError, count, read_grid

ROWS, COLUMNS = np.mgrid[:8, :8]
WAY = [(-1 + 0.5 * number) for number in range(20)]
CELLS = np.stack(
    [np.full((8, 8), 24.0)] * 20
    + [24 + 5 * np.exp(-((ROWS - row) ** 2 + (COLUMNS - 3) ** 2) / 2) for row in WAY]
    + [np.full((8, 8), 24.0)] * 10
)


def saved(folder: Path, array: np.ndarray, name: str = "door.npy") -> Path:
    np.save(folder / name, array)
    return folder / name


def ways(path: Path, **how: object) -> list[Direction]:
    return [one.direction for one in count(read_grid(path, 10, **how)) if isinstance(one, Passage)]  # type: ignore[arg-type]


def test_frames_as_they_are(tmp_path: Path) -> None:
    frames = read_grid(saved(tmp_path, CELLS), 10, "rows", "c")
    assert len(frames) == 50
    assert [frame.t_ms for frame in frames[:3]] == [0, 100, 200]
    assert ways(tmp_path / "door.npy", axis="rows") == [Direction.IN]


def test_turned_and_reversed(tmp_path: Path) -> None:
    path = saved(tmp_path, CELLS.transpose(0, 2, 1))
    assert ways(path, axis="cols") == [Direction.IN]
    assert ways(path, axis="cols", reversed=True) == [Direction.OUT]
    assert ways(path) == [Direction.IN]  # the axis is found by watching


def test_flattened_and_in_millimetres(tmp_path: Path) -> None:
    path = saved(tmp_path, np.round(2_600 - 220 * (CELLS - 24)).astype(np.uint16).reshape(len(CELLS), 64))
    assert ways(path, axis="rows", unit="mm") == [Direction.IN]


def test_an_npz_file_may_have_times(tmp_path: Path) -> None:
    np.savez(tmp_path / "door.npz", frames=CELLS, t_ms=np.arange(50) * 125)
    assert [frame.t_ms for frame in read_grid(tmp_path / "door.npz", 10, "rows")[:3]] == [0, 125, 250]
    np.savez(tmp_path / "one.npz", CELLS)
    assert len(read_grid(tmp_path / "one.npz", 10, "rows")) == 50


def test_a_recording_of_nothing_but_zeros_is_a_broken_sensor_and_not_an_empty_door(tmp_path: Path) -> None:
    said = count(read_grid(saved(tmp_path, np.zeros((80, 8, 8))), 10, "rows"))
    assert [(one.kind, one.over) for one in said if isinstance(one, Fault)] == [(FaultKind.UNREADABLE, False)]


def test_no_frames_no_events() -> None:
    assert count([]) == []


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((5, 8)), "frames × rows × columns"),
        (np.zeros((5, 8, 8, 1)), "5 × 8 × 8 × 1"),
        (np.zeros((5, 1, 8)), "2 to 64 rows"),
        (np.zeros((0, 8, 8)), "no frame"),
        (np.full((5, 8, 8), np.nan), "only NaN"),
        (np.array([["a", "b"]]), "expected numbers"),
        (np.float64(3), "one number"),
    ],
)
def test_arrays_that_are_no_recording(tmp_path: Path, array: np.ndarray, said: str) -> None:
    with pytest.raises(RecordingError, match=said):
        read_grid(saved(tmp_path, array), 10)


def test_files_that_are_no_recording(tmp_path: Path) -> None:
    np.save(tmp_path / "pickled.npy", np.array([{"a": 1}], object), allow_pickle=True)
    np.savez(tmp_path / "pickled.npz", np.array([{"a": 1}], object))
    np.savez(tmp_path / "two.npz", a=CELLS, b=CELLS)
    np.savez(tmp_path / "times.npz", frames=CELLS, t_ms=np.arange(3))
    (tmp_path / "text.npy").write_text("t_ms,beam,state\n")
    (tmp_path / "empty.npy").write_bytes(b"")
    for name, said in (
        ("pickled.npy", "without pickled objects"),
        ("pickled.npz", "without pickled objects"),
        ("two.npz", "there are \\['a', 'b'\\]"),
        ("times.npz", "one time for each of the 50 frames"),
        ("text.npy", "numpy file"),
        ("empty.npy", "numpy file"),
        ("missing.npy", "cannot be read"),
    ):
        with pytest.raises(RecordingError, match=said):
            read_grid(tmp_path / name, 10, "rows")


@pytest.mark.parametrize("hz", [0, -1, float("nan"), float("inf"), 5_000])
def test_a_rate_that_is_none(tmp_path: Path, hz: float) -> None:
    with pytest.raises(RecordingError, match="expected a rate"):
        read_grid(saved(tmp_path, CELLS), hz)


def test_an_axis_and_a_unit_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="expected axis rows or cols, got 'x'"):
        read_grid(saved(tmp_path, CELLS), 10, "x")
    with pytest.raises(RecordingError, match="expected unit mm or c, got 'f'"):
        read_grid(saved(tmp_path, CELLS), 10, "rows", "f")
