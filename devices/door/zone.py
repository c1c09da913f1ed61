"""One zone of a distance sensor: is somebody in it, is nobody in it, or is that not known? Pure.

Somebody is in the zone when the distance falls below ``enter`` of the empty door's, and until it rises above ``leave``
of it. The distance is the median of the last three readings, so that one wild reading is nobody. A reading that is not
valid, or the silence of the sensor, changes nothing: it makes the zone unknown. So does a thing nearer than
``leaf_mm``, which is the door's own leaf and hides the zone.
"""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Final

from devices.door.baseline import RULES as BASELINE_RULES
from devices.door.baseline import Baseline, BaselineRules
from devices.door.edges import Beam
from devices.door.events import FaultKind
from devices.door.readings import Distance


@dataclass(frozen=True)
class ZoneRules:
    """The numbers of two zones: ratios of the empty door's distance, mm, and ms."""

    enter: float = 0.80
    leave: float = 0.88
    leaf_mm: int = 0  # anything nearer is the door leaf; 0: there is none
    silent_ms: int = 500  # without a reading this long, a zone is not known any more
    sure_ms: int = 250  # an edge that fell into a longer gap lowers the passage's confidence
    unreadable_ms: int = 5_000  # not known this long is a fault, and an open passage is given up
    leaf_parked_ms: int = 60_000  # the leaf before the sensor this long is a fault
    readings: int = 3_000  # of so many readings …
    failing: float = 0.01  # … more than this share failing is a fault
    baseline: BaselineRules = BASELINE_RULES


RULES: Final = ZoneRules()


class Why(enum.Enum):
    """Why a zone is not known."""

    SILENT = "silent"
    INVALID = "invalid"
    LEARNING = "learning"
    LEAF = "leaf"


class Zone:
    """What is known of one zone. ``told`` is what the counting machine was last told of it."""

    def __init__(self, beam: Beam, idle_mm: float | None, rules: ZoneRules) -> None:
        self.beam = beam
        self.baseline = Baseline(idle_mm, rules.baseline)
        self._rules = rules
        self.restart(None)

    def restart(self, t_ms: int | None) -> None:
        """Nothing is known of the zone from ``t_ms`` on, but what the empty door looks like."""
        self.present = self.told = False
        self.known_at: int | None = None  # when it was last known
        self.heard_at: int | None = None  # when it was last heard of
        self.unknown_since: int | None = t_ms
        self.why = Why.SILENT
        self.fault: FaultKind | None = None  # it has been unknown for so long that this was said
        self._window: deque[float] = deque(maxlen=3)
        self._read_at = 0  # when the newest in it was measured

    @property
    def known(self) -> bool:
        return self.unknown_since is None

    def lose(self, t_ms: int, why: Why) -> None:
        """From ``t_ms`` on it is not known."""
        self.why = why
        if self.unknown_since is None:
            self.unknown_since = t_ms

    def read(self, reading: Distance, clear_for_ms: int) -> bool:
        """Take a reading; whether it says anything, :attr:`present` then."""
        t_ms = self.heard_at = reading.t_ms
        if not reading.valid:
            self.lose(t_ms, Why.INVALID)
            return False
        if reading.distance_mm < self._rules.leaf_mm:
            self.lose(t_ms, Why.LEAF)
            return False
        if t_ms - self._read_at > self._rules.sure_ms:
            self._window.clear()  # what was seen before the gap says nothing of now
        self._read_at = t_ms
        self._window.append(reading.distance_mm)
        distance_mm = median(self._window) if len(self._window) == 3 else float(reading.distance_mm)
        self.baseline.see(t_ms, distance_mm, clear_for_ms)
        idle_mm = self.baseline.idle_mm
        if idle_mm is None:
            self.lose(t_ms, Why.LEARNING)
            return False
        self.present = distance_mm < idle_mm * (self._rules.leave if self.present else self._rules.enter)
        return True

    @property
    def due(self) -> int | None:
        """When the zone becomes unknown by silence, or has been so for so long that it is a fault."""
        if self.unknown_since is None:
            return None if self.heard_at is None else self.heard_at + self._rules.silent_ms
        if self.fault is not None:
            return None
        parked = self.why is Why.LEAF
        return self.unknown_since + (self._rules.leaf_parked_ms if parked else self._rules.unreadable_ms)
