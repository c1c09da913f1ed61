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
from typing import TYPE_CHECKING, Final

import numpy as np

from devices.door.events import Confidence, Direction, Event, FaultKind, Glitch, Passage
from devices.door.faults import Standing
from devices.door.grid.background import Background
from devices.door.grid.blobs import find, gain, smooth
from devices.door.grid.health import Health
from devices.door.grid.rules import CONTRASTS, GRID_RULES, Axis, GridRules, Unit
from devices.door.grid.signal import Signal, guess_unit
from devices.door.grid.tracks import Tracker, Walker, turned
from devices.door.readings import Frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SECOND: Final = 1_000


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
        self._signal: Signal | None = None
        self._background: Background | None = None
        self._tracker: Tracker | None = None
        self._shape: tuple[int, ...] = ()
        self._read_ms: int | None = None

    # -- events in

    def prime(self, frames: Sequence[Frame]) -> None:
        """Learn the empty door from frames that are at hand already, as in a recording; counts nothing."""
        cells = [frame.cells for frame in frames if frame.cells is not None]
        if not cells:
            return
        self._begin(np.stack(cells))
        assert self._signal is not None and self._background is not None
        signals = np.stack([self._signal.of(one) for one in cells if one.shape == self._shape])
        if np.isfinite(signals).any():
            self._background.prime(signals)

    def feed(self, frame: Frame) -> list[Event]:
        """Take one frame; return what is certain by now."""
        t_ms, cells = frame.t_ms, frame.cells
        said = self._time(t_ms)
        signal = None if cells is None else self._read(cells)
        said += self._health.note(t_ms, read=cells is not None, known=signal is not None)
        if signal is None:
            return said
        self._read_ms = t_ms
        said += self._follow(t_ms, signal)
        return said

    def advance(self, t_ms: int) -> list[Event]:
        """Time is ``t_ms`` on the sensor's clock, and no frame came before that."""
        return self._time(t_ms)

    def finish(self, t_ms: int) -> list[Event]:
        """The recording ends at ``t_ms``; judge what had ended by then."""
        said: list[Event] = [*self._standing.advance(t_ms)]
        if self._tracker is not None:
            for walker in self._tracker.walkers:
                said += self._gone(walker, t_ms)
            self._tracker.walkers = []
        return said

    def freeze(self, t_ms: int) -> list[Event]:
        """The sensor cannot be read: judge what had ended, give up who is in view, begin again."""
        said: list[Event] = [*self._standing.advance(t_ms)]
        if self._tracker is not None:
            if any(walker.found >= 3 and not walker.counted for walker in self._tracker.walkers):
                said.append(Glitch(t_ms))
            self._tracker.walkers = []
        said += self._standing.end(FaultKind.BLOCKED, t_ms)
        self._read_ms = None
        return said

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
        return [] if self._tracker is None else self._tracker.walkers

    # -- one frame

    def _begin(self, cells: NDArray[np.float32]) -> None:
        """The sensor's first words: what it measures, and how many cells it has."""
        unit = self._unit or guess_unit(cells)
        self._shape = cells.shape[-2:]
        self._signal = Signal(unit, self._cold)
        self._background = Background(self.rules, CONTRASTS[unit], common=unit is Unit.C)
        self._contrast = CONTRASTS[unit]
        rows, columns = self._signal.of(cells.reshape(-1, *self._shape)[0]).shape
        self._length, width = (rows, columns) if self._rows else (columns, rows)
        self._gain = gain((rows, columns), self.rules.blur)
        self._tracker = Tracker(self.rules, self._length, width)

    def _read(self, cells: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """The frame's signal, or ``None`` if the sensor knows next to nothing."""
        if self._signal is None or cells.shape != self._shape:
            if not (np.isfinite(cells) & (cells != 0)).any():
                return None
            self._begin(cells)
        assert self._signal is not None
        signal = self._signal.of(cells)
        return signal if np.isfinite(signal).any() else None

    def _follow(self, t_ms: int, signal: NDArray[np.float32]) -> list[Event]:
        background, tracker, rules = self._background, self._tracker, self.rules
        assert background is not None and tracker is not None
        rise = smooth(background.rise(t_ms, signal), rules.blur)
        foot = max(self._contrast.foot, rules.foot_sigmas * background.noise * float(self._gain.min()))
        peak = np.maximum(self._contrast.peak, rules.peak_sigmas * background.noise * self._gain)
        blobs = find(rise, peak=peak, foot=foot, saddle=rules.saddle)
        background.learn(t_ms, signal, rise > foot)
        spots = [turned(blob, rows=self._rows, size=self._length, reverse=self._reverse) for blob in blobs]
        left = tracker.step(t_ms, spots)
        said: list[Event] = []
        for walker in tracker.walkers:
            if walker.moved:
                said += self._moved(walker, t_ms)
        for walker in left:
            said += self._gone(walker, walker.seen_ms)
        oldest = min((walker.born_ms for walker in tracker.walkers if walker.found >= 3), default=t_ms)
        said += self._health.occupied(t_ms, t_ms - oldest)
        said += self._health.compare(t_ms, background.level, self._signal, calm=not blobs)
        return said

    def _time(self, t_ms: int) -> list[Event]:
        said: list[Event] = [*self._standing.advance(t_ms)]
        if self._read_ms is not None and t_ms - self._read_ms > self.rules.blind_ms:
            said += self.freeze(t_ms)
        return said

    # -- the middle

    def _side(self, along: float, margin: float) -> int:
        assert self._tracker is not None
        off = along - (self._length - 1) / 2
        return 0 if abs(off) < margin * self._tracker.scale else (1 if off > 0 else -1)

    def _moved(self, walker: Walker, t_ms: int) -> list[Event]:
        if walker.found == 1:
            walker.side = walker.from_side = self._side(walker.along, 0.4)
        if walker.hidden is not None and walker.found >= 3:
            self._inherit(walker, t_ms)
        side = self._side(walker.along, self.rules.margin)
        if walker.side == 0:
            walker.side = self._side(walker.along, 0.8)
        if side in (0, walker.side) or walker.found < 2 or not self._somebody(walker):
            return []
        walker.from_side, walker.side, walker.crossed_ms = walker.side, side, t_ms
        walker.counted += 1
        sure = Confidence.AMBIGUOUS if walker.hidden is not None else Confidence.SURE
        return self._count(t_ms, side, Confidence.FAST if walker.found <= 3 else sure)

    def _somebody(self, walker: Walker) -> bool:
        """Whether he ever looked like a person, and not like noise."""
        assert self._tracker is not None
        scale = self._tracker.scale
        return walker.clear >= self.rules.clear and walker.wide >= self.rules.wide * min(1.0, scale * scale)

    def _inherit(self, walker: Walker, t_ms: int) -> None:
        """He was hidden in somebody else's blob: he came from where that one came from."""
        other, walker.hidden = walker.hidden, None
        assert other is not None
        if walker.mass < 0.4 * other.mass:
            return
        crossed = other.crossed_ms is not None and t_ms - other.crossed_ms < 1_500
        walker.side = other.from_side if crossed else other.side

    def _gone(self, walker: Walker, t_ms: int) -> list[Event]:
        """He left: who was seen on both sides, but never well on the second, is through all the same."""
        assert self._tracker is not None
        scale = self._tracker.scale
        side = self._side(walker.along, 0.6)
        if not self._somebody(walker):
            return []
        if walker.found >= 2 and side and walker.side and side != walker.side:
            if abs(walker.along - walker.first) >= self.rules.least * scale:
                walker.counted += 1
                return self._count(t_ms, side, Confidence.LOW)
        if not walker.counted and walker.found >= 5 and walker.high - walker.low >= self.rules.least * scale:
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
