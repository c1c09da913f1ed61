"""The grid counter beside the simple tracker that people write for such a sensor: how many it finds, and at what cost.

Doorways from :mod:`benchmarks.grid_people`, from seeds that nothing was tuned on, for three sensors. Both sides get the
same frames, are timed in pairs, and are judged by what really happened: crossings found in the right direction within
two seconds, and counts of what did not happen, a wrong direction among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.grid_people import day
from benchmarks.grid_scenes import AMG8833, MLX90640, VL53L5CX, Scene, film
from benchmarks.naive_grid import simple_count
from benchmarks.paired import Report, Side, compare_all, median
from benchmarks.result import Benchmark, Outcome, Plan, Table
from devices.door.events import Direction, Event, Passage
from devices.door.grid.recording import count
from devices.door.readings import Frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

Found = tuple[int, str]  # ms, "in" or "out"
_FIRST_SEED: Final = 5_000
_NEAR_MS: Final = 2_000
#: Whoever finds less than this of a scene does not do the work that is timed.
_LEAST: Final = 0.3


def crossings(said: Sequence[Event]) -> list[Found]:
    """The counts among events."""
    return [
        (event.t_ms, str(event.direction))
        for event in said
        if isinstance(event, Passage) and event.direction in (Direction.IN, Direction.OUT)
    ]


def match(found: Sequence[Found], truth: Sequence[Found], near_ms: int = _NEAR_MS) -> tuple[int, int]:
    """How many of ``truth`` were found, and how many of ``found`` did not happen."""
    left = list(found)
    for t_ms, way in truth:
        near = [one for one in left if one[1] == way and abs(one[0] - t_ms) <= near_ms]
        if near:
            left.remove(min(near, key=lambda one: abs(one[0] - t_ms)))
    return len(found) - len(left), len(left)


def naive(scene: Scene, cells: NDArray[np.float32]) -> list[Found]:
    """What the simple tracker counts; unknown cells are what they usually are, fine pictures are averaged to 8 rows.

    Its 2.5 cells are meant for such a grid; on 24 rows as they are it finds next to nobody.
    """
    sensor, fine = scene.sensor, scene.sensor.rows // 8
    across = sensor.columns // fine
    cells = cells[:, : 8 * fine, : across * fine].reshape(len(cells), 8, fine, across, fine).mean((2, 4))
    signal = cells if sensor.thermal else -np.where(cells > 0, cells, np.nan)
    signal = np.where(np.isnan(signal), np.nanmedian(signal, axis=0), signal)
    threshold = 1.5 if sensor.thermal else 400.0
    return [
        (round(number * 1_000 / sensor.hz), way) for number, way in simple_count(signal, axis=0, threshold=threshold)
    ]


@dataclass(frozen=True)
class Load:
    """Recordings of one sensor."""

    name: str
    scenes: tuple[Scene, ...]
    films: tuple[NDArray[np.float32], ...]

    @property
    def frames(self) -> int:
        """All frames."""
        return sum(len(one) for one in self.films)

    @property
    def there(self) -> int:
        """All crossings that happened."""
        return sum(len(scene.truth) for scene in self.scenes)

    def judged(self, found: Sequence[Sequence[Found]]) -> tuple[int, int]:
        """Crossings found, and false counts, over all recordings."""
        pairs = [match(one, scene.truth) for one, scene in zip(found, self.scenes, strict=True)]
        return sum(right for right, _ in pairs), sum(false for _, false in pairs)


def ours(load: Load) -> Side:
    """The machine, as ``pustaka door replay`` runs it."""
    recordings = [
        [Frame(round(number * 1_000 / scene.sensor.hz), one) for number, one in enumerate(cells)]
        for scene, cells in zip(load.scenes, load.films, strict=True)
    ]
    return Side("this project's grid counter", lambda: [crossings(count(one)) for one in recordings], _check(load))


def peer(load: Load) -> Side:
    """Sixty lines: threshold, connected parts, nearest neighbour."""
    pairs = list(zip(load.scenes, load.films, strict=True))
    return Side("simple tracker", lambda: [naive(scene, cells) for scene, cells in pairs], _check(load))


class _check:  # noqa: N801
    """Says what is wrong with a side's counts."""

    def __init__(self, load: Load) -> None:
        self._load = load

    def __call__(self, found: list[list[Found]]) -> str:
        right, _ = self._load.judged(found)
        there = self._load.there
        return "" if right >= _LEAST * there else f"only {right} of {there} crossings were found"


def run(plan: Plan) -> Outcome:
    """Each sensor's recordings, counted by both."""
    reports: dict[str, Report] = {}
    rows: list[tuple[str, ...]] = []
    for sensor in (AMG8833, VL53L5CX, MLX90640):
        seeds = range(_FIRST_SEED, _FIRST_SEED + plan.choose(6, 1))
        scenes = tuple(day(seed, sensor, each=plan.choose(2, 1)) for seed in seeds)
        load = Load(sensor.name, scenes, tuple(film(scene, seed) for scene, seed in zip(scenes, seeds, strict=True)))
        theirs, mine = peer(load), ours(load)
        pairs, warmup = plan.choose(10, 2), plan.choose(1, 0)
        [report] = compare_all(theirs, mine, metrics=("wall",), pairs=pairs, warmup=warmup)
        reports[f"time: {load.name}, {load.frames} frames"] = report
        for side, which in ((0, theirs), (1, mine)):
            right, false = load.judged(which.run())
            rows.append(
                (
                    load.name,
                    which.name,
                    f"{right} of {load.there} ({right / load.there:.1%})",
                    str(false),
                    f"{median(report, side, 'wall') / load.frames * 1e6:.0f} µs",
                )
            )
    head = ("sensor", "side", "crossings found", "false or wrong way", "a frame")
    return Outcome("grid", reports, Table(head, tuple(rows)), {"seeds": f"from {_FIRST_SEED}"})


GRID = Benchmark(
    "grid", "How many people does the grid counter find, beside the simple tracker, and at what cost?", run
)
