"""A microcontroller on a serial line that reports edges as text: ``t_ms,beam,state`` and a line end.

A fourth field may number the edges (of both beams together), so that lost ones are noticed. ``port`` is a device, best
below ``/dev/serial/by-id``, or any pyserial URL such as ``socket://gate.local:4001``.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Final

import serial

from devices.door.edges import EdgeError, parse_edge
from devices.door.sensors.port import Garbled, Gone, Ready, Report
from devices.door.sensors.timeline import Timeline
from devices.link.clock import Clock

_LONGEST_LINE: Final = 256
_RETRY_MS: Final = 1_000


class LineSensor:
    """Edges from a serial line; opens the port itself, and again whenever it was lost."""

    def __init__(self, port: str, baud: int, clock: Clock) -> None:
        self._port = port
        self._baud = baud
        self._clock = clock
        self._timeline = Timeline()
        self._serial: serial.Serial | None = None
        self._rest = b""
        self._told = False
        self._first_line = True
        self._retry_at = 0
        self._closed = threading.Event()

    def read(self, timeout_s: float) -> list[Report]:
        if self._serial is None:
            return self._open(timeout_s)
        try:
            self._serial.timeout = timeout_s
            data = self._serial.read(1)
            data += self._serial.read(self._serial.in_waiting) if data else b""
        except (OSError, serial.SerialException) as error:
            return self._lose(f"The sensor at {self._port} is gone ({error}). Is its plug in?")
        return self._lines(data)

    def now_ms(self) -> int | None:
        return self._timeline.now(self._clock.now().bt)

    def close(self) -> None:
        self._closed.set()
        self._shut()

    def _shut(self) -> None:
        if self._serial is not None:
            self._serial.close()
            self._serial = None

    def _open(self, timeout_s: float) -> list[Report]:
        wait_s = (self._retry_at - self._clock.now().bt) / 1000
        if wait_s > 0:
            self._closed.wait(min(wait_s, timeout_s))
            return []
        try:
            opened = serial.serial_for_url(self._port, self._baud, timeout=timeout_s)
        except (OSError, ValueError, serial.SerialException) as error:
            return self._lose(f"The sensor at {self._port} cannot be opened ({error}). Is its plug in?")
        self._serial = opened
        self._rest, self._told, self._first_line = b"", False, True
        return [Ready()]

    def _lose(self, why: str) -> list[Report]:
        self._shut()
        self._retry_at = self._clock.now().bt + _RETRY_MS
        told, self._told = self._told, True
        return [] if told else [Gone(why)]

    def _lines(self, data: bytes) -> list[Report]:
        host_ms = self._clock.now().bt
        *lines, self._rest = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            self._rest = b""
            return [Garbled(f"{self._port} sends no line ends; is {self._baud} its speed?")]
        return [report for line in lines if line.strip() for report in self._line(line, host_ms)]

    def _line(self, line: bytes, host_ms: int) -> list[Report]:
        first, self._first_line = self._first_line, False
        try:
            edge = parse_edge(line.decode("ascii"))
        except (EdgeError, UnicodeDecodeError) as error:
            return [] if first else [Garbled(str(error))]  # the port may have been opened in the middle of a line
        return [replace(edge, t_ms=self._timeline.place(edge.t_ms, host_ms))]
