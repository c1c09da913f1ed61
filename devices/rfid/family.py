"""What a pad needs of any family of readers, and the families there are.

Adding one: a codec in ``protocols/``, a class of this shape in ``families/``, its line in :data:`FAMILIES`, and a
firmware in ``devices/emulators/firmware``. A family of HF readers derives from :class:`devices.rfid.hf.HfFamily` and
has only its commands to add.
"""

from __future__ import annotations

import enum
import importlib
from dataclasses import dataclass
from typing import Final, Protocol

from devices.rfid.errors import SetupError
from devices.rfid.port import LineSettings, Port
from devices.rfid.settings import ReaderSettings
from devices.rfid.tags.content import TagContent


class Lapse(enum.Enum):
    """An exchange that gave no answer, told apart by what it proves."""

    SILENT = "silent"  # not one byte: is anybody there?
    GARBLED = "garbled"  # an answer came and was damaged
    OTHER = "other"  # something came, but not what was asked for
    REFUSED = "refused"  # the reader says no; mostly: the tag did not answer
    LOCKED = "locked"  # the value can never be changed
    UNFIT = "unfit"  # the reader, its firmware or the tag's chip cannot do this


class Family(Protocol):
    """A reader that was found to be there, on an open port. Each method takes two seconds at most.

    A tag is named by its ``uid``, upper-case hex: an HF tag's 16 digits (E0 first), or for UHF the part of the EPC
    that stays what it is when the alarm is switched.
    """

    @property
    def secures(self) -> bool:
        """Whether there is an alarm to switch at all."""
        ...

    def hello(self) -> str | None:
        """Find the reader and set it up. Its name and version in words; ``None`` if nobody answers."""
        ...

    def inventory(self) -> tuple[str, ...] | Lapse:
        """The tags on the pad, each once. A lapse proves nothing: ``OTHER`` is also said while a round still runs."""
        ...

    def read(self, uid: str) -> TagContent | Lapse:
        """What the tag says of its item."""
        ...

    def write_security(self, uid: str, armed: bool) -> Lapse | None:
        """Ask for the alarm to be switched. ``None``: the reader says it is done, which is no proof."""
        ...

    def read_security(self, uid: str) -> bool | Lapse | None:
        """Whether the alarm is on, as the tag itself says; ``None``: it holds a value that means neither."""
        ...


@dataclass(frozen=True)
class FamilyEntry:
    """A family: ``makes`` is ``module:class``, called with port and settings; ``line`` is its factory setting.

    ``rest`` is how many seconds lie between two inventories of a pad where nothing happens, and ``idle`` between two
    of an empty one; a reader that tells of tags by itself needs none. For ``grace`` seconds the line is kept free
    behind a tag that was read or written: the order it leads to is under way, and an inventory begun now would make it
    wait.
    """

    makes: str
    line: LineSettings
    rest: float = 0.12
    idle: float = 0.02
    grace: float = 0.05


#: By the names for ``protocol`` under ``[reader]``.
FAMILIES: Final = {
    "m3": FamilyEntry("devices.rfid.families.m3:M3Family", LineSettings(19200)),
    "feig": FamilyEntry("devices.rfid.families.feig:FeigFamily", LineSettings(38400, "E")),
    # An empty round takes 9 ms, reading needs no exchange, and a round can be broken off: little to wait for.
    "m100": FamilyEntry("devices.rfid.families.m100:M100Family", LineSettings(115200), idle=0.0, grace=0.004),
    "chafon18": FamilyEntry("devices.rfid.families.chafon:ChafonFamily", LineSettings(57600)),
    "chafon288": FamilyEntry("devices.rfid.families.chafon:ChafonFamily", LineSettings(57600)),
    "a0": FamilyEntry("devices.rfid.families.a0:A0Family", LineSettings(115200)),
    "em4100": FamilyEntry("devices.rfid.families.em4100:Em4100Family", LineSettings(9600), rest=0.0, idle=0.0),
    "pn532": FamilyEntry("devices.rfid.families.pn532:Pn532Family", LineSettings(115200)),
}


def entry(settings: ReaderSettings) -> FamilyEntry:
    """What is known of the family that ``settings`` name.

    Raises:
        SetupError: there is no such family.
    """
    try:
        return FAMILIES[settings.protocol]
    except KeyError:
        known = ", ".join(FAMILIES)
        raise SetupError(f"[reader] protocol {settings.protocol!r}: not known; known are {known}") from None


def line_settings(settings: ReaderSettings) -> LineSettings:
    """How to open the port: as the family has it from the factory, but for a ``baud`` that somebody chose."""
    line = entry(settings).line
    return LineSettings(settings.baud or line.baud, line.parity)


def family(settings: ReaderSettings, port: Port) -> Family:
    """The family that ``settings`` name, on ``port``; only its module is loaded.

    Raises:
        SetupError: there is no such family, or it cannot work with these settings.
    """
    module, _, name = entry(settings).makes.partition(":")
    made: Family = getattr(importlib.import_module(module), name)(port, settings)
    return made
