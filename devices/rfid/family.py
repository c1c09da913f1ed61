"""What a pad needs of any family of readers, and the families there are.

Adding one: a codec in ``protocols/``, a class of this shape beside :mod:`devices.rfid.families.m3`, its name in
:data:`~devices.rfid.protocols.FAMILIES`, a line in :func:`family`, and a firmware in ``devices/emulators``.
"""

from __future__ import annotations

import enum
from typing import Protocol

from devices.rfid.errors import SetupError
from devices.rfid.port import Port
from devices.rfid.protocols import FAMILIES


class Lapse(enum.Enum):
    """An exchange that gave no answer, told apart by what it proves."""

    SILENT = "silent"  # not one byte: is anybody there?
    GARBLED = "garbled"  # an answer came and was damaged
    OTHER = "other"  # something came, but not what was asked for
    REFUSED = "refused"  # the reader says no; mostly: the tag did not answer
    LOCKED = "locked"  # the value can never be changed


class Family(Protocol):
    """A reader that was found to be there, on an open port. Each method takes two seconds at most."""

    def hello(self) -> str | None:
        """Find the reader and set it up. Its version in words; ``None`` if nobody answers."""
        ...

    def inventory(self) -> tuple[str, ...] | Lapse:
        """UIDs of the tags in the field, each once."""
        ...

    def read(self, uid: str) -> bytes | Lapse:
        """As much of the tag's memory as its content needs."""
        ...

    def write_afi(self, uid: str, afi: int) -> Lapse | None:
        """Ask for the AFI to be changed. ``None``: the reader says it is done, which is no proof."""
        ...

    def read_afi(self, uid: str) -> int | Lapse:
        """The AFI as it is on the tag."""
        ...


def family(name: str, port: Port) -> Family:
    """The family called ``name``, on ``port``.

    Raises:
        SetupError: there is no such family.
    """
    if name == "m3":
        from devices.rfid.families.m3 import M3Family

        return M3Family(port)
    raise SetupError(f"[reader] protocol {name!r}: not known; known are {', '.join(FAMILIES)}")
