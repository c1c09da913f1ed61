"""What ``[reader.uhf]`` asks for, checked; every error names the key."""

from __future__ import annotations

import enum
from typing import Final

from devices.rfid.errors import SetupError
from devices.rfid.security_scheme import SecurityScheme, scheme
from devices.rfid.settings import ReaderSettings
from devices.rfid.tags.epc import LAYOUTS, EpcLayout

_ENDING: Final = "-epc"
#: Values for ``region`` by protocol (MagicRF firmware manual, 2.15; Japan: YMR100). Other readers keep theirs for good.
REGIONS: Final = {"m100": {"china900": 1, "america": 2, "europe": 3, "china800": 4, "japan": 5, "korea": 6}}
#: dBm that any reader can be told, as far as is known.
POWERS: Final = (-10.0, 33.0)


class Alarm(enum.StrEnum):
    """Where a site's gates look."""

    EPC = "epc"  # where the layout has it
    AFI = "afi"  # in the PC, ISO/IEC 18000-63
    EAS = "eas"  # NXP's PSF bit
    NONE = "none"


def alarm(settings: ReaderSettings) -> Alarm:
    """Where the alarm lives.

    Raises:
        SetupError: no such place.
    """
    try:
        return Alarm(settings.uhf.alarm)
    except ValueError:
        known = ", ".join(Alarm)
        raise SetupError(f"[reader.uhf] alarm {settings.uhf.alarm!r}: not known; known are {known}") from None


def layouts(settings: ReaderSettings) -> tuple[EpcLayout, ...]:
    """The layouts to try, in order.

    Raises:
        SetupError: there is none of that name.
    """
    known = {str(one.model).removesuffix(_ENDING): one for one in LAYOUTS}
    for name in settings.uhf.epc:
        if name not in known:
            raise SetupError(f"[reader.uhf] epc {name!r}: not known; known are {', '.join(known)}")
    return tuple(known[name] for name in settings.uhf.epc)


def afi_scheme(settings: ReaderSettings) -> SecurityScheme:
    """The pair of AFI values in the PC, where the alarm lives there.

    Raises:
        SetupError: ``security`` names no pair.
    """
    found = scheme(settings)
    if alarm(settings) is Alarm.AFI and found.armed is None:
        raise SetupError(f'[reader] security {settings.security!r} has no AFI, which [reader.uhf] alarm = "afi" needs')
    return found


def region(settings: ReaderSettings) -> int | None:
    """The number of the region to be set; ``None``: as it is.

    Raises:
        SetupError: no such region, or a reader that takes none.
    """
    name, known = settings.uhf.region, REGIONS.get(settings.protocol)
    if not name:
        return None
    if known is None:
        raise SetupError("[reader.uhf] region: this reader keeps it for good; set it with its maker's program")
    if name not in known:
        raise SetupError(f"[reader.uhf] region {name!r}: not known; known are {', '.join(known)}")
    return known[name]


def check(settings: ReaderSettings) -> None:
    """Refuse what cannot work.

    Raises:
        SetupError: see the functions above; or ``seen`` of ``rounds`` can never be.
    """
    layouts(settings)
    afi_scheme(settings)
    region(settings)
    uhf = settings.uhf
    if uhf.power_dbm is not None and not POWERS[0] <= uhf.power_dbm <= POWERS[1]:
        raise SetupError(f"[reader.uhf] power_dbm is {uhf.power_dbm:g}; give {POWERS[0]:g} to {POWERS[1]:g} dBm")
    if not 1 <= uhf.seen <= uhf.rounds <= 100:
        raise SetupError(f"[reader.uhf] seen is {uhf.seen} of {uhf.rounds} rounds; use 1 to rounds, of 1 to 100")
