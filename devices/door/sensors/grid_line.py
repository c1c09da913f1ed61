"""A microcontroller that prints the frames of a grid sensor (VL53L5CX, L7CX, L8CX, MLX90640) as lines of text.

A line is ``t_ms,rows,cols,v,v,v,…`` and may end in ``*hh``: two hex digits, all characters before the star combined by
exclusive or (as in NMEA 0183). Values are row by row, in mm or °C; an empty value or ``-`` is a cell without one.
``t_ms,rows,cols`` alone is a frame that the microcontroller could not read. Times are the microcontroller's own ms.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Final

from devices.door.readings import Frame
from devices.door.sensors.serial_lines import LineProblem, SerialLines
from devices.door.sensors.timeline import Timeline
from devices.link.clock import Clock

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

_MOST_SIDE: Final = 64


class GridLine(SerialLines):
    """Frames from a serial line."""

    longest = 32_768  # 32 × 24 temperatures with sign and two decimals need 6 kB

    def __init__(self, port: str, baud: int, clock: Clock) -> None:
        super().__init__(port, baud, clock)
        self._timeline = Timeline()

    def parse(self, line: str, host_ms: int) -> Frame:
        t_ms, cells = parse_frame(line)
        return Frame(self._timeline.place(t_ms, host_ms), cells)

    def now_ms(self) -> int | None:
        return self._timeline.now(self.clock.now().bt)


def parse_frame(line: str) -> tuple[int, NDArray[float32] | None]:
    """Time and cells of one line; no cells when the frame could not be read.

    Raises:
        LineProblem: it is no frame, or its check digits are wrong.
    """
    fields = [field.strip() for field in _checked(line.strip()).split(",")]
    if len(fields) < 3 or not all(field.isascii() and field.isdecimal() and len(field) < 16 for field in fields[:3]):
        raise LineProblem(f"expected 't_ms,rows,cols,values', got {line.strip()[:40]!r}")
    t_ms, rows, cols = (int(field) for field in fields[:3])
    if not 1 <= min(rows, cols) <= max(rows, cols) <= _MOST_SIDE:
        raise LineProblem(f"expected 1 to {_MOST_SIDE} rows and columns, got {rows} and {cols}")
    values = fields[3:]
    if not values:
        return t_ms, None
    if len(values) != rows * cols:
        raise LineProblem(f"expected {rows * cols} values of {rows} rows and {cols} columns, got {len(values)}")
    import numpy as np

    try:
        cells = np.array([float(value) if value not in ("", "-") else np.nan for value in values], dtype=np.float32)
    except ValueError:
        raise LineProblem(f"expected numbers, got {line.strip()[:40]!r}…") from None
    return t_ms, cells.reshape(rows, cols)


def check_digits(text: str) -> str:
    """The two hex digits after the star."""
    return f"{reduce(lambda sum_, byte: sum_ ^ byte, text.encode('ascii'), 0):02X}"


def _checked(line: str) -> str:
    text, star, digits = line.partition("*")
    if star and digits.strip().upper() != check_digits(text):
        raise LineProblem(f"a damaged frame: its check digits are {digits[:4]!r}, expected {check_digits(text)!r}")
    return text
