"""An AMG8833 ("Grid-EYE", 8 × 8 temperatures) at an I2C bus, by Adafruit's library.

A real picture is never twice the same to the last quarter degree in every cell; one that is, many times over, comes
from a sensor that has stopped measuring and still answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from devices.door.readings import Frame
from devices.door.sensors.i2c import Bus, LinuxBus
from devices.door.sensors.i2c_sensor import I2cSensor
from devices.door.sensors.port import Report
from devices.door.sensors.settings import GridPart
from devices.link.clock import Clock

if TYPE_CHECKING:
    from adafruit_amg88xx import AMG88XX

_STUCK_FRAMES: Final = 50
#: So many frames in a row that cannot be read are a lost sensor; fewer are frames that could not be read.
_FAILED_FRAMES: Final = 10


class GridSensor(I2cSensor["AMG88XX"]):
    """Frames at the sensor's own rate."""

    def __init__(self, part: GridPart, clock: Clock, open_bus: Callable[[int], Bus] = LinuxBus) -> None:
        super().__init__(part.bus, part.address, clock, open_bus)
        self._hz = part.hz
        self._every_ms = 1000 // part.hz
        self._same = self._failed = 0
        self._before: list[list[float]] = []

    def _set_up(self, bus: Bus) -> AMG88XX:
        from adafruit_amg88xx import AMG88XX

        chip = AMG88XX(bus, self._address)
        if self._hz == 1:
            chip._fps = 1
        self._same, self._before, self._failed = 0, [], 0
        self._due = self._clock.now().bt + self._every_ms
        return chip

    def _measure(self, chip: AMG88XX) -> list[Report]:
        import numpy as np

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
            raise TimeoutError(f"the same picture {_STUCK_FRAMES} times")
        return [Frame(now, np.array(pixels, dtype=np.float32))]
