"""A sensor's own milliseconds as one line of time that never goes back. Pure.

A microcontroller's counter has 32 bits, so it wraps after 49.7 days, and it starts at 0 again when its plug is pulled.
The host's clock ties the pieces together: it says how much time passed, and what the sensor's clock shows now.
"""

from __future__ import annotations

from typing import Final

_WRAP: Final = 2**32
#: A step back is the counter's wrap if that much time has passed at the host too, give or take this; else a restart.
_APART_MS: Final = 10_000
_APART: Final = 0.01
#: An edge may be read this long after it happened; the sensor's present time is taken that much earlier.
SLACK_MS: Final = 50


class Timeline:
    """Turns a sensor's raw ms into continuous ms."""

    def __init__(self) -> None:
        self._raw: int | None = None
        self._offset = 0  # continuous = raw + offset
        self._host = 0  # host's ms when the last edge was read
        self._last = 0  # its continuous ms

    def place(self, raw_ms: int, host_ms: int) -> int:
        """Continuous ms of an edge with the sensor's time ``raw_ms``, read at the host's ``host_ms``."""
        if self._raw is not None and raw_ms < self._raw:
            passed = host_ms - self._host
            if raw_ms + _WRAP - self._raw <= passed * (1 + _APART) + _APART_MS:
                self._offset += _WRAP
            else:
                self._offset = self._last + max(1, passed) - raw_ms
        self._raw, self._host = raw_ms, host_ms
        self._last = max(self._last, raw_ms + self._offset)
        return self._last

    def now(self, host_ms: int) -> int | None:
        """Continuous ms at the host's ``host_ms``, on the safe side; ``None`` before the first edge."""
        if self._raw is None:
            return None
        return max(self._last, self._last + host_ms - self._host - SLACK_MS)
