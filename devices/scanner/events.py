"""What scanners tell. Frozen values, posted by the thread that owns the scanner."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from devices.barcode.events import Kind


class ScannerState(enum.StrEnum):
    """A scanner's life. ``LOST`` includes "never found"; it is looked for until it is stopped."""

    CONFIGURED = "configured"
    OPENING = "opening"
    READY = "ready"
    LOST = "lost"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Scanned:
    """A code came through the scanner ``source``; it counts at once.

    ``kind`` is what it is by the library's rules, also one that no session can use. ``text`` is the number to use; of
    an ambiguous code it is the whole text, ``patron`` and ``item`` are the numbers it would be; of a staff card it is
    empty. ``format`` is one of :data:`devices.barcode.code.FORMATS`, or empty when the scanner did not tell.
    """

    kind: Kind
    text: str
    format: str
    source: str
    patron: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class ScannerChanged:
    """The scanner ``source`` is in another state; ``why`` is a sentence for staff."""

    source: str
    state: ScannerState
    why: str = ""

    @property
    def ready(self) -> bool:
        """Whether it can scan."""
        return self.state is ScannerState.READY


Event = Scanned | ScannerChanged
