"""A serial counter that prints its running totals, one line each time: radar, gate boards, people counters with RS-232.

Only totals are read, never "one more": a line that is lost then costs nothing. Which part of a line is what, a regular
expression with named groups says: ``in`` (or ``total``), and ``out`` where there is one.
"""

from __future__ import annotations

import re

from devices.door.readings import Total
from devices.door.sensors.serial_lines import LineProblem, SerialLines
from devices.link.clock import Clock


class CounterLine(SerialLines):
    """Totals from a serial line. ``pattern`` is searched for in each line."""

    def __init__(self, port: str, baud: int, pattern: str, clock: Clock) -> None:
        super().__init__(port, baud, clock)
        self._pattern = re.compile(pattern)

    def parse(self, line: str, host_ms: int) -> Total:
        found = self._pattern.search(line)
        if found is None:
            raise LineProblem(f"expected totals as in {self._pattern.pattern!r}, got {line.strip()[:60]!r}")
        groups = found.groupdict()
        try:
            into = int(groups["in"] if "in" in groups else groups["total"])
            out = int(groups["out"]) if groups.get("out") is not None else None
        except (TypeError, ValueError):
            raise LineProblem(f"expected whole numbers, got {line.strip()[:60]!r}") from None
        return Total(host_ms, into, out)

    def now_ms(self) -> int | None:
        return self.clock.now().bt
