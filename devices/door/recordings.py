"""Recordings of door sensors as text: edges of beams, distances of zones, one reading a line, in order of time.

Empty lines and lines that begin with ``#`` are skipped, and so is a heading in the first line that says something.
What a spreadsheet makes of such a file is read too: semicolons or tabs in place of commas, quotation marks, ``1000.0``.
The files are read line by line, so that a day of readings needs no more memory than a minute.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from devices.door.edges import Edge, parse_edge
from devices.door.readings import Distance, ZoneName

#: Told how many characters were read since the last call.
Watch = Callable[[int], None]
R = TypeVar("R", Edge, Distance)

#: Times from here on are ms since 1970 (it is 1973), below it those of some sensor's own clock.
UTC_FROM: Final = 100_000_000_000
#: A sensor that knows no distance says 255 ("no update") in ST's own drivers; any status but 0, 4 and 7 means the same.
_NO_STATUS: Final = 255
_ZONES: Final[dict[str, ZoneName]] = {"A": "A", "B": "B"}
_FRACTION: Final = re.compile(r"(\d+)\.\d*")
_NOTHING: Final = frozenset({"", "-", "nan", "none", "null"})


class ReplayError(ValueError):
    """The recording cannot be read; the message names file, line and what was expected."""


def lines(path: Path, watch: Watch | None = None) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers, without white space around them.

    Raises:
        ReplayError: no such file, or not text.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if watch is not None:
                    watch(len(line))
                text = _commas(line.strip())
                if text and not text.startswith("#"):
                    yield number, text
    except OSError as error:
        raise ReplayError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ReplayError(f"{path}: not a text file: {error}") from error


def _commas(text: str) -> str:
    text = text.replace('"', "")
    return text if "," in text else text.replace(";", ",").replace("\t", ",")


def is_heading(text: str) -> bool:
    """Whether a file's first line names columns, the time first: ``t_ms`` (or the like) and others."""
    first, comma, _ = text.partition(",")
    name = first.strip().lower()
    return bool(comma) and (name in ("t", "time", "timestamp", "ms") or name.endswith("_ms"))


def _is_skipped(path: Path, number: int, text: str, other: str) -> bool:
    """Whether the first line is a heading; one that speaks of ``other`` is of another kind of recording."""
    if not is_heading(text):
        return False
    if other in text.lower():
        raise ReplayError(f"{path}, line {number}: {text[:60]!r} names the columns of {other}s. Is --format right?")
    return True


def _whole_ms(text: str) -> str:
    """``1000.0,A,1`` as ``1000,A,1``: a spreadsheet's way to write whole numbers; less than a ms says nothing here."""
    first, comma, rest = text.partition(",")
    return _FRACTION.sub(r"\1", first.strip()) + comma + rest


def edges(path: Path, watch: Watch | None = None) -> Iterator[Edge]:
    """The edges of a recording ``t_ms,beam,state[,number]``.

    Raises:
        ReplayError: no such file, not text, a line that is no edge, or time that goes back.
    """
    return _readings(path, watch, parse_edge, "zone")


def read_edges(path: Path) -> list[Edge]:
    """All edges of a recording; raises as :func:`edges`."""
    return list(edges(path))


def distances(path: Path, watch: Watch | None = None) -> Iterator[Distance]:
    """The readings of a recording ``t_ms,zone,distance_mm[,status]`` of a two-zone time-of-flight sensor.

    Zones are ``A`` (outside) and ``B`` (inside). A status left out is 0, "fine"; a distance left out (empty, ``-`` or
    ``nan``) is "not known", whatever the status says.

    Raises:
        ReplayError: no such file, not text, a line that is no reading, or time that goes back.
    """
    return _readings(path, watch, parse_distance, "beam")


def parse_distance(line: str) -> Distance:
    """Read ``t_ms,zone,distance_mm[,status]``.

    Raises:
        ValueError: anything else; the message says what was expected.
    """
    fields = [field.strip() for field in line.split(",")]
    if len(fields) not in (3, 4):
        raise ValueError(f"expected 't_ms,zone,distance_mm,status', got {line.strip()[:60]!r}")
    t_ms = _whole(fields[0])
    if t_ms is None or t_ms < 0:
        raise ValueError(f"expected milliseconds as a whole number before the first comma, got {fields[0][:20]!r}")
    zone = _ZONES.get(fields[1].upper())
    if zone is None:
        raise ValueError(f"expected zone A or B, got {fields[1][:20]!r}")
    status = _whole(fields[3] or "0") if len(fields) == 4 else 0
    if status is None:
        raise ValueError(f"expected the sensor's status as a whole number, got {fields[3][:20]!r}")
    if fields[2].lower() in _NOTHING:
        return Distance(t_ms, zone, 0, status if status not in (0, 4, 7) else _NO_STATUS)
    distance = _millimetres(fields[2])
    if distance is None:
        raise ValueError(f"expected a distance in millimetres, got {fields[2][:20]!r}")
    return Distance(t_ms, zone, distance, status)


def _whole(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdecimal() and len(digits) <= 15 else None


def _millimetres(text: str) -> int | None:
    """Drivers that average report fractions; a millimetre is finer than the sensor knows anyway."""
    whole, dot, part = text.partition(".")
    value = _whole(whole)
    if value is None or (dot and not (part.isascii() and part.isdecimal())) or abs(value) > 1_000_000:
        return None
    return value


def _readings(path: Path, watch: Watch | None, parse: Callable[[str], R], other: str) -> Iterator[R]:
    last: int | None = None
    for first, (number, text) in enumerate(lines(path, watch)):
        if first == 0 and _is_skipped(path, number, text, other):
            continue
        try:
            reading = parse(_whole_ms(text))
        except ValueError as error:
            raise ReplayError(f"{path}, line {number}: {error}") from error
        if last is not None and reading.t_ms < last:
            raise ReplayError(
                f"{path}, line {number}: expected a time of {last} ms or later, got {reading.t_ms}; "
                "the lines must be in order of time"
            )
        last = reading.t_ms
        yield reading
