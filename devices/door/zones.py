"""Two zones of a time-of-flight sensor above or beside a door, and who went through.

Zone A is on the outside. A zone somebody is in is a broken beam, so :class:`devices.door.crossing.Crossing` decides;
here edges are made of distances (see :mod:`devices.door.zone`), at the readings' own timestamps.

Theory of operation. The zones are measured in turns, and either may be *unknown* for a while. While one is, the
counting machine stands still: no passage ends, nothing times out, and what the other zone sees is kept. Known again and
changed meanwhile, a zone is taken to have changed in the middle of the gap; the passage is then judged, with low
confidence if the gap was long. An unknown that lasts is a fault, the passage that was open is given up without a count,
and counting begins anew when both zones are known. So an unreadable sensor is never an empty door, and one bad reading
does not cost a visitor.

Unless it is told how far away the empty door is, the machine learns that first, and counts nobody until it has.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Final

from devices.door.crossing import Crossing
from devices.door.edges import Beam, Edge
from devices.door.events import RULES, Event, Fault, FaultKind, Rules
from devices.door.faults import Standing
from devices.door.readings import Distance, ZoneName
from devices.door.zone import RULES as ZONE_RULES
from devices.door.zone import Why, Zone, ZoneRules

#: The zones' names, outside first.
ZONES: Final[tuple[ZoneName, ...]] = ("A", "B")


class Zones:
    """The machine for two zones.

    ``idle_mm`` is how far away the empty door is in each zone, if that is known; ``swapped`` says that the sensor's
    zone A is on the inside.
    """

    def __init__(
        self,
        rules: Rules = RULES,
        zone_rules: ZoneRules = ZONE_RULES,
        *,
        idle_mm: Mapping[ZoneName, float] | None = None,
        swapped: bool = False,
    ) -> None:
        self._rules = zone_rules
        self._crossing = Crossing(rules)
        beams = (Beam.B, Beam.A) if swapped else (Beam.A, Beam.B)
        self._zones = {
            name: Zone(beam, (idle_mm or {}).get(name), zone_rules) for name, beam in zip(ZONES, beams, strict=True)
        }
        self._standing = Standing()
        self._kept: list[Edge] = []  # while a zone is unknown
        self._doubtful = False
        self._begun = False
        self._told_time = 0  # how far the counting machine has come
        self._busy_at = 0
        self._failed: deque[bool] = deque(maxlen=zone_rules.readings)
        self._failures = 0

    # -- readings in

    def feed(self, reading: Distance) -> list[Event]:
        """Take one reading; return what is certain by now."""
        said = self.advance(reading.t_ms)
        said += self._count_failure(reading)
        zone = self._zones[reading.zone]
        if zone.read(reading, self._clear_for(reading.t_ms)):
            said += self._know(zone, reading.t_ms)
        return said + self._watch_baselines(reading.t_ms)

    def advance(self, t_ms: int) -> list[Event]:
        """Time is ``t_ms`` on the sensor's clock, and no reading came before that."""
        said: list[Event] = []
        if not self._begun:
            self._begun, self._busy_at = True, t_ms
            for zone in self._zones.values():
                zone.restart(t_ms)
        while (due := self._next_due()) is not None and due[0] <= t_ms:
            at, zone = due
            said += self._go_on(at)
            if zone.known:
                zone.lose(at, Why.SILENT)
            else:
                said += self._give_up(zone, at)
        return said + self._go_on(t_ms)

    def finish(self, t_ms: int) -> list[Event]:
        """The recording ends at ``t_ms``; judge what had ended by then."""
        said = self.advance(t_ms)
        return said + (self._crossing.freeze(t_ms) if self._held else self._crossing.finish(t_ms))

    def freeze(self, t_ms: int) -> list[Event]:
        """The sensor cannot be read: judge what had ended, give up what is open, begin again; the baseline stays."""
        said = self.advance(t_ms) + self._crossing.freeze(t_ms)
        for kind in (FaultKind.UNREADABLE, FaultKind.BLOCKED):
            said += self._standing.end(kind, t_ms)
        for zone in self._zones.values():
            zone.restart(t_ms)
        self._kept, self._doubtful, self._begun = [], False, False
        return said

    @property
    def wake_at(self) -> int | None:
        """The sensor's ms at which :meth:`advance` has something to say; ``None`` while nothing is pending."""
        due = self._next_due() if self._begun else None
        times = (None if self._held else self._crossing.wake_at, due[0] if due else None)
        return min((t for t in times if t is not None), default=None)

    @property
    def faults(self) -> tuple[FaultKind, ...]:
        """Faults that stand now."""
        return tuple(sorted({*self._standing.kinds, *self._crossing.faults}))

    @property
    def idle_mm(self) -> dict[ZoneName, float | None]:
        """How far away the empty door is, as far as that is known by now."""
        return {name: zone.baseline.idle_mm for name, zone in self._zones.items()}

    # -- known and unknown

    @property
    def _held(self) -> bool:
        return not all(zone.known for zone in self._zones.values())

    @property
    def _given_up(self) -> bool:
        return any(zone.fault is not None for zone in self._zones.values())

    def _next_due(self) -> tuple[int, Zone] | None:
        dues = [(zone.due, zone) for zone in self._zones.values()]
        return min(((at, zone) for at, zone in dues if at is not None), key=lambda due: due[0], default=None)

    def _go_on(self, t_ms: int) -> list[Event]:
        """Let the counting machine come to ``t_ms``, unless it stands still."""
        if self._held:
            return []
        self._told_time = max(self._told_time, t_ms)
        return self._crossing.advance(t_ms)

    def _give_up(self, zone: Zone, t_ms: int) -> list[Event]:
        zone.fault = FaultKind.BLOCKED if zone.why is Why.LEAF else FaultKind.UNREADABLE
        said = self._crossing.freeze(max(t_ms, self._told_time))
        self._kept, self._doubtful = [], False
        for each in self._zones.values():
            each.told = False
        return [*said, *self._standing.begin(zone.fault, t_ms, beam=zone.beam)]

    def _know(self, zone: Zone, t_ms: int) -> list[Event]:
        """The zone is known at ``t_ms``, and :attr:`Zone.present` says what."""
        said: list[Event] = []
        at = t_ms
        if not zone.known:
            gap = 0 if zone.known_at is None or zone.fault else t_ms - zone.known_at
            at = max(t_ms - gap // 2, self._told_time)
            self._doubtful |= gap > self._rules.sure_ms
            said += self._known_again(zone, t_ms)
        zone.known_at = t_ms
        if self._given_up:  # somebody else's zone is still lost; begin anew when both are known
            return said
        if zone.present != zone.told:
            zone.told = zone.present
            self._kept.append(Edge(at, zone.beam, zone.present))
        return said if self._held else said + self._release(t_ms)

    def _known_again(self, zone: Zone, t_ms: int) -> list[Event]:
        zone.unknown_since = None
        fault, zone.fault = zone.fault, None
        if fault is None:
            return []
        if any(other.fault is fault for other in self._zones.values()):
            return []
        return [*self._standing.end(fault, t_ms)]

    def _release(self, t_ms: int) -> list[Event]:
        """Both zones are known: tell the counting machine what was kept, in order of time."""
        for zone in self._zones.values():
            if zone.present != zone.told:  # it was in use when counting began anew
                zone.told = zone.present
                self._kept.append(Edge(t_ms, zone.beam, zone.present))
        if self._doubtful and (self._kept or not self._crossing.idle):
            self._crossing.doubt()
        kept, self._kept, self._doubtful = sorted(self._kept, key=lambda edge: edge.t_ms), [], False
        said = [event for edge in kept for event in self._crossing.feed(edge)]
        return said + self._go_on(t_ms)

    # -- faults

    def _clear_for(self, t_ms: int) -> int:
        """For how long nobody has been in the door."""
        if self._held or not self._crossing.idle or any(zone.present for zone in self._zones.values()):
            self._busy_at = t_ms
        return t_ms - self._busy_at

    def _count_failure(self, reading: Distance) -> list[Event]:
        if len(self._failed) == self._failed.maxlen:
            self._failures -= self._failed[0]
        self._failed.append(not reading.valid)
        self._failures += not reading.valid
        limit = self._rules.failing * self._rules.readings
        if self._failures > limit:
            return [*self._standing.begin(FaultKind.BUS_ERRORS, reading.t_ms)]
        return [*self._standing.end(FaultKind.BUS_ERRORS, reading.t_ms)] if self._failures <= limit / 2 else []

    def _watch_baselines(self, t_ms: int) -> list[Fault]:
        shifted = [zone.beam for zone in self._zones.values() if zone.baseline.shifted]
        if shifted:
            return self._standing.begin(FaultKind.BASELINE_SHIFT, t_ms, beam=shifted[0])
        return self._standing.end(FaultKind.BASELINE_SHIFT, t_ms)


def survey(readings: Iterable[Distance]) -> dict[ZoneName, float]:
    """How far away the empty door is in a whole recording: most of the time nobody is in it, and nothing is further.

    Three quarters of a zone's valid readings are not further; a zone without any is left out. For recordings only: a
    counter at a door cannot see the future and learns instead. Needs no more memory for a longer recording.
    """
    seen: dict[ZoneName, Counter[int]] = {}
    for reading in readings:
        if reading.valid:
            seen.setdefault(reading.zone, Counter())[reading.distance_mm] += 1
    return {name: float(_quantile(mm, 0.75)) for name, mm in sorted(seen.items())}


def _quantile(numbers: Counter[int], share: float) -> int:
    """The lowest number that ``share`` of all do not exceed."""
    ranked = sorted(numbers)
    upto = accumulate(numbers[number] for number in ranked)
    return next(number for number, so_far in zip(ranked, upto, strict=True) if so_far >= share * numbers.total())
