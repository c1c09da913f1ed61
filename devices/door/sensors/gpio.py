"""Two light beams on GPIO pins of the computer itself, by the kernel's character device (libgpiod 2).

The kernel stamps each edge, takes contact bounce out, and numbers the edges of both pins together; a number that is
skipped is an edge that was lost because nobody read in time, and travels as :attr:`Edge.number`. Nothing is polled: a
read waits for the pins, or for :meth:`GpioSensor.close`.

Times are of CLOCK_MONOTONIC. It stands still while the computer sleeps, unlike the boot clock; a counter never sleeps,
and only differences are used.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from devices.door.edges import Beam, Edge
from devices.door.sensors.port import Gone, Ready, Report
from devices.door.sensors.settings import GpioPart

if TYPE_CHECKING:
    from gpiod import EdgeEvent
    from gpiod.line import Value

_RETRY_MS: Final = 1_000
#: An edge may be handed over this long after its stamp.
_SLACK_MS: Final = 20


class Lines(Protocol):
    """The part of a gpiod line request that is used here."""

    @property
    def fd(self) -> int: ...

    def read_edge_events(self) -> list[EdgeEvent]: ...

    def get_values(self) -> list[Value]: ...

    def release(self) -> None: ...


def monotonic_ms() -> int:
    """The clock of the kernel's stamps."""
    return time.monotonic_ns() // 1_000_000


def _gpiod(path: str, **wanted: Any) -> Lines:
    import gpiod

    return gpiod.request_lines(path, **wanted)


class GpioSensor:
    """Edges of two pins; asks for the pins itself, and again whenever they were lost."""

    def __init__(
        self, part: GpioPart, request: Callable[..., Lines] = _gpiod, now_ms: Callable[[], int] = monotonic_ms
    ) -> None:
        self._part = part
        self._request = request
        self._now = now_ms
        self._pins = {part.a: Beam.A, part.b: Beam.B}
        self._lines: Lines | None = None
        self._state = {Beam.A: False, Beam.B: False}
        self._number: int | None = None
        self._told = False
        self._retry_at = now_ms()
        self._wake_read, self._wake_write = os.pipe()
        self._lock = threading.Lock()
        self._waiting = False

    def read(self, timeout_s: float) -> list[Report]:
        lines = self._lines
        if lines is None:
            wait_s = (self._retry_at - self._now()) / 1000
            if wait_s > 0:
                self._wait([], min(wait_s, timeout_s))
            return self._open() if wait_s <= timeout_s else []
        try:
            if lines.fd not in self._wait([lines.fd], timeout_s):
                return []
            events = lines.read_edge_events()
        except (OSError, ValueError) as error:  # ValueError: released by another thread
            return self._lose(f"The pins of {self._part.chip} are gone ({error}).")
        return self._edges(events, lines)

    def now_ms(self) -> int | None:
        return self._now() - _SLACK_MS

    def close(self) -> None:
        with self._lock:
            if self._wake_write >= 0:
                os.close(self._wake_write)  # ends a wait
                self._wake_write = -1
                if not self._waiting:
                    os.close(self._wake_read)
        self._shut()

    # -- inside

    def _wait(self, fds: list[int], timeout_s: float) -> list[int]:
        """Which of ``fds`` have something to say, after up to ``timeout_s``; none once the sensor is closed."""
        with self._lock:
            if self._wake_write < 0:
                return []
            self._waiting = True
        poll = select.poll()
        for fd in (*fds, self._wake_read):
            poll.register(fd, select.POLLIN)
        found = [fd for fd, _ in poll.poll(max(0, round(timeout_s * 1000)))]
        with self._lock:
            self._waiting = False
            if self._wake_write < 0:
                os.close(self._wake_read)
                return []
        return found

    def _open(self) -> list[Report]:
        if self._wake_write < 0:
            return []
        opened_at = self._now()
        try:
            lines = self._request(self._part.chip, **self._wanted())
            values = lines.get_values()
        except (OSError, ValueError, ImportError) as error:
            return self._lose(self._said(error))
        self._lines, self._number, self._told = lines, None, False
        self._state = {Beam.A: False, Beam.B: False}
        return [Ready(), *self._differing(values, opened_at)]

    def _wanted(self) -> dict[str, Any]:
        from gpiod import LineSettings, line

        part = self._part
        bias = {
            "as-is": line.Bias.AS_IS, "disabled": line.Bias.DISABLED,
            "pull-up": line.Bias.PULL_UP, "pull-down": line.Bias.PULL_DOWN,
        }  # fmt: skip
        settings = LineSettings(
            direction=line.Direction.INPUT, edge_detection=line.Edge.BOTH, bias=bias[part.bias],
            active_low=part.broken == "low", debounce_period=timedelta(milliseconds=part.debounce_ms),
            event_clock=line.Clock.MONOTONIC,
        )  # fmt: skip
        return {
            "config": {(part.a, part.b): settings}, "consumer": "pustaka-door", "event_buffer_size": part.buffer,
        }  # fmt: skip

    def _edges(self, events: list[EdgeEvent], lines: Lines) -> list[Report]:
        from gpiod import EdgeEvent

        said: list[Report] = []
        jumped = False
        for event in events:
            beam, broken = self._pins[event.line_offset], event.event_type is EdgeEvent.Type.RISING_EDGE
            jumped |= self._number is not None and event.global_seqno != self._number + 1
            self._number, self._state[beam] = event.global_seqno, broken
            said.append(Edge(event.timestamp_ns // 1_000_000, beam, broken, event.global_seqno))
        # The last edge of a pin may be among the lost ones; what it left behind is still to be seen.
        if jumped and lines.fd not in self._wait([lines.fd], 0):
            said += self._differing(lines.get_values(), max(self._now(), events[-1].timestamp_ns // 1_000_000))
        return said

    def _differing(self, values: list[Value], t_ms: int) -> list[Report]:
        """Edges for beams that are not as we thought."""
        from gpiod.line import Value

        said: list[Report] = []
        for beam, value in zip((Beam.A, Beam.B), values, strict=True):
            broken = value is Value.ACTIVE
            if self._state[beam] != broken:
                self._state[beam] = broken
                said.append(Edge(t_ms, beam, broken, self._number))
        return said

    def _lose(self, why: str) -> list[Report]:
        self._shut()
        self._retry_at = self._now() + _RETRY_MS
        told, self._told = self._told, True
        return [] if told else [Gone(why)]

    def _said(self, error: Exception) -> str:
        chip, pins = self._part.chip, f"{self._part.a} and {self._part.b}"
        if isinstance(error, FileNotFoundError):
            return f"There is no {chip}. An old kernel of a Raspberry Pi 5 calls it /dev/gpiochip4; see gpiodetect."
        if isinstance(error, PermissionError):
            return f"{chip} may not be opened. Put whoever runs the door into its group: usermod -aG gpio NAME"
        if isinstance(error, ImportError):
            return f"{chip} cannot be used for want of a Python package: {error}. pip install 'pustaka-mandiri[door]'"
        if isinstance(error, OSError) and error.errno == 16:
            return f"Pins {pins} of {chip} are taken by another program; gpioinfo names it."
        return f"Pins {pins} of {chip} cannot be used ({error})."

    def _shut(self) -> None:
        lines, self._lines = self._lines, None
        if lines is not None:
            lines.release()
