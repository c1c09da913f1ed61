"""A grid of distances or temperatures, and who went through: the counting machine.

Theory of operation. A frame becomes *signal* (larger where somebody is), the signal *rises* above a background that
is learnt all the time, the rise has *hills*, the hills of one frame after another are *walkers*, and a walker who
has been on one side of the middle and then is well on the other has crossed. That moment is the passage: a walker who
lingers, turns and goes back on the far side of the view has crossed twice, who turns in the middle has not.

A frame that cannot be read is not an empty door: nothing is learnt from it, nobody ends with it, and walkers are
expected further on in the next frame. When nothing can be read for a second, those in view are given up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from devices.door.events import Confidence, Direction, Event, FaultKind, Glitch, Passage
from devices.door.faults import Standing
from devices.door.grid.background import Background
from devices.door.grid.blobs import find, gain, smooth
from devices.door.grid.health import Health
from devices.door.grid.rules import CONTRASTS, GRID_RULES, Axis, Contrast, GridRules, Unit
from devices.door.grid.signal import Signal, guess_unit
from devices.door.grid.tracks import Tracker, Walker, turned
from devices.door.readings import Frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SECOND: Final = 1_000
#: Cells of an 8×8 grid beyond the middle: to be on a side when first seen, when seen again, and when seen last.
_SURE_SIDE: Final = 0.4
_LIKELY_SIDE: Final = 0.8
_LEFT_SIDE: Final = 0.6
#: So near to an end of the view people are expected to appear.
_ENTRANCE: Final = 1.2
#: A walker found in so few frames is fast.
_FEW: Final = 4
#: Who comes out of another's blob is a person if he has this share of the other, who crossed within this time.
_LIKE: Final = 0.6
_LATELY_MS: Final = 1_500
#: Coarser than this (in 8×8 grids), one cell may be a whole person.
_FINE_ENOUGH: Final = 0.9


@dataclass(eq=False)
class _View:
    """All that depends on what the sensor measures and on how many cells it has."""

    shape: tuple[int, ...]
    signal: Signal
    contrast: Contrast
    background: Background
    tracker: Tracker
    gain: NDArray[np.float32]
    length: int  # cells along the way in

    def side(self, along: float, margin: float) -> int:
        """-1 outside, +1 inside, 0 within ``margin`` of the middle."""
        off = along - (self.length - 1) / 2
        return 0 if abs(off) < margin * self.tracker.scale else (1 if off > 0 else -1)


class GridMachine:
    """The machine: feed it frames in order of time, tell it the time, take what it says.

    ``axis``: people walk along the rows or the columns; row 0 or column 0 is outside, or inside with ``reverse``.
    ``unit`` is seen from the first frame when not given. ``cold``: people are colder than what is behind them.
    """

    def __init__(
        self,
        axis: Axis = Axis.ROWS,
        unit: Unit | None = None,
        *,
        reverse: bool = False,
        cold: bool = False,
        rules: GridRules = GRID_RULES,
    ) -> None:
        self.rules = rules
        self._rows = axis is Axis.ROWS
        self._unit = unit
        self._reverse = reverse
        self._cold = cold
        self._standing = Standing()
        self._health = Health(rules, self._standing)
        self._counted: deque[int] = deque()
        self._view: _View | None = None
        self._read_ms: int | None = None

    # -- events in

    def prime(self, frames: Sequence[Frame]) -> None:
        """Learn the empty door from frames that are at hand already, as in a recording; counts nothing."""
        cells = [frame.cells for frame in frames if frame.cells is not None]
        if not cells:
            return
        self._view = view = self._begin(cells[0], np.stack([one for one in cells if one.shape == cells[0].shape]))
        signals = np.stack([view.signal.of(one) for one in cells if one.shape == view.shape])
        if np.isfinite(signals).any():
            view.background.prime(signals)

    def feed(self, frame: Frame) -> list[Event]:
        """Take one frame; return what is certain by now."""
        t_ms, cells = frame.t_ms, frame.cells
        said = self._time(t_ms)
        seen = None if cells is None else self._read(cells)
        said += self._health.note(t_ms, read=cells is not None, known=seen is not None)
        if seen is not None:
            self._read_ms = t_ms
            said += self._follow(t_ms, *seen)
        return said

    def advance(self, t_ms: int) -> list[Event]:
        """Time is ``t_ms`` on the sensor's clock, and no frame came before that."""
        return self._time(t_ms)

    def finish(self, t_ms: int) -> list[Event]:
        """The recording ends at ``t_ms``; judge what had ended by then."""
        said: list[Event] = [*self._standing.advance(t_ms)]
        if self._view is not None:
            for walker in self.walkers:
                said += self._gone(self._view, walker, t_ms)
            self._view.tracker.walkers = []
        return said

    def freeze(self, t_ms: int) -> list[Event]:
        """The sensor cannot be read: judge what had ended, give up who is in view, begin again."""
        said: list[Event] = [*self._standing.advance(t_ms)]
        if any(walker.found >= 3 and not walker.counted for walker in self.walkers):
            said.append(Glitch(t_ms))
        if self._view is not None:
            self._view.tracker.walkers = []
        self._read_ms = None
        return said + self._standing.end(FaultKind.BLOCKED, t_ms)

    @property
    def wake_at(self) -> int | None:
        """The sensor's ms at which :meth:`advance` has something to say; ``None`` while nothing is pending."""
        blind = None if self._read_ms is None or not self.walkers else self._read_ms + self.rules.blind_ms
        return min((t for t in (blind, self._standing.wake_at) if t is not None), default=None)

    @property
    def faults(self) -> tuple[FaultKind, ...]:
        """Faults that stand now."""
        return self._standing.kinds

    @property
    def walkers(self) -> list[Walker]:
        """Who is in view now."""
        return [] if self._view is None else self._view.tracker.walkers

    # -- one frame

    def _begin(self, one: NDArray[np.float32], some: NDArray[np.float32]) -> _View:
        """The sensor's first words: what it measures, and how many cells it has."""
        unit = self._unit or guess_unit(some)
        signal = Signal(unit, self._cold)
        rows, columns = signal.of(one).shape
        length, width = (rows, columns) if self._rows else (columns, rows)
        background = Background(self.rules, CONTRASTS[unit], common=unit is Unit.C)
        tracker = Tracker(self.rules, length, width)
        return _View(
            one.shape, signal, CONTRASTS[unit], background, tracker, gain((rows, columns), self.rules.blur), length
        )

    def _read(self, cells: NDArray[np.float32]) -> tuple[_View, NDArray[np.float32]] | None:
        """The frame's signal and how to see it, or ``None`` if the sensor knows nothing."""
        view = self._view
        if view is None or cells.shape != view.shape:
            if not (np.isfinite(cells) & (cells != 0)).any():
                return None
            self._view = view = self._begin(cells, cells)
        signal = view.signal.of(cells)
        return (view, signal) if np.isfinite(signal).any() else None

    def _follow(self, t_ms: int, view: _View, signal: NDArray[np.float32]) -> list[Event]:
        rules, contrast, noise = self.rules, view.contrast, view.background.noise
        rise = smooth(view.background.rise(t_ms, signal), rules.blur)
        foot = max(contrast.foot, rules.foot_sigmas * noise * float(view.gain.min()))
        peak = np.maximum(contrast.peak, rules.peak_sigmas * noise * view.gain)
        blobs = find(rise, peak=peak, foot=foot, saddle=rules.saddle)
        view.background.learn(t_ms, signal, rise > foot)
        spots = [turned(blob, rows=self._rows, size=view.length, reverse=self._reverse) for blob in blobs]
        left = view.tracker.step(t_ms, spots)
        said: list[Event] = []
        for walker in self.walkers:
            if walker.moved:
                said += self._moved(view, walker, t_ms)
        for walker in left:
            said += self._gone(view, walker, walker.seen_ms)
        oldest = min((walker.born_ms for walker in self.walkers if walker.found >= 3), default=t_ms)
        said += self._health.occupied(t_ms, t_ms - oldest)
        return said + self._health.compare(t_ms, view.background.level, view.signal.unit, calm=not blobs)

    def _time(self, t_ms: int) -> list[Event]:
        said: list[Event] = [*self._standing.advance(t_ms)]
        if self._read_ms is not None and t_ms - self._read_ms > self.rules.blind_ms:
            said += self.freeze(t_ms)
        return said

    # -- the middle

    def _moved(self, view: _View, walker: Walker, t_ms: int) -> list[Event]:
        rules = self.rules
        if walker.found == 1:
            walker.side = walker.from_side = view.side(walker.along, _SURE_SIDE)
        if walker.hidden is not None and walker.found >= 3:
            self._inherit(walker, t_ms)
        if walker.side == 0:
            walker.side = view.side(walker.along, _LIKELY_SIDE)
        side = view.side(walker.along, rules.margin)
        if side in (0, walker.side) or walker.found < 2 or not self._somebody(view, walker):
            return []
        if walker.high - walker.low < rules.least * view.tracker.scale:
            return []  # a draught or a leaf of the door that lights up amid the view does not walk
        walker.from_side, walker.side, walker.crossed_ms = walker.side, side, t_ms
        walker.counted += 1
        if walker.split:
            return self._count(t_ms, side, Confidence.AMBIGUOUS)
        return self._count(t_ms, side, Confidence.FAST if walker.found <= _FEW else Confidence.SURE)

    def _somebody(self, view: _View, walker: Walker) -> bool:
        """Whether he ever looked like a person, and not like noise."""
        scale = view.tracker.scale
        thick = view.contrast.thick if scale >= _FINE_ENOUGH else 0
        if abs(walker.first - (view.length - 1) / 2) > (view.length - 1) / 2 - _ENTRANCE * scale:
            thick -= 1  # who walks along the rim of the view is seen in part, but is seen to come
        return walker.clear >= self.rules.clear and walker.thick >= thick

    @staticmethod
    def _inherit(walker: Walker, t_ms: int) -> None:
        """He was hidden in somebody else's blob: he came from where that one came from."""
        other, walker.hidden = walker.hidden, None
        if other is None or walker.mass < _LIKE * other.mass:
            return
        crossed = other.crossed_ms is not None and t_ms - other.crossed_ms < _LATELY_MS
        walker.side = other.from_side if crossed else other.side
        walker.low, walker.high = min(walker.low, other.low), max(walker.high, other.high)

    def _gone(self, view: _View, walker: Walker, t_ms: int) -> list[Event]:
        """He left: who was seen on both sides, but never well on the second, is through all the same."""
        if not self._somebody(view, walker):
            return []
        least, side = self.rules.least * view.tracker.scale, view.side(walker.along, _LEFT_SIDE)
        opposite = bool(side and walker.side) and side != walker.side
        if opposite and walker.found >= 2 and abs(walker.along - walker.first) >= least:
            walker.counted += 1
            return self._count(t_ms, side, Confidence.LOW)
        back = abs(walker.along - walker.first) < least <= walker.high - walker.low
        if back and walker.found >= 5 and not walker.counted:
            return [Passage(t_ms, Direction.TURNED_BACK, Confidence.SURE)]
        return []

    def _count(self, t_ms: int, side: int, confidence: Confidence) -> list[Event]:
        while self._counted and self._counted[0] <= t_ms - _SECOND:
            self._counted.popleft()
        if len(self._counted) >= self.rules.per_second:
            until = t_ms + self.rules.calm_ms
            said: list[Event] = [*self._standing.begin(FaultKind.CHATTER, t_ms, until=until)]
            return [*said, Passage(t_ms, Direction.IMPLAUSIBLE, Confidence.LOW)]
        self._counted.append(t_ms)
        return [Passage(t_ms, Direction.IN if side > 0 else Direction.OUT, confidence)]
