"""What is said of each fault of a door: what it is, and what to look at."""

from __future__ import annotations

from typing import Final

from devices.door.events import FaultKind

SENTENCES: Final = {
    FaultKind.BLOCKED: "A beam of the door has been broken for a minute. Is something standing in it?",
    FaultKind.ONE_BEAM_DEAD: "Only one beam of the door moves. Is the other one dirty, turned away or without power?",
    FaultKind.CHATTER: "The door counts more people than fit through it. Is a beam loose, or something hanging in it?",
    FaultKind.EDGES_LOST: "The sensor's reports have gaps; counts may be missing. Is the cable good?",
    FaultKind.BASELINE_SHIFT: "The empty door has looked different for ten minutes. Was the sensor or furniture moved?",
    FaultKind.BUS_ERRORS: "More than one in a hundred of the sensor's readings fail. Are cable and window good?",
    FaultKind.UNREADABLE: "The sensor answers, but cannot see the door; nobody is counted. Is its window covered?",
    FaultKind.TOTAL_RESET: "The other counter began again from nothing. Was it without power, or was it reset?",
    FaultKind.TOTAL_GLITCH: "One reading of the other counter made no sense and was left out. Is its cable good?",
    FaultKind.TOTAL_CAPPED: "The other counter rose faster than people can walk; what was too much is not counted.",
}


def alert_name(kind: FaultKind) -> str:
    """The id of a fault's alert topic."""
    return kind.value.replace("_", "-")
