"""How a site's gates tell an item on loan from one that is not: values of the AFI, the EAS bit, or both.

The pairs of AFI values differ from site to site and are documented the wrong way round more than once, so a site
names its own and staff carry a book of each kind through the gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from devices.rfid.errors import SetupError
from devices.rfid.settings import ReaderSettings


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """``armed`` and ``disarmed`` are AFI values, ``None`` where the AFI is left alone; ``eas``: the bit is used."""

    armed: int | None = None
    disarmed: int | None = None
    eas: bool = False

    def afi(self, armed: bool) -> int | None:
        """The AFI an item has to have."""
        return self.armed if armed else self.disarmed

    @property
    def writes(self) -> bool:
        """Whether anything is written at all."""
        return self.eas or self.armed is not None


#: ``iso`` is ISO 28560 (07 in the library, C2 on loan). 3M sites used D7 and DA, some of them the other way round.
PRESETS: Final = {
    "iso": SecurityScheme(0x07, 0xC2),
    "iso+eas": SecurityScheme(0x07, 0xC2, eas=True),
    "eas": SecurityScheme(eas=True),
    "3m": SecurityScheme(0xD7, 0xDA),
    "3m-swapped": SecurityScheme(0xDA, 0xD7),
    "none": SecurityScheme(),
}


def scheme(settings: ReaderSettings) -> SecurityScheme:
    """What ``settings`` ask for.

    Raises:
        SetupError: no such preset, or values that the gate could not tell apart.
    """
    pair = {"armed": settings.armed, "disarmed": settings.disarmed}
    for name, afi in pair.items():
        if afi is not None and not 0 <= afi <= 0xFF:
            raise SetupError(f"[reader] {name} is {afi}; an AFI is 0 to 255")
    base, _, more = settings.security.partition("+")
    if base != "custom":
        if settings.security not in PRESETS:
            known = ", ".join([*PRESETS, "custom", "custom+eas"])
            raise SetupError(f"[reader] security {settings.security!r}: not known; known are {known}")
        set_too = [name for name, afi in pair.items() if afi is not None]
        if set_too:
            raise SetupError(f'[reader] {set_too[0]} is only used with security = "custom"; leave one of them out')
        return PRESETS[settings.security]
    if more not in ("", "eas"):
        raise SetupError(f"[reader] security {settings.security!r}: use custom or custom+eas")
    missing = [name for name, afi in pair.items() if afi is None]
    if missing:
        raise SetupError(f'[reader] {missing[0]} is missing: security = "custom" needs armed and disarmed')
    if settings.armed == settings.disarmed:
        raise SetupError("[reader] armed and disarmed are the same value; the gate could not tell them apart")
    return SecurityScheme(settings.armed, settings.disarmed, eas=more == "eas")
