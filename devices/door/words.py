"""A door's passages and faults in words for people at a terminal and in pictures."""

from __future__ import annotations

from typing import Final

from devices.door.edges import Beam
from devices.door.events import FaultKind

#: By :class:`devices.door.events.Direction`.
DIRECTIONS: Final = {
    "in": "in",
    "out": "out",
    "turned_back": "turned back",
    "ambiguous": "ambiguous",
    "implausible": "implausible",
}

#: Whatever a sensor calls its beams or zones, A is the one outside by the time it is counted.
SIDES: Final = {Beam.A: "outside", Beam.B: "inside"}

#: What each fault means, short enough for a label. One that is not listed is named by its kind.
_FAULTS: Final = {
    "blocked": "blocked: something stands in the door",
    "one_beam_dead": "a beam is dead: it never moves while the other does",
    "chatter": "chatter: more people than fit through a door",
    "edges_lost": "edges were lost between sensor and counter",
    "baseline_shift": "the empty door looks different: moved sensor, furniture or tampering",
    "bus_errors": "more than 1 % of the readings failed",
    "unreadable": "unreadable: the sensor does not know what it sees",
    "total_reset": "reset: the counter began again",
    "total_glitch": "glitch: a reading that made no sense was left out",
    "total_capped": "capped: the counter rose faster than people walk",
}


class _Faults(dict[str, str]):
    def __missing__(self, kind: str) -> str:
        return kind.replace("_", " ")


FAULTS: Final = _Faults(_FAULTS)


def name(kind: FaultKind) -> str:
    """The fault's name alone, as a label."""
    return kind.value.replace("_", " ")


def clock(ms: int) -> str:
    """A span as hours, minutes and seconds: ``1:02:03``, ``2:03``; below a minute with tenths: ``3.4 s``."""
    if abs(ms) < 60_000:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(round(ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
