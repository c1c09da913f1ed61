"""Recordings of each sort with known truth, as files, for the tests of replaying and drawing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from zone_scenes import Person, Scene, turn_back, walk

#: 2026-11-29 00:00 UTC.
UTC = 1_795_910_400_000

#: In, out, in; then somebody turns back.
BEAMS = (
    "0,A,1\n80,B,1\n300,A,0\n400,B,0\n"
    "2000,B,1\n2080,A,1\n2300,B,0\n2400,A,0\n"
    "4000,A,1\n4080,B,1\n4300,A,0\n4400,B,0\n"
    "6000,A,1\n6300,A,0\n"
)


def beams(path: Path, heading: bool = True) -> Path:
    path.write_text(("t_ms,beam,state\n" if heading else "") + BEAMS)
    return path


def zones(path: Path, heading: bool = True, unknown_s: tuple[float, float] | None = None) -> Path:
    """Two in, one out, one who turns back."""
    people = [
        Person(walk(2, 1.2)),
        Person(walk(7, 1.0, inwards=False)),
        Person(turn_back(12, 1, -100)),
        Person(walk(18, 1.1)),
    ]
    scene = Scene(people, 24)
    if unknown_s is not None:
        first, last = unknown_s
        scene.statuses = lambda t_s, zone: 2 if first <= t_s < last else 0
    lines = [f"{r.t_ms},{r.zone},{r.distance_mm},{r.status}\n" for r in scene.readings()]
    path.write_text(("# door 2\nt_ms,zone,distance_mm,status\n" if heading else "") + "".join(lines))
    return path


def grid(path: Path, *, mm: bool = False, cols: bool = False) -> Path:
    """8×8 at 10 Hz for a minute: two in, one out."""
    rng = np.random.default_rng(5)
    frames = 22 + rng.normal(0, 0.15, (600, 8, 8)) + rng.normal(0, 0.3, (8, 8))
    rows, columns = np.mgrid[0:8, 0:8]
    for start, inwards in ((100, True), (250, False), (400, True)):
        for number in range(30):
            along = -3 + number * 0.5
            along = along if inwards else 7 - along
            frames[start + number] += 2.5 * np.exp(-((rows - along) ** 2 + (columns - 3.5) ** 2) / 2.5)
    if mm:
        frames = 2_400 - (frames - 22) * 450
    np.save(path, (frames.transpose(0, 2, 1) if cols else frames).astype(np.float32))
    return path


def totals(path: Path, heading: bool = True) -> Path:
    """A counter of 16 bits: 40 people over its highest number, one nonsense reading, a reset with 5 people after it."""
    values = [65_500, 65_520, 4, 14, 0, 24, 0, 2, 5]
    lines = [f"2026-11-29 {8 + n // 2:02}:{n % 2 * 30:02},{value}\n" for n, value in enumerate(values)]
    path.write_text(("timestamp,total\n" if heading else "") + "".join(lines))
    return path
