"""A sensor at an I2C bus, spoken to by a library of Adafruit's: opened, asked, lost, opened again."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from devices.door.sensors.i2c import Bus, LinuxBus, Patience, said
from devices.door.sensors.port import Gone, Ready, Report
from devices.door.sensors.timed import RETRY_MS, Timed
from devices.link.clock import Clock

_PATIENCE_MS: Final = 2_000

Chip = TypeVar("Chip")


class I2cSensor(Timed, Generic[Chip]):
    """Opens the bus itself, and again whenever the sensor was lost. What the sensor is and says is its subclass's."""

    def __init__(self, number: int, address: int, clock: Clock, open_bus: Callable[[int], Bus] = LinuxBus) -> None:
        super().__init__(clock)
        self._number = number
        self._address = address
        self._open_bus = open_bus
        self._bus: Patience | None = None
        self._chip: Chip | None = None

    @abstractmethod
    def _set_up(self, bus: Bus) -> Chip:
        """Find the sensor at a bus that was just opened, and start it.

        Raises:
            OSError, ValueError, RuntimeError: no answer, or from another chip.
            ImportError: the library is missing.
        """

    @abstractmethod
    def _measure(self, chip: Chip) -> list[Report]:
        """What it says now; an error as in :meth:`_set_up` means that the sensor is lost."""

    def _turn(self) -> list[Report]:
        try:
            if self._bus is None or self._chip is None:
                return self._open()
            self._bus.for_ms(_PATIENCE_MS)
            return self._measure(self._chip)
        except (OSError, ValueError, RuntimeError, ImportError) as error:
            self._shut()
            self._due = self._clock.now().bt + RETRY_MS
            told, self._told = self._told, True
            return [] if told else [Gone(said(error, self._number, self._address))]

    def _open(self) -> list[Report]:
        self._bus = Patience(self._open_bus(self._number), lambda: self._clock.now().bt)
        self._bus.for_ms(_PATIENCE_MS)
        self._chip = self._set_up(self._bus)
        self._told = False
        return [Ready()]

    def _shut(self) -> None:
        bus, self._bus, self._chip = self._bus, None, None
        if bus is not None:
            bus.close()
