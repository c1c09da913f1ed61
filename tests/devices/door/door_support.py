"""Shared by the tests of counting machines: recordings as short texts, and running a machine over them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TypeVar

from devices.door.counting import Machine
from devices.door.crossing import Crossing
from devices.door.edges import Beam, Edge
from devices.door.events import Event, Passage

Reading = TypeVar("Reading")

#: The beams' states (A broken, B broken) by a letter: nobody, only A, both, only B.
STATES = {"-": (False, False), "A": (True, False), "W": (True, True), "B": (False, True)}


def edges(text: str) -> list[Edge]:
    """``"A0 B80 a300 b400"``: capital for broken, small for clear, then ms."""
    return [Edge(int(word[1:]), Beam(word[0].upper()), word[0].isupper()) for word in text.split()]


def run(recording: list[Edge], machine: Crossing | None = None) -> list[Event]:
    machine = machine or Crossing()
    said = [event for edge in recording for event in machine.feed(edge)]
    return said + (machine.finish(recording[-1].t_ms) if recording else [])


def passages(recording: list[Edge], machine: Crossing | None = None) -> list[Passage]:
    return [event for event in run(recording, machine) if isinstance(event, Passage)]


def mirrored(recording: Iterable[Edge]) -> list[Edge]:
    return [Edge(edge.t_ms, edge.beam.other, edge.broken, edge.number) for edge in recording]


def along(path: str, stay_ms: int, apart_ms: int = 1) -> list[Edge]:
    """The edges of a path of states such as ``-AWB-``, each lasting ``stay_ms``.

    Between opposite states both beams change, ``apart_ms`` from each other.
    """
    out: list[Edge] = []
    for step, (before, after) in enumerate(pairwise(path), 1):
        changed = [i for i in (0, 1) if STATES[before][i] != STATES[after][i]]
        for late, i in enumerate(changed):
            out.append(Edge(step * stay_ms + late * apart_ms, list(Beam)[i], STATES[after][i]))
    return out


def as_list(machine: Machine[Reading], readings: Iterable[Reading], *, finish: bool = True) -> list[Event]:
    """Everything a machine says of a recording."""
    said, last = [], 0
    for reading in readings:
        said += machine.feed(reading)
        last = reading.t_ms
    return said + (machine.finish(last) if finish else [])
