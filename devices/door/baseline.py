"""How far away the empty door is, for one zone of a distance sensor: learnt when nobody is there, and only then. Pure.

Theory of operation. Without a configured distance nothing is known until the readings have stood still for
``stable_ms``; somebody who stands still may be mistaken for the floor then, but nothing is *further* away than the
empty door, so for the first ``young_ms`` a longer distance that stands still replaces what was learnt. From then on
the distance follows slowly: readings are gathered in pieces of ``piece_ms``, and the median of the last ``pieces``
medians is the door's distance. Only pieces count all of whose readings came ``clear_ms`` and more after the last
person. The door is never calibrated while somebody is in it, nor towards a thing left in it.

A distance that differs by more than ``shift_ratio`` for ``shift_ms`` is a *shift*: furniture, a moved sensor or
tampering. It is said until the door looks as before. Where the zone counts as clear all the same (the new distance is
further, or just a little nearer), the counter goes on from the new distance, so that it is not blind until somebody
comes to look.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Final


@dataclass(frozen=True)
class BaselineRules:
    """The numbers of a baseline; times in ms, ratios of the distance. Only ``clear_ms``, ``shift_ratio`` and
    ``shift_ms`` are from the counting rules; the rest was chosen for readings every 20 to 100 ms."""

    stable_ms: int = 2_000  # readings that stand still this long …
    stable_ratio: float = 0.06  # … within this band are an idle door
    stable_readings: int = 8  # … if there are at least as many
    young_ms: int = 600_000
    clear_ms: int = 30_000
    piece_ms: int = 10_000
    pieces: int = 31
    shift_ratio: float = 0.15
    shift_ms: int = 600_000


RULES: Final = BaselineRules()

#: Readings kept of one piece, at most; a faster sensor's are thinned out.
_MOST: Final = 600


class Baseline:
    """The idle distance of one zone. Feed it valid readings in order of time."""

    def __init__(self, idle_mm: float | None = None, rules: BaselineRules = RULES) -> None:
        self._rules = rules
        self.idle_mm = idle_mm  # mm; None while it is being learnt
        self.shifted = False
        self._learnt_at: int | None = None
        self._still: list[float] = []
        self._still_since = 0
        self._piece: list[float] = []
        self._piece_since: int | None = None
        self._piece_clear = True
        self._medians: deque[float] = deque([idle_mm] if idle_mm else [], maxlen=rules.pieces)
        self._usual_mm = idle_mm  # what a shift is measured from
        self._off_since: int | None = None

    def see(self, t_ms: int, distance_mm: float, clear_for_ms: int) -> None:
        """A reading, and for how long nobody has been in the door (0: somebody is, or it cannot be said)."""
        if self.idle_mm is None or self._young(t_ms):
            self._stand_still(t_ms, distance_mm)
        if self.idle_mm is not None:
            self._gather(t_ms, distance_mm, clear_for_ms)

    # -- learning

    def _young(self, t_ms: int) -> bool:
        return self._learnt_at is not None and t_ms - self._learnt_at < self._rules.young_ms

    def _stand_still(self, t_ms: int, distance_mm: float) -> None:
        rules, still = self._rules, self._still
        near, far = min((*still, distance_mm)), max((*still, distance_mm))
        if not still or far - near > rules.stable_ratio * near:
            self._still, self._still_since = [distance_mm], t_ms
            return
        still.append(distance_mm)
        if t_ms - self._still_since < rules.stable_ms or len(still) < rules.stable_readings:
            del still[:-_MOST]
            return
        found = median(still)
        self._still = []
        if self.idle_mm is None or found > self.idle_mm * (1 + rules.shift_ratio):
            self._learnt_at = t_ms if self._learnt_at is None else self._learnt_at
            self._begin_from(found)
            self._usual_mm = found

    def _begin_from(self, distance_mm: float) -> None:
        self.idle_mm = distance_mm
        self._medians.clear()
        self._medians.append(distance_mm)

    # -- following

    def _gather(self, t_ms: int, distance_mm: float, clear_for_ms: int) -> None:
        if self._piece_since is None or t_ms - self._piece_since >= self._rules.piece_ms:
            if self._piece:
                self._judge(t_ms, median(self._piece))
            self._piece, self._piece_since, self._piece_clear = [], t_ms, True
        if len(self._piece) < _MOST:
            self._piece.append(distance_mm)
        self._piece_clear &= clear_for_ms >= self._rules.clear_ms

    def _judge(self, t_ms: int, distance_mm: float) -> None:
        """A piece that ended at ``t_ms`` has this median."""
        assert self.idle_mm is not None
        if self._off(distance_mm, self._usual_mm):
            self._off_since = self._piece_since if self._off_since is None else self._off_since
            long = self._off_since is not None and t_ms - self._off_since >= self._rules.shift_ms
            self.shifted |= long
            if long and self._piece_clear and self._off(distance_mm, self.idle_mm):
                self._begin_from(distance_mm)
        else:
            self._off_since, self.shifted = None, False
            if self._off(distance_mm, self.idle_mm):  # the door looks as it did before it was shifted
                self._begin_from(distance_mm)
        if self._piece_clear and not self._off(distance_mm, self.idle_mm):
            self._medians.append(distance_mm)
            self.idle_mm = median(self._medians)
            if not self.shifted:
                self._usual_mm = self.idle_mm

    def _off(self, distance_mm: float, from_mm: float | None) -> bool:
        return from_mm is not None and abs(distance_mm - from_mm) > self._rules.shift_ratio * from_mm
