"""Running totals of a counter that is not ours (a gate, a Modbus counter): from readings to people. Pure.

Such a counter only ever says how many it has counted since some day, so a lost reading costs nothing but timing. Three
things go wrong in the field: it wraps at its highest number, it begins again at 0, and now and then one reading is
nonsense (most often 0). All three look like a drop; which it was, the *next* reading tells. So whatever does not
continue the course is held for one reading, and then judged:

| held reading                                      | next reading               | verdict                             |
|---------------------------------------------------|----------------------------|-------------------------------------|
| lower                                             | on the old course          | glitch: as if never read            |
| lower, and the wrap is possible in the time       | anything else              | roll-over: the rise across the wrap |
| lower                                             | lower than before the drop | reset: the new reading, and a fault |
| higher than people can have walked in the time    | lower than that            | glitch                              |
| higher than people can have walked in the time    | goes on from there         | capped: what is possible, a fault   |

The old course may come back even after a reset was believed (a counter that says 0 three times while it starts): a rise
that is impossible after the reset and possible before it continues from before, and only the difference is counted.

The first reading ever is where the counting starts and counts nobody. A lost sensor, or a door's service that was off,
changes nothing: the counter went on.
The rate is a bucket: ``per_second`` people, and bursts of what fits into ``burst_ms``, so that a counter that reports
each person at once is not taken for broken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from devices.door.events import Event, FaultKind, Tally
from devices.door.faults import Standing
from devices.door.readings import Total
from devices.door.totals_file import read_totals

if TYPE_CHECKING:
    from devices.link.clock import Moment
    from devices.link.ledger import Source

#: The old course may come back within this many readings after a reset.
_WAVERS: Final = 3
#: A last reading whose age nobody knows is as old as this.
_LONG_AGO_MS: Final = 7 * 86_400_000

__all__ = ["TOTAL_RULES", "TotalRules", "Totals", "read_totals"]


@dataclass(frozen=True)
class TotalRules:
    """The machine's numbers. ``highest`` is the counter's highest number before it wraps to 0; ``None``: not known, and
    then a drop is never taken for a roll-over."""

    highest: int | None = None
    per_second: float = 4.0  # people who fit through the door
    burst_ms: int = 5_000  # … and this long at once
    calm_ms: int = 60_000  # a fault of one reading stands this long, so that the row of that minute carries it


TOTAL_RULES: Final = TotalRules()


@dataclass(frozen=True)
class _Step:
    """People between two times, and what was wrong."""

    since_ms: int
    t_ms: int
    people: int
    fault: FaultKind | None = None


@dataclass(frozen=True)
class _Point:
    """A reading that was believed, and how many people may come at once from there."""

    t_ms: int
    value: int
    burst: float


class _Course:
    """One running total."""

    def __init__(self, rules: TotalRules) -> None:
        self._rules = rules
        self._good: _Point | None = None
        self._held: tuple[int, int] | None = None  # (t_ms, value)
        self._before: _Point | None = None  # the last reading before a reset
        self._since_reset = 0  # people, and …
        self._after = 0  # … readings since then

    @property
    def value(self) -> int | None:
        """The last reading that was believed."""
        return None if self._good is None else self._good.value

    def feed(self, t_ms: int, value: int) -> list[_Step]:
        if value < 0 or (self._rules.highest is not None and value > self._rules.highest):
            return [_Step(t_ms, t_ms, 0, FaultKind.TOTAL_GLITCH)]
        if self._good is None:
            self._good = _Point(t_ms, value, self._full)
            return []
        steps: list[_Step] = []
        if self._held is not None:
            if self._returns(t_ms, value):
                steps.append(_Step(self._held[0], self._held[0], 0, FaultKind.TOTAL_GLITCH))
                self._held = None
            else:
                steps += self.settle()
        return steps + self._follow(t_ms, value)

    def settle(self) -> list[_Step]:
        """Judge the held reading by itself: nothing speaks against it (any more)."""
        if self._held is None or self._good is None:
            return []
        (t_ms, value), self._held = self._held, None
        most = int(self._most(self._good, t_ms))
        if (across := self._across(self._good, t_ms, value)) is not None:
            return [self._accept(t_ms, value, across)]
        if value >= self._good.value:
            steps = [self._accept(t_ms, value, most)]
            return [*steps, _Step(t_ms, t_ms, 0, FaultKind.TOTAL_CAPPED)]
        before = self._good
        steps = [self._accept(t_ms, value, min(value, most))]
        self._before, self._since_reset, self._after = before, steps[0].people, 0
        steps.append(_Step(t_ms, t_ms, 0, FaultKind.TOTAL_RESET))
        return steps if value <= most else [*steps, _Step(t_ms, t_ms, 0, FaultKind.TOTAL_CAPPED)]

    # -- inside

    @property
    def _full(self) -> float:
        return self._rules.per_second * self._rules.burst_ms / 1000

    def _most(self, point: _Point, t_ms: int) -> float:
        """How many people may have come from ``point`` to ``t_ms``."""
        walked = self._rules.per_second * max(0, t_ms - point.t_ms) / 1000
        return min(max(self._full, walked), point.burst + walked)

    def _across(self, point: _Point, t_ms: int, value: int) -> int | None:
        """The rise from ``point`` to a lower ``value`` across the wrap; ``None`` where that makes no sense.

        After a silence so long that any drop could be a wrap, only the shorter way round is believed: a gate that was
        off with us for a week, and began again at 0, has not been all the way round.
        """
        highest = self._rules.highest
        if highest is None or value >= point.value:
            return None
        most = self._most(point, t_ms)
        across = value + highest + 1 - point.value
        return across if across <= (most if most < highest else (highest + 1) / 2) else None

    def _returns(self, t_ms: int, value: int) -> bool:
        """Whether ``value`` is on the old course, so that the held reading was a glitch."""
        assert self._good is not None
        assert self._held is not None
        old, (at, held) = self._good.value, self._held
        if held > old:
            return value < held and self._across(_Point(at, held, self._full), t_ms, value) is None
        wraps = self._across(self._good, at, held) is not None
        return value >= old and (not wraps or value - old <= self._most(self._good, t_ms))

    def _follow(self, t_ms: int, value: int) -> list[_Step]:
        assert self._good is not None
        rise = value - self._good.value
        if 0 <= rise <= self._most(self._good, t_ms):
            return [self._accept(t_ms, value, rise)]
        before = self._before
        if before is not None and self._after <= _WAVERS and 0 <= value - before.value <= self._most(before, t_ms):
            self._before = None
            missing = max(0, value - before.value - self._since_reset)
            return [self._accept(t_ms, value, missing), _Step(t_ms, t_ms, 0, FaultKind.TOTAL_GLITCH)]
        self._held = (t_ms, value)
        return []

    def _accept(self, t_ms: int, value: int, people: int) -> _Step:
        assert self._good is not None
        since, left = self._good.t_ms, self._most(self._good, t_ms) - people
        self._good = _Point(t_ms, value, min(self._full, max(0.0, left)))
        self._since_reset += people
        self._after += 1
        return _Step(since, t_ms, people)


def before(source: Source, boot: str, now: Moment) -> Total:
    """A row's totals as a reading on the boot clock of ``boot``, where its time may lie before that boot's start.

    Of another boot only UTC tells how long ago that was. Where it does not, it is :data:`_LONG_AGO_MS`: too long
    rather than too short, because people who came meanwhile must not be taken for too many.
    """
    ago = _LONG_AGO_MS
    if source.boot == boot:
        ago = now.bt - source.bt
    elif source.t is not None and now.utc is not None and now.utc >= source.t:
        ago = now.utc - source.t
    return Total(now.bt - ago, source.values[0], source.values[1] if len(source.values) > 1 else None)


class Totals:
    """The machine: a :class:`devices.door.counting.Machine` for :class:`~devices.door.readings.Total`.

    ``swapped`` says that the counter's *in* is our *out*. ``start`` is a reading from before, to go on from; its time
    is on the same clock.
    """

    def __init__(self, rules: TotalRules = TOTAL_RULES, *, swapped: bool = False, start: Total | None = None) -> None:
        self.rules = rules
        self._swapped = swapped
        self._in, self._out = _Course(rules), _Course(rules)
        self._standing = Standing()
        self._last = 0
        if start is not None:
            self._last = start.t_ms
            self.feed(start)

    def feed(self, reading: Total) -> list[Event]:
        """Take one reading; return what is certain by now. A reading older than the last is left out."""
        if reading.t_ms < self._last:
            return []
        said = self.advance(reading.t_ms)
        steps = [("in", step) for step in self._in.feed(reading.t_ms, reading.into)]
        if reading.out is not None:
            steps += [("out", step) for step in self._out.feed(reading.t_ms, reading.out)]
        return said + self._say(steps)

    def advance(self, t_ms: int) -> list[Event]:
        """Time is ``t_ms``."""
        self._last = max(self._last, t_ms)
        return [*self._standing.advance(t_ms)]

    def finish(self, t_ms: int) -> list[Event]:
        """The recording ends: a reading still held is judged without the one that never came."""
        said = self.advance(t_ms)
        said += self._say([("in", s) for s in self._in.settle()] + [("out", s) for s in self._out.settle()])
        return said + self.advance(t_ms + self.rules.calm_ms)

    def freeze(self, t_ms: int) -> list[Event]:
        """The counter cannot be read. It goes on counting, so nothing is given up."""
        return self.advance(t_ms)

    @property
    def wake_at(self) -> int | None:
        """When a fault will be over."""
        return self._standing.wake_at

    @property
    def faults(self) -> tuple[FaultKind, ...]:
        """Faults that stand now."""
        return self._standing.kinds

    @property
    def source(self) -> tuple[int, ...]:
        """The counter's own totals as last believed, (in,) or (in, out), for a row's ``n_src``; empty before the
        first reading."""
        values = (self._in.value, self._out.value)
        return tuple(value for value in values if value is not None)

    def _say(self, steps: list[tuple[str, _Step]]) -> list[Event]:
        people: dict[tuple[int, int], dict[str, int]] = {}
        for way, step in steps:
            if step.people:
                sums = people.setdefault((step.t_ms, step.since_ms), {"in": 0, "out": 0})
                sums[way] += step.people
        said: list[Event] = []
        for (t_ms, since), sums in sorted(people.items()):
            into, out = (sums["out"], sums["in"]) if self._swapped else (sums["in"], sums["out"])
            said.append(Tally(since, t_ms, into, out))
        for _, step in steps:
            if step.fault is not None:
                said += self._standing.begin(step.fault, step.t_ms, until=self._last + self.rules.calm_ms)
        return said
