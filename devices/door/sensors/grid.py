"""An AMG8833 ("Grid-EYE", 8 × 8 temperatures) at an I2C bus, by Adafruit's library.

A real picture is never twice the same to the last quarter degree in every cell; one that is, many times over, comes
from a sensor that has stopped measuring and still answers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from devices.door.readings import Frame
from devices.door.sensors.i2c import Bus, LinuxBus, Patience, said
from devices.door.sensors.port import Gone, Ready, Report
from devices.door.sensors.settings import GridPart
from devices.link.clock import Clock

if TYPE_CHECKING:
    from adafruit_amg88xx import AMG88XX

_RETRY_MS: Final = 1_000
_SETUP_MS: Final = 2_000
_STUCK_FRAMES: Final = 50
#: So many frames in a row that cannot be read are a lost sensor; fewer are frames that could not be read.
_FAILED_FRAMES: Final = 10


class GridSensor:
    """Frames at the sensor's own rate; opens the bus itself, and again whenever the sensor was lost."""

    def __init__(self, part: GridPart, clock: Clock, open_bus: Callable[[int], Bus] = LinuxBus) -> None:
        self._part = part
        self._clock = clock
        self._open_bus = open_bus
        self._bus: Patience | None = None
        self._chip: AMG88XX | None = None
        self._due = clock.now().bt
        self._every_ms = 1000 // part.hz
        self._same = self._failed = 0
        self._before: list[list[float]] = []
        self._told = False
        self._closed = threading.Event()

    def read(self, timeout_s: float) -> list[Report]:
        wait_s = (self._due - self._clock.now().bt) / 1000
        if wait_s > 0:
            self._closed.wait(min(wait_s, timeout_s))
        if self._closed.is_set() or self._clock.now().bt < self._due:
            return []
        try:
            return self._frame(self._chip) if self._chip is not None else self._open()
        except (OSError, ValueError, ImportError) as error:
            return self._lose(said(error, self._part.bus, self._part.address))

    def now_ms(self) -> int | None:
        return self._clock.now().bt

    def close(self) -> None:
        self._closed.set()
        self._shut()

    def _open(self) -> list[Report]:
        from adafruit_amg88xx import AMG88XX

        self._bus = Patience(self._open_bus(self._part.bus), lambda: self._clock.now().bt)
        self._bus.for_ms(_SETUP_MS)
        self._chip = AMG88XX(self._bus, self._part.address)
        if self._part.hz == 1:
            self._chip._fps = 1
        self._same, self._before, self._told, self._failed = 0, [], False, 0
        self._due = self._clock.now().bt + self._every_ms
        return [Ready()]

    def _frame(self, chip: AMG88XX) -> list[Report]:
        import numpy as np

        assert self._bus is not None
        self._bus.for_ms(_SETUP_MS)
        now = self._clock.now().bt
        try:
            pixels = chip.pixels
        except TimeoutError:  # it hangs, and every further question would hold us up
            raise
        except OSError:
            self._failed += 1
            if self._failed >= _FAILED_FRAMES:
                raise
            self._due = max(self._due + self._every_ms, now)
            return [Frame(now, None)]
        self._failed = 0
        now = self._clock.now().bt
        self._due = max(self._due + self._every_ms, now)
        self._same = self._same + 1 if pixels == self._before else 0
        self._before = pixels
        if self._same >= _STUCK_FRAMES:
            error = TimeoutError(f"the same picture {_STUCK_FRAMES} times")
            return self._lose(said(error, self._part.bus, self._part.address))
        return [Frame(now, np.array(pixels, dtype=np.float32))]

    def _lose(self, why: str) -> list[Report]:
        self._shut()
        self._due = self._clock.now().bt + _RETRY_MS
        told, self._told = self._told, True
        return [] if told else [Gone(why)]

    def _shut(self) -> None:
        bus, self._bus, self._chip = self._bus, None, None
        if bus is not None:
            bus.close()
