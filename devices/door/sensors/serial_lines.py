"""Text lines from a serial port: opening it, again whenever it was lost, and cutting what comes into lines.

``port`` is a device, best below ``/dev/serial/by-id``, or any pyserial URL such as ``socket://gate.local:4001``.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import Final

import serial

from devices.door.sensors.port import Garbled, Gone, Ready, Report
from devices.link.clock import Clock

_RETRY_MS: Final = 1_000


class LineProblem(ValueError):
    """A line is not what the sensor should send; the message says what was expected."""


class SerialLines(ABC):
    """A sensor that sends lines; what a line means is its subclass's to say, in :meth:`parse`."""

    longest = 256

    def __init__(self, port: str, baud: int, clock: Clock) -> None:
        self.clock = clock
        self._port = port
        self._baud = baud
        self._serial: serial.Serial | None = None
        self._rest = b""
        self._told = False
        self._partial = True  # the line may have begun before we listened
        self._retry_at = 0
        self._closed = threading.Event()

    @abstractmethod
    def parse(self, line: str, host_ms: int) -> Report:
        """The reading of one line, read at the host's boot-clock ms ``host_ms``.

        Raises:
            LineProblem: it is none.
        """

    def read(self, timeout_s: float) -> list[Report]:
        if self._serial is None:
            return self._open(timeout_s)
        try:
            self._serial.timeout = timeout_s
            data = self._serial.read(1)
            data += self._serial.read(self._serial.in_waiting) if data else b""
        except (OSError, TypeError, serial.SerialException) as error:  # TypeError: closed by another thread meanwhile
            return self._lose(f"The sensor at {self._port} is gone ({error}). Is its plug in?")
        return self._lines(data)

    def close(self) -> None:
        self._closed.set()
        self._shut()

    def _shut(self) -> None:
        if self._serial is not None:
            self._serial.close()
            self._serial = None

    def _open(self, timeout_s: float) -> list[Report]:
        wait_s = (self._retry_at - self.clock.now().bt) / 1000
        if wait_s > 0 or self._closed.is_set():
            self._closed.wait(max(0.0, min(wait_s, timeout_s)))
            return []
        try:
            opened = serial.serial_for_url(self._port, self._baud, timeout=timeout_s)
        except (OSError, ValueError, serial.SerialException) as error:
            return self._lose(f"The sensor at {self._port} cannot be opened ({error}). Is its plug in?")
        self._serial = opened
        self._rest, self._told, self._partial = b"", False, True
        return [Ready()]

    def _lose(self, why: str) -> list[Report]:
        self._shut()
        self._retry_at = self.clock.now().bt + _RETRY_MS
        told, self._told = self._told, True
        return [] if told else [Gone(why)]

    def _lines(self, data: bytes) -> list[Report]:
        host_ms = self.clock.now().bt
        *lines, self._rest = (self._rest + data).replace(b"\r", b"\n").split(b"\n")
        said = [report for line in lines if line.strip() for report in self._line(line, host_ms)]
        if len(self._rest) > self.longest:
            self._rest, self._partial = b"", True
            said.append(Garbled(f"{self._port} sends no line ends; is {self._baud} its speed?"))
        return said

    def _line(self, line: bytes, host_ms: int) -> list[Report]:
        partial, self._partial = self._partial, False
        try:
            return [self.parse(line.decode("ascii"), host_ms)]
        except (LineProblem, UnicodeDecodeError) as error:
            return [] if partial else [Garbled(str(error))]
