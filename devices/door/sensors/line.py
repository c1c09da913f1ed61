"""A microcontroller on a serial line that reports edges as text: ``t_ms,beam,state`` and a line end.

A fourth field may number the edges (of both beams together), so that lost ones are noticed.
"""

from __future__ import annotations

from dataclasses import replace

from devices.door.edges import Edge, EdgeError, parse_edge
from devices.door.sensors.serial_lines import LineProblem, SerialLines
from devices.door.sensors.timeline import Timeline
from devices.link.clock import Clock


class LineSensor(SerialLines):
    """Edges from a serial line."""

    def __init__(self, port: str, baud: int, clock: Clock) -> None:
        super().__init__(port, baud, clock)
        self._timeline = Timeline()

    def parse(self, line: str, host_ms: int) -> Edge:
        try:
            edge = parse_edge(line)
        except EdgeError as error:
            raise LineProblem(str(error)) from error
        return replace(edge, t_ms=self._timeline.place(edge.t_ms, host_ms))

    def now_ms(self) -> int | None:
        return self._timeline.now(self.clock.now().bt)
