"""Who comes to a door that a grid sensor watches: ways of walking through, each from a random generator.

Times are in seconds, lengths in metres; :mod:`benchmarks.grid_scenes` says how a sensor sees them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from benchmarks.grid_scenes import Person, Scene, Sensor

#: So far away from the door's line everybody begins and ends.
_EDGE: Final = 2.2
Path = tuple[tuple[float, float, float], ...]


def walk(start: float, speed: float, across: float = 0.0, *, inwards: bool = True, slant: float = 0.0) -> Path:
    """A straight way through at ``speed`` m/s, at the door's line at ``start``; ``slant`` metres to the side."""
    way, half = (1 if inwards else -1), _EDGE / speed
    return (start - half, -way * _EDGE, across - slant / 2), (start + half, way * _EDGE, across + slant / 2)


def _someone(rng: np.random.Generator, path: Path) -> Person:
    return Person(
        path,
        tall=float(rng.uniform(1.5, 1.82)),
        warmth=float(rng.uniform(0.65, 1.0)),
        wide=float(rng.uniform(0.38, 0.5)),
        dark=bool(rng.random() < 0.5),
    )


Event = Callable[[np.random.Generator, float], list[Person]]


def single(rng: np.random.Generator, at: float) -> list[Person]:
    """One person at a walking pace, somewhere in the door, perhaps slanted."""
    path = walk(at, rng.uniform(0.7, 1.5), rng.uniform(-0.25, 0.25), inwards=_either(rng), slant=rng.uniform(-0.8, 0.8))
    return [_someone(rng, path)]


def fast(rng: np.random.Generator, at: float) -> list[Person]:
    """A child who runs."""
    runner = _someone(rng, walk(at, rng.uniform(2.0, 2.8), rng.uniform(-0.2, 0.2), inwards=_either(rng)))
    return [replace(runner, tall=float(rng.uniform(1.15, 1.5)))]


def slow(rng: np.random.Generator, at: float) -> list[Person]:
    """Somebody with a stick."""
    return [_someone(rng, walk(at, rng.uniform(0.3, 0.5), rng.uniform(-0.2, 0.2), inwards=_either(rng)))]


def child(rng: np.random.Generator, at: float) -> list[Person]:
    """A small child, walking."""
    small = _someone(rng, walk(at, rng.uniform(0.7, 1.2), rng.uniform(-0.25, 0.25), inwards=_either(rng)))
    return [replace(small, tall=float(rng.uniform(0.95, 1.25)), wide=0.3)]


def abreast(rng: np.random.Generator, at: float) -> list[Person]:
    """Two side by side."""
    inwards, speed, apart = _either(rng), rng.uniform(0.7, 1.3), rng.uniform(0.52, 0.66)
    return [
        _someone(rng, walk(at + rng.uniform(0, 0.15), speed, side * apart / 2, inwards=inwards)) for side in (-1, 1)
    ]


def following(rng: np.random.Generator, at: float) -> list[Person]:
    """Two, one closely behind the other."""
    inwards, speed, gap = _either(rng), rng.uniform(0.7, 1.4), rng.uniform(0.6, 1.2)
    return [
        _someone(rng, walk(at + number * gap / speed, speed, rng.uniform(-0.15, 0.15), inwards=inwards))
        for number in (0, 1)
    ]


def opposing(rng: np.random.Generator, at: float) -> list[Person]:
    """Two who pass one another in the door."""
    apart = rng.uniform(0.5, 0.65)
    return [
        _someone(rng, walk(at + side * 0.2, rng.uniform(0.6, 1.2), side * apart / 2, inwards=side > 0))
        for side in (-1, 1)
    ]


def lingering(rng: np.random.Generator, at: float) -> list[Person]:
    """Somebody who stops in the door for some seconds, and goes on."""
    way = 1 if _either(rng) else -1
    stay, side = rng.uniform(3, 6), rng.uniform(-0.2, 0.2)
    stop = -way * rng.uniform(0.2, 0.35)
    path = ((at - 3, -way * _EDGE, side), (at - 1, stop, side), (at - 1 + stay, stop, side),
            (at + 1 + stay, way * _EDGE, side))  # fmt: skip
    return [_someone(rng, path)]


def turning(rng: np.random.Generator, at: float) -> list[Person]:
    """Somebody who comes up to the door's line and goes back."""
    way = 1 if _either(rng) else -1
    stop, side = -way * rng.uniform(0.15, 0.3), rng.uniform(-0.2, 0.2)
    return [_someone(rng, ((at - 2, -way * _EDGE, side), (at, stop, side), (at + 2, -way * _EDGE, side)))]


def _either(rng: np.random.Generator) -> bool:
    return bool(rng.random() < 0.5)


EVENTS: Final[tuple[Event, ...]] = (single, fast, slow, child, abreast, following, opposing, lingering, turning)


def day(seed: int, sensor: Sensor, *, events: Sequence[Event] = EVENTS, each: int = 2, every: float = 9.0) -> Scene:
    """Each of ``events`` so many times in random order, at a door with weather: all of it from ``seed``."""
    rng = np.random.default_rng(seed)
    kinds = [event for event in events for _ in range(each)]
    order = [kinds[number] for number in rng.permutation(len(kinds))]
    people = [
        person for number, event in enumerate(order) for person in event(rng, 6 + every * number + rng.uniform(0, 1))
    ]
    seconds = 6 + every * len(order) + 3
    moments = rng.uniform(0, seconds, 6)
    return Scene(
        f"{sensor.name} {seed}",
        tuple(people),
        seconds,
        replace(sensor, height=sensor.height + float(rng.uniform(-0.1, 0.2))),
        drift=float(rng.uniform(-1.5, 1.5)),
        draught=tuple((float(when), float(rng.uniform(-0.8, 0.5))) for when in moments[:2]),
        sun=(float(moments[2]), float(rng.uniform(0.5, 2.5))) if rng.random() < 0.5 else None,
        leaf=tuple(float(when) for when in moments[3:5]),
        lost=0.01,
    )
