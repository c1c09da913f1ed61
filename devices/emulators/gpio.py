"""Two pins of a GPIO chip in software: the part of libgpiod's Python API that a door uses, over a pipe.

:meth:`GpioEmulator.request` stands for ``gpiod.request_lines`` and speaks gpiod's own types: settings in, numbered and
stamped edge events out. Like the kernel it keeps so many events and then drops the oldest. Bounce is not modelled; the
kernel's filter is the kernel's.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from gpiod import EdgeEvent, LineSettings
from gpiod.line import Direction, Edge, Value


class GpioEmulator:
    """The chip. ``now_ns`` is the clock of its stamps."""

    def __init__(self, *pins: int, now_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self.now_ns = now_ns
        self.levels = dict.fromkeys(pins, True)  # pulled up
        self.refusal: OSError | None = None  # raised instead of giving the pins
        self._losing = 0
        self._given: EmulatedLines | None = None
        self._changed = threading.Condition()

    def request(
        self, path: str, *, config: dict[tuple[int, ...], LineSettings], consumer: str, event_buffer_size: int
    ) -> EmulatedLines:
        """As ``gpiod.request_lines``.

        Raises:
            OSError: as told by ``refusal``, or the pins are taken.
        """
        del path, consumer
        with self._changed:
            if self.refusal is not None:
                raise self.refusal
            if self._given is not None:
                raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
            ((pins, settings),) = config.items()
            if settings.direction is not Direction.INPUT or settings.edge_detection is not Edge.BOTH:
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
            self._given = EmulatedLines(self, pins, settings, event_buffer_size)
            self._changed.notify_all()
            return self._given

    def level(self, pin: int, high: bool) -> None:
        """The voltage at a pin changes."""
        with self._changed:
            if self.levels[pin] == high:
                return
            self.levels[pin] = high
            lines = self._given
        if lines is not None:
            lines.edge(pin, high, lost=self._losing > 0)
            self._losing = max(0, self._losing - 1)

    def lose(self, edges: int) -> None:
        """So many of the next edges are numbered, and lost."""
        self._losing = edges

    def unplug(self) -> None:
        """The chip vanishes (an expander on USB): who has its pins finds out."""
        if self._given is not None:
            self._given.break_off()

    def given_back(self) -> None:
        with self._changed:
            self._given = None


class EmulatedLines:
    """As ``gpiod.LineRequest``."""

    def __init__(self, chip: GpioEmulator, pins: tuple[int, ...], settings: LineSettings, size: int) -> None:
        self.settings = settings
        self._chip = chip
        self._pins = pins
        self._events: deque[EdgeEvent] = deque(maxlen=size)
        self._number = 0
        self._numbers = dict.fromkeys(pins, 0)
        self._broken_off = False
        self._lock = threading.Lock()
        self._read, self._write = os.pipe()

    @property
    def fd(self) -> int:
        return self._read

    def get_values(self) -> list[Value]:
        return [
            Value.ACTIVE if self._chip.levels[pin] != self.settings.active_low else Value.INACTIVE for pin in self._pins
        ]

    def read_edge_events(self) -> list[EdgeEvent]:
        with self._lock:
            if self._broken_off:
                raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
            os.read(self._read, 1)
            events = list(self._events)
            self._events.clear()
            return events

    def release(self) -> None:
        with self._lock:
            for end in (self._read, self._write):
                os.close(end)
            self._read = self._write = -1
        self._chip.given_back()

    # -- the chip's side

    def edge(self, pin: int, high: bool, *, lost: bool) -> None:
        kind: Any = EdgeEvent.Type.RISING_EDGE if high != self.settings.active_low else EdgeEvent.Type.FALLING_EDGE
        with self._lock:
            self._number += 1
            self._numbers[pin] += 1
            if lost:
                return
            self._events.append(EdgeEvent(kind.value, self._chip.now_ns(), pin, self._number, self._numbers[pin]))
            if len(self._events) == 1:
                os.write(self._write, b"!")

    def break_off(self) -> None:
        with self._lock:
            self._broken_off = True
            os.write(self._write, b"!")
