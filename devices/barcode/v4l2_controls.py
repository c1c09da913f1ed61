"""Which controls of a USB camera follow from the settings, and setting them. What it refuses is noted, never fatal.

Numbers are those of the kernel's ``include/uapi/linux/v4l2-controls.h``.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from devices.barcode.settings import CameraSettings
from devices.barcode.v4l2_ioctl import Ioctl, set_control

POWER_LINE: Final = 0x00980918
EXPOSURE_AUTO: Final = 0x009A0901
EXPOSURE_ABSOLUTE: Final = 0x009A0902
FOCUS_ABSOLUTE: Final = 0x009A090A
FOCUS_AUTO: Final = 0x009A090C
_MANUAL: Final = 1
#: The driver counts exposure in units of this many microseconds.
_EXPOSURE_UNIT_US: Final = 100
_MAINS: Final = {50: 1, 60: 2}


@dataclass(frozen=True, slots=True)
class Control:
    """One control to set, and the setting that asks for it."""

    setting: str
    number: int
    value: int


def wanted(settings: CameraSettings) -> tuple[Control, ...]:
    """The controls to set, in this order: automatic modes go off before their values are set."""
    controls = []
    if settings.mains_hz:
        controls.append(Control("mains_hz", POWER_LINE, _MAINS[settings.mains_hz]))
    if settings.exposure_us:
        controls.append(Control("exposure_us", EXPOSURE_AUTO, _MANUAL))
        controls.append(
            Control("exposure_us", EXPOSURE_ABSOLUTE, max(1, round(settings.exposure_us / _EXPOSURE_UNIT_US)))
        )
    if settings.focus:
        controls.append(Control("focus", FOCUS_AUTO, 0))
        controls.append(Control("focus", FOCUS_ABSOLUTE, settings.focus))
    return tuple(controls)


def apply(device: str, controls: Sequence[Control], ask: Ioctl) -> list[str]:
    """Set them all; a sentence for each setting that the camera would not take."""
    refused: dict[str, str] = {}
    for control in controls:
        try:
            set_control(device, control.number, control.value, ask)
        except OSError as error:
            # Many cameras have no mains filter, and nobody asked for one by hand.
            if control.setting != "mains_hz":
                refused.setdefault(control.setting, _why(control, error))
    return list(refused.values())


def _why(control: Control, error: OSError) -> str:
    if error.errno == errno.ERANGE:
        return f"{control.setting}: {control.value} is outside what this camera takes"
    return f"{control.setting}: this camera has no such control ({error.strerror})"
