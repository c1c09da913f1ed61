"""A VL53L1X above or beside the door: one sensor, two zones, ranged in turn by moving its region of interest.

The sensor ranges on its own; when a range is ready it is read and the next one starts at once, with the region that is
set at that moment. So the first range after a change is still of the other zone and is thrown away (``discard``). A
range costs ``budget_ms``; both zones together therefore come about every four budgets.

Adafruit's library sets the sensor up; its ``distance`` hides the range status, so status and distance are read here, in
one transaction: registers 0x0089 (status, low five bits) to 0x0097 (distance, mm), mapped to the numbers of ST's Ultra
Lite Driver (UM2510, status 0 good, 1 sigma, 2 signal, 4 out of bounds, 7 wrapped).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from devices.door.readings import Distance, ZoneName
from devices.door.sensors.i2c import Bus, LinuxBus
from devices.door.sensors.i2c_sensor import I2cSensor
from devices.door.sensors.port import Report
from devices.door.sensors.settings import TofPart
from devices.link.clock import Clock

if TYPE_CHECKING:
    from adafruit_vl53l1x import VL53L1X

_RESULT: Final = 0x0089  # RESULT__RANGE_STATUS; the distance lies 13 bytes behind
_DISTANCE: Final = 13
#: What the status register says (low five bits) -> the number of ST's Ultra Lite Driver; anything else is 255.
STATUS: Final = {3: 5, 4: 2, 5: 4, 6: 1, 7: 7, 8: 3, 9: 0, 12: 9, 13: 13, 18: 10, 19: 6, 22: 11, 23: 12}
UNKNOWN: Final = 255

_ZONES: Final[tuple[ZoneName, ZoneName]] = ("A", "B")
_MODES: Final = {"short": 1, "long": 2}
_LOOK_MS: Final = 3  # a range that should be ready and is not is looked for again after this
_STUCK_MS: Final = 1_000


class TofSensor(I2cSensor["VL53L1X"]):
    """Distances of two zones."""

    def __init__(self, part: TofPart, clock: Clock, open_bus: Callable[[int], Bus] = LinuxBus) -> None:
        super().__init__(part.bus, part.address, clock, open_bus)
        self._part = part
        self._zone = 0
        self._discard = 0
        self._last = self._due

    def _set_up(self, bus: Bus) -> VL53L1X:
        from adafruit_vl53l1x import VL53L1X

        chip = VL53L1X(bus, self._address)
        chip.distance_mode = _MODES[self._part.range]
        chip.timing_budget = self._part.budget_ms
        chip.roi_xy = self._part.size
        self._zone = self._discard = 0
        chip.roi_center = self._part.centres[0]
        chip.start_ranging()
        self._last = self._clock.now().bt
        self._due = self._last + self._part.budget_ms
        return chip

    def _measure(self, chip: VL53L1X) -> list[Report]:
        now = self._clock.now().bt
        if not chip.data_ready:
            if now - self._last > _STUCK_MS:
                raise TimeoutError("no range for a second")
            self._due = now + _LOOK_MS
            return []
        result = chip._read_register(_RESULT, _DISTANCE + 2)
        chip.clear_interrupt()
        self._last, self._due = now, now + self._part.budget_ms
        if self._discard > 0:
            self._discard -= 1
            return []
        zone = _ZONES[self._zone]
        self._zone = 1 - self._zone
        chip.roi_center = self._part.centres[self._zone]
        self._discard = self._part.discard
        distance = int.from_bytes(result[_DISTANCE : _DISTANCE + 2], "big")
        return [Distance(now, zone, distance, STATUS.get(result[0] & 0x1F, UNKNOWN))]
