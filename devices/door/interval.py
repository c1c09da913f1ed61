"""The interval being counted: what it holds, when it is kept, and which rows become of it. Pure.

Times are boot-clock ms. The rows of one run lie end to end: each begins where the one before ended, so the time that
no row covers is exactly the time in which nobody watched. A row with people in it is at most ``row_s`` long and tells
when they came; the quiet time before them, if it was longer than that, is a heartbeat of its own, and so is every
``heartbeat_s`` in which nothing happened.

A row's flags are all faults that stood at some time in it. No row mixes time in which the sensor could count with time
in which it could not: when a flag of :data:`devices.contract.BLIND` comes or goes, the row ends at that moment.

Rows that ended wait in :attr:`Interval.ended` until they are written, however long the disk refuses. When there are too
many, neighbours become one row: when people came is told more coarsely then, how many came is not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Set
from dataclasses import dataclass
from typing import Final

import msgspec

from devices.contract import BLIND, Count, Kind
from devices.door.events import Confidence, Direction, Glitch, Passage, Tally
from devices.door.settings import DoorPart

#: The sensor cannot be reached at all; the flag beside the machine's own faults.
SENSOR_LOST: Final = "sensor_lost"
#: People whom a counter that is not ours counted while nobody here listened; they came some time before the row.
CAUGHT_UP: Final = "caught_up"
#: A quiet moment shorter than this is not worth a row of its own.
SHORTEST_MS: Final = 1_000
#: Rows that wait for the disk, at most; a whole day at a row a minute.
MOST_WAITING: Final = 1_440


@dataclass(frozen=True)
class Span:
    """A row to be written; its totals are the ledger's to fill in."""

    kind: Kind
    bt0: int
    bt1: int
    body: Count


@dataclass
class _Sums:
    into: int = 0
    out: int = 0
    turned_back: int = 0
    ambiguous: int = 0
    glitch: int = 0


class Interval:
    """Counts of the open interval, and rows that ended and are not written yet."""

    def __init__(self, settings: DoorPart, now: int) -> None:
        self._row_ms = round(settings.row_s * 1_000)
        self._flush_ms = round(settings.flush_s * 1_000)
        self._heartbeat_ms = round(settings.heartbeat_s * 1_000)
        self._hold_ms = round(settings.hold_s * 1_000)
        self.ended: deque[Span] = deque()
        self.source: tuple[int, ...] = ()  # totals of a counter that is not ours, as it showed them last
        self._standing: frozenset[str] = frozenset()
        self._last: int | None = None  # when something happened last in the open row
        self._unheld_since: int | None = None
        self._begin(now)

    # -- what happens

    def add(self, event: Passage | Glitch | Tally, now: int) -> None:
        """Somebody passed, or something flickered; heard of at ``now``."""
        if isinstance(event, Tally) and not (event.into or event.out):
            return
        self.tick(now)
        if self.empty and now - self._since > self._row_ms:
            self._end(now)
        self._sum(event)
        self._last = now
        self._unheld_since = now if self._unheld_since is None else self._unheld_since

    def stand(self, flags: Set[str], now: int) -> None:
        """From ``now`` on these faults stand."""
        standing = frozenset(flags)
        if standing & BLIND != self._standing & BLIND:
            self._standing_changes(standing, now)
        self._standing = standing
        self._seen |= standing

    def show(self, source: tuple[int, ...], now: int) -> None:
        """A counter that is not ours shows these totals; the open row carries them.

        The first ones are written down soon, although nobody came: they are what a next start goes on from.
        """
        if source and not self.source:
            self._unheld_since = now if self._unheld_since is None else self._unheld_since
        self.source = source

    def mark(self, flag: str) -> None:
        """The open row carries this flag, and the next one does not."""
        self._seen |= {flag}

    def tick(self, now: int) -> None:
        """The time is ``now``: end a row that is long enough."""
        if self._last is None:
            long = now - self._since >= self._heartbeat_ms
        else:
            long = now - self._since >= self._row_ms or now - self._last >= self._flush_ms
        if long:
            self._end(now)

    def stop(self, now: int) -> None:
        """Counting ends at ``now``."""
        if not self.empty or now - self._since >= SHORTEST_MS:
            self._end(now)

    # -- what is to be written

    @property
    def due_at(self) -> int:
        """When a row ends, or is to be held, if nothing happens until then."""
        if self._last is None:
            ends = self._since + self._heartbeat_ms
        else:
            ends = min(self._since + self._row_ms, self._last + self._flush_ms)
        return ends if self._unheld_since is None else min(ends, self._unheld_since + self._hold_ms)

    def hold_due(self, now: int) -> bool:
        """Whether the open row must be written down as it is, because power may fail."""
        return self._unheld_since is not None and now - self._unheld_since >= self._hold_ms

    def open_row(self, now: int) -> Span:
        """The open row as it would be if it ended now."""
        sums = self._sums
        body = Count(
            into=sums.into, out=sums.out, turned_back=sums.turned_back, ambiguous=sums.ambiguous, glitch=sums.glitch,
            flags=tuple(sorted(self._seen)), n_src=self.source or msgspec.UNSET,
        )  # fmt: skip
        return Span(Kind.HEARTBEAT if self.empty else Kind.COUNT, self._since, now, body)

    def held(self) -> None:
        """The open row is on disk as it is now."""
        self._unheld_since = None

    @property
    def empty(self) -> bool:
        """Whether nothing happened yet in the open row."""
        return self._last is None

    @property
    def safe(self) -> bool:
        """Whether all counts so far are on disk."""
        return self._unheld_since is None and not self.ended

    # -- inside

    def _begin(self, now: int) -> None:
        self._sums = _Sums()
        self._since = now
        self._last = self._unheld_since = None
        self._seen = self._standing

    def _end(self, now: int) -> None:
        self.ended.append(self.open_row(now))
        if len(self.ended) > MOST_WAITING:
            self.ended = thinned(self.ended)
        self._begin(now)

    def _standing_changes(self, standing: frozenset[str], now: int) -> None:
        if not self.empty or now - self._since >= SHORTEST_MS:
            self._end(now)
        elif not standing & BLIND:
            self._since = now  # a blind moment too short for a row: no row covers it
        self._seen = standing

    def _sum(self, event: Passage | Glitch | Tally) -> None:
        sums = self._sums
        match event:
            case Tally(_, _, into, out):
                sums.into += into
                sums.out += out
            case Glitch() | Passage(_, Direction.IMPLAUSIBLE):
                sums.glitch += 1
            case Passage(_, Direction.IN):
                sums.into += 1
            case Passage(_, Direction.OUT):
                sums.out += 1
            case Passage(_, Direction.TURNED_BACK):
                sums.turned_back += 1
        if isinstance(event, Passage) and uncertain(event):
            sums.ambiguous += 1


def uncertain(passage: Passage) -> bool:
    """Whether a passage is one for the ``ambiguous`` sum: counted as the likelier reading, or not decided at all."""
    return Direction.AMBIGUOUS is passage.direction or passage.confidence is Confidence.AMBIGUOUS


def thinned(spans: deque[Span]) -> deque[Span]:
    """Fewer rows of the same people: neighbours of a kind, blind or seeing alike, as one; else the two oldest."""
    fewer: deque[Span] = deque()
    waiting = deque(spans)
    while waiting:
        span = waiting.popleft()
        if waiting and span.kind is waiting[0].kind and _blindness(span) == _blindness(waiting[0]):
            span = _joined(span, waiting.popleft())
        fewer.append(span)
    if len(fewer) == len(spans):  # the oldest are blind and seeing in turns: as one they count as blind
        fewer.appendleft(_joined(fewer.popleft(), fewer.popleft()))
    return fewer


def _blindness(span: Span) -> frozenset[str]:
    return BLIND.intersection(span.body.flags)


def _joined(span: Span, later: Span) -> Span:
    one, two = span.body, later.body
    body = Count(
        into=one.into + two.into, out=one.out + two.out, turned_back=one.turned_back + two.turned_back,
        ambiguous=one.ambiguous + two.ambiguous, glitch=one.glitch + two.glitch,
        flags=tuple(sorted({*one.flags, *two.flags})), n_src=one.n_src if two.n_src is msgspec.UNSET else two.n_src,
    )  # fmt: skip
    return Span(Kind.COUNT if Kind.COUNT in (span.kind, later.kind) else Kind.HEARTBEAT, span.bt0, later.bt1, body)
