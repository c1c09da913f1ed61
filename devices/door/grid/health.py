"""What is wrong with a grid sensor: unreadable, blocked, moved. Pure."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np

from devices.door.events import Fault, FaultKind
from devices.door.faults import Standing
from devices.door.grid.rules import GridRules, Unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: So many failures before any share is a fault: one hiccup in the first second is no broken wire.
_LEAST_BAD: Final = 3
#: An empty door looks different when a quarter of the cells changed by 15 % of the distance, or by 2 °C among them.
_CHANGED_SHARE: Final = 0.25
_CHANGED_PART: Final = 0.15
_CHANGED_C: Final = 2.0
_COMPARE_EVERY_MS: Final = 5_000
_SETTLED_MS: Final = 30_000
_FORGIVE_MS: Final = 3_600_000


class Health:
    """Looks at frames as they come and begins and ends faults."""

    def __init__(self, rules: GridRules, standing: Standing) -> None:
        self._rules = rules
        self._standing = standing
        self._failed: deque[bool] = deque(maxlen=rules.window)
        self._bad = 0
        self._unknown_since: int | None = None
        self._free_since: int | None = None
        self._reference: NDArray[np.float32] | None = None
        self._calm_ms = 0
        self._compared_ms: int | None = None
        self._changed_since: int | None = None

    def note(self, t_ms: int, *, read: bool, known: bool) -> list[Fault]:
        """A frame was asked for: whether it could be ``read``, and whether the sensor ``known`` anything."""
        if len(self._failed) == self._failed.maxlen:
            self._bad -= self._failed[0]
        self._failed.append(not read)
        self._bad += not read
        said: list[Fault] = []
        if self._bad >= _LEAST_BAD and self._bad > self._rules.bad_share * len(self._failed):
            said += self._standing.begin(FaultKind.BUS_ERRORS, t_ms)
        elif self._bad <= self._rules.bad_share * len(self._failed):
            said += self._standing.end(FaultKind.BUS_ERRORS, t_ms)
        if known:
            self._unknown_since = None
            return said + self._standing.end(FaultKind.UNREADABLE, t_ms)
        if self._unknown_since is None:
            self._unknown_since = t_ms
        if t_ms - self._unknown_since >= self._rules.unreadable_ms:
            said += self._standing.begin(FaultKind.UNREADABLE, t_ms)
        return said

    def occupied(self, t_ms: int, for_ms: int) -> list[Fault]:
        """Somebody, or something, has been in view ``for_ms``."""
        if for_ms >= self._rules.blocked_ms:
            self._free_since = None
            return self._standing.begin(FaultKind.BLOCKED, t_ms)
        if self._free_since is None:
            self._free_since = t_ms
        return self._standing.end(FaultKind.BLOCKED, t_ms) if t_ms - self._free_since >= self._rules.rearm_ms else []

    def compare(self, t_ms: int, level: NDArray[np.float32] | None, unit: Unit, *, calm: bool) -> list[Fault]:
        """The background, every few seconds, against what it was when the door was last known to be well."""
        if self._compared_ms is not None and t_ms - self._compared_ms < _COMPARE_EVERY_MS:
            return []
        passed = 0 if self._compared_ms is None else min(t_ms - self._compared_ms, 2 * _COMPARE_EVERY_MS)
        self._compared_ms = t_ms
        self._calm_ms = self._calm_ms + passed if calm else 0
        if level is None:
            return []
        if self._reference is None:
            if self._calm_ms >= _SETTLED_MS:
                self._reference = level.copy()
            return []
        if not self._differs(level, unit):
            self._changed_since = None
            self._reference += (level - self._reference) * np.float32(min(1.0, passed / _FORGIVE_MS))
            return self._standing.end(FaultKind.BASELINE_SHIFT, t_ms)
        if self._changed_since is None:
            self._changed_since = t_ms
        stood = t_ms - self._changed_since
        if stood >= self._rules.shift_ms + _FORGIVE_MS:  # it has been reported long enough: this is the door now
            self._reference, self._changed_since = level.copy(), None
            return self._standing.end(FaultKind.BASELINE_SHIFT, t_ms)
        return self._standing.begin(FaultKind.BASELINE_SHIFT, t_ms) if stood >= self._rules.shift_ms else []

    def _differs(self, level: NDArray[np.float32], unit: Unit) -> bool:
        assert self._reference is not None
        if level.shape != self._reference.shape:
            return True
        off = level - self._reference
        off = off[np.isfinite(off)]
        if not off.size:
            return False
        if unit is Unit.C:
            limit, off = _CHANGED_C, off - np.median(off)  # the whole room may warm up
        else:
            limit = _CHANGED_PART * float(np.nanmedian(np.abs(self._reference)))
        return float(np.mean(np.abs(off) > limit)) >= _CHANGED_SHARE
