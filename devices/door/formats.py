"""Which of our recordings a file is: by its first bytes, its heading, the shape of its fields, and last by its name."""

from __future__ import annotations

import enum
from itertools import islice
from pathlib import Path
from typing import Final

from devices.door.recordings import ReplayError, is_heading, lines

#: What numpy's files begin with: one array, and several in a zip file.
_NUMPY: Final = (b"\x93NUMPY", b"PK\x03\x04")
#: So many lines are looked at; a door that is used shows a reading above 1 mm long before.
_LINES: Final = 500


class Layout(enum.StrEnum):
    """What a recording holds."""

    BEAMS = "beams"  # t_ms,beam,state
    ZONES = "zones"  # t_ms,zone,distance_mm,status
    GRID = "grid"  # numpy's file of frames × rows × columns
    TOTALS = "totals"  # timestamp,total


EXPECTED: Final = (
    "lines of 't_ms,beam,state' (beams), 't_ms,zone,distance_mm,status' (zones) or 'timestamp,total' (totals), "
    "or a .npy file of frames (grid)"
)


def recognise(path: Path) -> Layout:
    """What the file holds.

    Raises:
        ReplayError: it cannot be read, or it looks like nothing we know.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise ReplayError(f"{path}: cannot be read: {error.strerror or error}") from error
    if start.startswith(_NUMPY):
        return Layout.GRID
    if path.suffix.lower() in (".npy", ".npz"):
        raise ReplayError(f"{path}: is named like numpy's file of frames, but does not begin like one")
    texts = [text for _, text in islice(lines(path), _LINES)]
    if not texts:
        return _by_name(path) or Layout.BEAMS  # nobody was seen, by whatever
    found = _by_lines(texts) or _by_name(path)
    if found is None:
        raise ReplayError(f"{path}: not a recording that is known here; expected {EXPECTED}. Say which with --format.")
    return found


def _by_lines(texts: list[str]) -> Layout | None:
    heading = texts[0].lower()
    if is_heading(heading) or not any(sign.isdigit() for sign in heading):
        by_heading = _by_heading(heading)
        if by_heading is not None:
            return by_heading
        texts = texts[1:]
    return _by_fields([[field.strip() for field in text.split(",")] for text in texts])


def _by_heading(heading: str) -> Layout | None:
    if "beam" in heading:
        return Layout.BEAMS
    if "zone" in heading or "distance" in heading:
        return Layout.ZONES
    return Layout.TOTALS if _separated(heading) else None


def _by_fields(rows: list[list[str]]) -> Layout | None:
    if not rows:
        return None
    if len(rows[0]) >= 3 and rows[0][1].upper() in ("A", "B"):
        states = {row[2] for row in rows if len(row) >= 3}
        return Layout.BEAMS if states <= {"0", "1"} else Layout.ZONES
    text = ",".join(rows[0])
    return Layout.TOTALS if _separated(text) and text[:1].isdigit() else None


def _separated(text: str) -> bool:
    return any(mark in text for mark in ",;\t")


def _by_name(path: Path) -> Layout | None:
    """A recording of a heading alone, or of nothing, says what it is by its name: ``door-2.beams.csv``."""
    return next((layout for layout in Layout if layout.value in path.stem.lower()), None)
