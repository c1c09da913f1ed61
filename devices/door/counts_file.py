"""What a counter said, from the JSON of ``pustaka door replay --json``: passages to compare a tally with."""

from __future__ import annotations

from pathlib import Path

import msgspec

from devices.door.events import Direction
from devices.door.matching import CalibrationError, Counted
from devices.door.recordings import UTC_FROM
from devices.door.tally import Span


class _Passage(msgspec.Struct):
    t_ms: int
    direction: str


class _Fault(msgspec.Struct):
    t_ms: int
    kind: str
    over: bool = False


class _Replayed(msgspec.Struct):
    passages: list[_Passage]
    faults: list[_Fault] = []


def read_counts(path: Path, spans: list[Span], begins_ms: int | None) -> tuple[list[Counted], tuple[str, ...]]:
    """Who was counted in or out, and the faults that began while ``spans`` were watched.

    ``begins_ms`` is the UTC of the recording's ms 0; without it its times must be UTC themselves.

    Raises:
        CalibrationError: no such file, not that JSON, or times that are not UTC.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Replayed)
    except OSError as error:
        raise CalibrationError(f"{path}: cannot be read: {error.strerror or error}") from error
    except msgspec.DecodeError as error:
        raise CalibrationError(f"{path}: expected what 'pustaka door replay --json' prints: {error}") from error
    first = min((passage.t_ms for passage in found.passages), default=None)
    if begins_ms is None and first is not None and first < UTC_FROM:
        raise CalibrationError(
            f"{path}: its times are those of the sensor's own clock (the first is {first} ms); "
            "say when its ms 0 was with --starts, for example --starts 2026-11-29T09:00:00+08:00"
        )
    ahead = begins_ms or 0
    counts = [
        Counted(p.t_ms + ahead, p.t_ms + ahead, Direction(p.direction))
        for p in found.passages
        if p.direction in (Direction.IN, Direction.OUT)
    ]
    faults = {
        fault.kind
        for fault in found.faults
        if not fault.over and any(span.begin <= fault.t_ms + ahead <= span.end for span in spans)
    }
    return counts, tuple(sorted(faults))
