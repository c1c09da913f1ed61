"""What a door's counting machine says: passages, faults, glitches; and the numbers it goes by."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from devices.door.edges import Beam


class Direction(enum.StrEnum):
    """How a passage ended. Only ``in`` and ``out`` are visits; the rest is published beside them."""

    IN = "in"
    OUT = "out"
    TURNED_BACK = "turned_back"
    AMBIGUOUS = "ambiguous"  # something passed or did not: the beams cannot tell
    IMPLAUSIBLE = "implausible"  # too fast or too slow for a person, or more than a door lets through

    @property
    def mirrored(self) -> Direction:
        """The same seen from the other side of the door."""
        return {Direction.IN: Direction.OUT, Direction.OUT: Direction.IN}.get(self, self)


class Confidence(enum.StrEnum):
    """How sure a passage is. ``ambiguous``: the likelier of two readings, for example of two people close up."""

    SURE = "sure"
    FAST = "fast"  # the beams never overlapped
    LOW = "low"  # hesitation, or an edge is missing
    AMBIGUOUS = "ambiguous"


class FaultKind(enum.StrEnum):
    """What a door can find wrong with itself."""

    BLOCKED = "blocked"
    ONE_BEAM_DEAD = "one_beam_dead"
    CHATTER = "chatter"
    EDGES_LOST = "edges_lost"
    BASELINE_SHIFT = "baseline_shift"  # the empty door looks different for long: sensor moved, furniture, tampering
    BUS_ERRORS = "bus_errors"  # more than 1 % of the readings failed
    UNREADABLE = "unreadable"  # the sensor answers, and says that it does not know
    TOTAL_RESET = "total_reset"  # a foreign counter began again
    TOTAL_GLITCH = "total_glitch"  # one reading of a foreign counter made no sense and was left out
    TOTAL_CAPPED = "total_capped"  # a foreign counter rose faster than people can walk; the excess is not counted


@dataclass(frozen=True)
class Passage:
    """One person's passage or try, at the moment the beams were clear again (sensor's ms)."""

    t_ms: int
    direction: Direction
    confidence: Confidence


@dataclass(frozen=True)
class Fault:
    """A fault began, or with ``over`` ended; ``beam`` where one beam is at fault."""

    t_ms: int
    kind: FaultKind
    over: bool = False
    beam: Beam | None = None


@dataclass(frozen=True)
class Glitch:
    """Both beams changed in the same instant: an edge was lost, or light or power flickered. Never a count."""

    t_ms: int


@dataclass(frozen=True)
class Tally:
    """A counter that is not ours counted people between ``since_ms`` and ``t_ms``; their moments are not known."""

    since_ms: int
    t_ms: int
    into: int
    out: int


Event = Passage | Fault | Glitch | Tally


@dataclass(frozen=True)
class Rules:
    """The machine's numbers, in ms where not said otherwise; they fit beams 8 to 12 cm apart at chest height."""

    debounce_ms: int = 5  # a shorter break is electrical noise
    bridge_ms: int = 80  # a shorter clear is the gap between an arm and a body
    close_ms: int = 100  # both beams clear this long end a passage
    fast_gap_ms: int = 600  # beams that never overlapped still belong together within this
    fast_ratio: float = 3.0  # … when their pulses are similarly long
    together_ms: int = 2  # both beams within this changed in the same instant
    delay_min_ms: int = 20  # between the two beams, per 100 mm of distance: 5 m/s …
    delay_max_ms: int = 3_000  # … to 0.03 m/s
    gap_mm: int = 100  # distance of the beams
    follow_ratio: float = 2.0  # a second walker is this similar to the first
    blocked_ms: int = 60_000
    rearm_ms: int = 1_000  # clear this long ends ``blocked``
    per_second: int = 4  # more people than this do not fit through a door
    calm_ms: int = 10_000  # chatter and lost edges are over after this without another
    dead_edges: int = 20  # one beam moved more often than this while the other did not at all

    def plausible(self, delay_ms: int) -> bool:
        """Whether a body can need ``delay_ms`` from one beam to the other."""
        scale = self.gap_mm / 100
        return self.delay_min_ms * scale <= delay_ms <= self.delay_max_ms * scale


RULES: Final = Rules()
