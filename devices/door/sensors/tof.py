"""A VL53L1X above or beside the door: one sensor, two zones, ranged in turn by moving its region of interest.

The sensor ranges on its own; when a range is ready it is read and the next one starts at once, with the region that is
set at that moment. So the first range after a change is still of the other zone and is thrown away (``discard``). A
range costs ``budget_ms``; both zones together therefore come about every four budgets.

Adafruit's library sets the sensor up; its ``distance`` hides the range status, so status and distance are read here, in
one transaction: registers 0x0089 (status, low five bits) to 0x0097 (distance, mm), mapped to the numbers of ST's Ultra
Lite Driver (UM2510, status 0 good, 1 sigma, 2 signal, 4 out of bounds, 7 wrapped).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from devices.door.readings import Distance, ZoneName
from devices.door.sensors.i2c import Bus, LinuxBus, Patience, said
from devices.door.sensors.port import Gone, Ready, Report
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
_RETRY_MS: Final = 1_000
_SETUP_MS: Final = 2_000
_LOOK_MS: Final = 3  # a range that should be ready and is not is looked for again after this
_STUCK_MS: Final = 1_000


class TofSensor:
    """Distances of two zones; opens the bus itself, and again whenever the sensor was lost."""

    def __init__(self, part: TofPart, clock: Clock, open_bus: Callable[[int], Bus] = LinuxBus) -> None:
        self._part = part
        self._clock = clock
        self._open_bus = open_bus
        self._bus: Patience | None = None
        self._chip: VL53L1X | None = None
        self._zone = 0
        self._discard = 0
        self._due = self._last = clock.now().bt
        self._told = False
        self._closed = threading.Event()

    def read(self, timeout_s: float) -> list[Report]:
        wait_s = (self._due - self._clock.now().bt) / 1000
        if wait_s > 0:
            self._closed.wait(min(wait_s, timeout_s))
        if self._closed.is_set() or self._clock.now().bt < self._due:
            return []
        try:
            return self._range() if self._chip is not None else self._open()
        except (OSError, ValueError, RuntimeError, ImportError) as error:  # the last two: wrong chip, missing library
            return self._lose(said(error, self._part.bus, self._part.address))

    def now_ms(self) -> int | None:
        return self._clock.now().bt

    def close(self) -> None:
        self._closed.set()
        self._shut()

    def _open(self) -> list[Report]:
        from adafruit_vl53l1x import VL53L1X

        self._bus = Patience(self._open_bus(self._part.bus), lambda: self._clock.now().bt)
        self._bus.for_ms(_SETUP_MS)
        chip = VL53L1X(self._bus, self._part.address)
        chip.distance_mode = _MODES[self._part.range]
        chip.timing_budget = self._part.budget_ms
        chip.roi_xy = self._part.size
        self._zone = 0
        chip.roi_center = self._part.centres[0]
        chip.start_ranging()
        self._chip, self._discard, self._told = chip, 0, False
        self._last = self._clock.now().bt
        self._due = self._last + self._part.budget_ms
        return [Ready()]

    def _range(self) -> list[Report]:
        chip: Any = self._chip
        assert self._bus is not None
        self._bus.for_ms(_SETUP_MS)
        now = self._clock.now().bt
        if not chip.data_ready:
            if now - self._last > _STUCK_MS:
                return self._lose(said(TimeoutError("no range for a second"), self._part.bus, self._part.address))
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

    def _lose(self, why: str) -> list[Report]:
        self._shut()
        self._due = self._clock.now().bt + _RETRY_MS
        told, self._told = self._told, True
        return [] if told else [Gone(why)]

    def _shut(self) -> None:
        bus, self._bus, self._chip = self._bus, None, None
        if bus is not None:
            bus.close()
