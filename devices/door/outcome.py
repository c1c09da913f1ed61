"""What was counted in a recording: sums, faults and passages, as JSON and as sentences for people. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from devices.door.events import Direction, Event, Fault, Passage, Tally
from devices.door.formats import Layout
from devices.door.interval import uncertain
from devices.door.readings import ZoneName
from devices.door.words import DIRECTIONS, FAULTS, SIDES, clock

#: Passages listed one by one for people; the rest is in ``--json``.
_LISTED = 20


@dataclass
class Outcome:
    """Everything a machine said of a recording; times are the recording's own ms.

    ``first_ms`` and ``last_ms`` are its first and last reading, ``None`` when it holds none.
    ``idle_mm`` is how far away the empty door was in each zone, where zones were recorded.
    """

    layout: Layout
    passages: list[Passage] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    glitches: int = 0
    readings: int = 0
    first_ms: int | None = None
    last_ms: int | None = None
    idle_mm: dict[ZoneName, float] = field(default_factory=dict)

    def add(self, events: Iterable[Event]) -> None:
        """Take what a machine said."""
        for event in events:
            match event:
                case Passage():
                    self.passages.append(event)
                case Tally():
                    self.tallies.append(event)
                case Fault():
                    self.faults.append(event)
                case _:
                    self.glitches += 1

    def read(self, t_ms: int) -> None:
        """A reading of that time was fed."""
        self.readings += 1
        self.first_ms = t_ms if self.first_ms is None else self.first_ms
        self.last_ms = t_ms

    @property
    def sums(self) -> dict[str, int]:
        """Persons by direction. Who is in ``in`` or ``out`` as the likelier reading is in ``ambiguous`` too."""
        sums = Counter(passage.direction for passage in self.passages)
        sums[Direction.IN] += sum(tally.into for tally in self.tallies)
        sums[Direction.OUT] += sum(tally.out for tally in self.tallies)
        sums[Direction.AMBIGUOUS] = sum(uncertain(passage) for passage in self.passages)
        return {direction.value: sums[direction] for direction in Direction}

    def as_json(self) -> dict[str, object]:
        """The same keys for every format. A total's rise is no passage: ``passages`` is empty then."""
        return {
            **self.sums,
            "faults": [
                {"t_ms": f.t_ms, "kind": f.kind.value, "over": f.over, "beam": f.beam.value if f.beam else None}
                for f in self.faults
            ],
            "passages": [
                {"t_ms": p.t_ms, "direction": p.direction.value, "confidence": p.confidence.value}
                for p in self.passages
            ],
        }

    def as_text(self) -> str:
        """Sentences, a small table of passages, and the faults in words."""
        return "\n".join([*self._summary(), *self._table(), *self._fault_lines()])

    def _summary(self) -> list[str]:
        sums = self.sums
        if self.first_ms is None or self.last_ms is None:
            return ["The recording holds no reading: nobody was counted, and nobody was missed."]
        span = clock(self.last_ms - self.first_ms)
        said = [f"{sums['in']:,} in, {sums['out']:,} out in {span} ({self.layout.value}, {self.readings:,} readings)."]
        others = [f"{sums[name]} {DIRECTIONS[name]}" for name in ("turned_back", "ambiguous", "implausible")]
        if self.layout is not Layout.TOTALS:
            said.append("Beside them: " + ", ".join(others) + ".")
        return said

    def _table(self) -> list[str]:
        if not self.passages:
            return []
        start = self.first_ms or 0
        rows = [
            f"  {clock(p.t_ms - start):>10}  {DIRECTIONS[p.direction.value]:<12}{p.confidence.value}"
            for p in self.passages[:_LISTED]
        ]
        more = len(self.passages) - _LISTED
        tail = [f"  … and {more} more; --json lists them all."] if more > 0 else []
        return ["", f"  {'after':>10}  {'passage':<12}sure?", *rows, *tail]

    def _fault_lines(self) -> list[str]:
        if not self.faults:
            return ["", "No faults."]
        start = self.first_ms or 0
        said = ["", "Faults:"]
        for fault in self.faults:
            what = FAULTS[fault.kind] + (f" ({SIDES[fault.beam]})" if fault.beam else "")
            said.append(f"  {clock(fault.t_ms - start):>10}  {'over: ' if fault.over else ''}{what}")
        return said
