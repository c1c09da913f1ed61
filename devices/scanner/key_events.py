"""The kernel's stream of ``struct input_event``, taken apart (``linux/input.h``, the kernel's input/event-codes)."""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass
from typing import Final

#: Two longs of time, type, code, value, in the machine's own sizes.
EVENT: Final = struct.Struct("@llHHi")
EV_SYN: Final = 0x00
EV_KEY: Final = 0x01
SYN_REPORT: Final = 0
SYN_DROPPED: Final = 3


class Press(enum.IntEnum):
    """What happened to a key."""

    UP = 0
    DOWN = 1
    REPEAT = 2


@dataclass(frozen=True, slots=True)
class Key:
    """A key went down or up, or is held. ``code`` as in ``linux/input-event-codes.h``."""

    code: int
    press: Press


@dataclass(frozen=True, slots=True)
class Dropped:
    """The kernel's queue was full: events are missing here, and which keys are down is not known."""


class EventParser:
    """Bytes in, keys out, whatever the pieces."""

    def __init__(self) -> None:
        self._rest = b""
        self._dropping = False

    @property
    def held(self) -> int:
        """Bytes kept for later; less than one event."""
        return len(self._rest)

    def receive(self, data: bytes) -> list[Key | Dropped]:
        """The events that ``data`` completes, without those that tell nothing of keys."""
        data = self._rest + data
        end = len(data) - len(data) % EVENT.size
        self._rest = data[end:]
        found: list[Key | Dropped] = []
        for _, _, kind, code, value in EVENT.iter_unpack(data[:end]):
            if kind == EV_SYN and code == SYN_DROPPED:
                self._dropping = True
                found.append(Dropped())
            elif self._dropping:
                # What follows up to the next report is the rest of a packet whose beginning was lost.
                self._dropping = not (kind == EV_SYN and code == SYN_REPORT)
            elif kind == EV_KEY and value in (0, 1, 2):
                found.append(Key(code, Press(value)))
        return found
