"""What a reader does with what it is told: one file a family, over one radio field.

A firmware is written from the vendor's document as the reader sees it, apart from the driver's codec, with which it
may share the framing alone: a mistake must not cancel itself out. It knows no pty and no clock; line speed, damage and
delays are the process's (:mod:`devices.emulators.reader`).
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Final, Protocol

from devices.emulators.faults import Faults
from devices.emulators.field import Field


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, ready for the line ``air_s`` seconds after the command was received, or after the answer before it.

    ``command`` is the code that :class:`~devices.emulators.faults.FaultOrder` names it by. For ``pause_s`` seconds
    behind its last byte a reader that is deaf when busy is still deaf.
    """

    command: int
    air_s: float
    data: bytes
    pause_s: float = 0.0


class Firmware(Protocol):
    """A reader's inside. Bytes that are no frame of its protocol are ignored, or answered as the real one would."""

    #: A command sent while it works or talks is lost.
    deaf_when_busy: bool
    bits_per_byte: int
    baud: int

    def receive(self, data: bytes, now: float) -> list[Reply]:
        """Take bytes from the host; give the answers to the commands they completed."""
        ...

    def wake(self) -> float | None:
        """When :meth:`tick` wants to be called, in seconds of ``now``; ``None``: it has nothing to say by itself."""
        ...

    def tick(self, now: float) -> list[Reply]:
        """What the reader says unasked."""
        ...


class Silent:
    """A reader that never speaks unasked."""

    def wake(self) -> float | None:
        """Never."""
        return None

    def tick(self, now: float) -> list[Reply]:
        """Nothing."""
        return []


#: ``module:class`` by the names for ``protocol`` under ``[reader]``; each is called with field and faults. Models that
#: speak the same protocol in another way have a name of their own.
FIRMWARE: Final = {
    "m3": "devices.emulators.firmware.m3:M3Reader",
    "feig": "devices.emulators.firmware.feig:FeigReader",
    "feig-cpr": "devices.emulators.firmware.feig:CprReader",
    "feig-straight": "devices.emulators.firmware.feig:StraightReader",
    "feig-scanning": "devices.emulators.firmware.feig:ScanningReader",
    "m100": "devices.emulators.firmware.m100:M100Reader",
    "r200": "devices.emulators.firmware.m100:R200Reader",
    "chafon18": "devices.emulators.firmware.chafon:Chafon18Reader",
    "chafon288": "devices.emulators.firmware.chafon:Chafon288Reader",
    "a0": "devices.emulators.firmware.a0:A0Reader",
    "em4100": "devices.emulators.firmware.em4100:Em4100Reader",
    "pn532": "devices.emulators.firmware.pn532:Pn532Reader",
}


def firmware(protocol: str, field: Field, faults: Faults) -> Firmware:
    """The firmware of that name; only its module is loaded."""
    module, _, name = FIRMWARE[protocol].partition(":")
    made: Firmware = getattr(importlib.import_module(module), name)(field, faults)
    return made
