"""The interval being counted: what it holds, and when it must be kept, closed, or a heartbeat written. Pure.

Times are boot-clock ms. An interval begins with its first event and ends when its row is written; between rows nothing
happened. So a row tells when people came, to ``row_s``, and a heartbeat tells that the door was watched all the while.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from devices.contract import Count
from devices.door.events import Confidence, Direction, Glitch, Passage
from devices.door.settings import DoorPart


class Due(enum.Enum):
    """What is to be done with the interval now."""

    HOLD = "hold"  # write it down as it is, because power may fail
    CLOSE = "close"  # make a row of it
    HEARTBEAT = "heartbeat"  # nothing happened for long: say so in a row


@dataclass
class _Sums:
    into: int = 0
    out: int = 0
    turned_back: int = 0
    ambiguous: int = 0
    glitch: int = 0


class Interval:
    """Counts of the open interval."""

    def __init__(self, settings: DoorPart, now: int) -> None:
        self._settings = settings
        self._sums = _Sums()
        self._quiet_since = now
        self._began: int | None = None
        self._last = now
        self._unheld_since: int | None = None

    def add(self, event: Passage | Glitch, now: int) -> None:
        """A passage or glitch, heard of at ``now``."""
        sums = self._sums
        match event:
            case Glitch():
                sums.glitch += 1
            case Passage(_, Direction.IN):
                sums.into += 1
            case Passage(_, Direction.OUT):
                sums.out += 1
            case Passage(_, Direction.TURNED_BACK):
                sums.turned_back += 1
            case Passage(_, Direction.IMPLAUSIBLE):
                sums.glitch += 1
        if isinstance(event, Passage) and uncertain(event):
            sums.ambiguous += 1
        self._began = now if self._began is None else self._began
        self._last = now
        self._unheld_since = now if self._unheld_since is None else self._unheld_since

    def due(self, now: int) -> Due | None:
        """What is to be done now."""
        if self._began is None:
            return Due.HEARTBEAT if now - self._quiet_since >= self._settings.heartbeat_s * 1000 else None
        if now - self._began >= self._settings.row_s * 1000 or now - self._last >= self._settings.flush_s * 1000:
            return Due.CLOSE
        if self._unheld_since is not None and now - self._unheld_since >= self._settings.hold_s * 1000:
            return Due.HOLD
        return None

    def body(self, flags: tuple[str, ...]) -> Count:
        """The counts so far; totals are the ledger's to fill in. ``flags`` are the faults that stand."""
        sums = self._sums
        return Count(
            into=sums.into, out=sums.out, turned_back=sums.turned_back, ambiguous=sums.ambiguous, glitch=sums.glitch,
            flags=flags,
        )  # fmt: skip

    @property
    def empty(self) -> bool:
        """Whether nothing happened yet."""
        return self._began is None

    @property
    def began(self) -> int:
        """When the interval began; while it is empty, when the last one ended."""
        return self._quiet_since if self._began is None else self._began

    @property
    def safe(self) -> bool:
        """Whether all counts so far are on disk."""
        return self._unheld_since is None

    def held(self) -> None:
        """All counts so far are on disk."""
        self._unheld_since = None

    def closed(self, now: int) -> None:
        """A row was written; the next interval begins."""
        self._sums = _Sums()
        self._began = self._unheld_since = None
        self._quiet_since = now


def uncertain(passage: Passage) -> bool:
    """Whether a passage is one for the ``ambiguous`` sum: counted as the likelier reading, or not decided at all."""
    return Direction.AMBIGUOUS is passage.direction or passage.confidence is Confidence.AMBIGUOUS
