"""A small geometric model of a two-zone time-of-flight sensor above a door, and people who walk below it.

The sensor hangs at ``mount_mm`` and looks down; zone A sees 13.5° to the outside of it, zone B as much to the inside
(half of a VL53L1X's 27°). Zones are measured in turns, one each ``every_ms``. A zone's reading is the nearest surface
on any of its rays: the floor, a head or shoulders; plus noise. The walking line is x (mm), inside is positive.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from devices.door.readings import Distance, ZoneName

_RAYS = 9
_HALF = math.radians(13.5)
_ANGLES: dict[ZoneName, list[float]] = {
    "A": [-_HALF * (i + 0.5) / _RAYS for i in range(_RAYS)],
    "B": [_HALF * (i + 0.5) / _RAYS for i in range(_RAYS)],
}
#: People begin and end their walk this far from the sensor: out of its sight.
AWAY_MM = 1_500.0


@dataclass(frozen=True)
class Person:
    """Where somebody is at a time (s), and how tall (mm); boxes of a head and of shoulders."""

    where: Callable[[float], float | None]
    height: float = 1_650
    head: float = 200
    depth: float = 280

    def boxes(self, x: float) -> list[tuple[float, float, float]]:
        """(from x, to x, top) of the parts of a body."""
        shoulders = self.height - 0.15 * self.height
        return [
            (x - self.head / 2, x + self.head / 2, self.height),
            (x - self.depth / 2, x + self.depth / 2, shoulders),
        ]


def walk(start_s: float, speed: float, inwards: bool = True, wobble_mm: float = 0.0) -> Callable[[float], float | None]:
    """Straight through at ``speed`` m/s; the upper body sways by ``wobble_mm`` about twice a second."""

    def where(t_s: float) -> float | None:
        x = -AWAY_MM + (t_s - start_s) * speed * 1_000 + wobble_mm * math.sin((t_s - start_s) * 12)
        if t_s < start_s or x > AWAY_MM + wobble_mm:
            return None
        return x if inwards else -x

    return where


def turn_back(start_s: float, speed: float, at_mm: float, stay_s: float = 0.5) -> Callable[[float], float | None]:
    """From outside as far as ``at_mm``, a pause, and back out."""
    reach = (AWAY_MM + at_mm) / (speed * 1_000)

    def where(t_s: float) -> float | None:
        t_s -= start_s
        if t_s < 0 or t_s > 2 * reach + stay_s:
            return None
        if t_s < reach:
            return -AWAY_MM + t_s * speed * 1_000
        return at_mm if t_s < reach + stay_s else at_mm - (t_s - reach - stay_s) * speed * 1_000

    return where


def stand(x: float, since_s: float, until_s: float) -> Callable[[float], float | None]:
    """Something is put down at ``x``, and taken away again."""
    return lambda t_s: x if since_s <= t_s < until_s else None


@dataclass
class Scene:
    """A door for ``length_s`` seconds, seen by the sensor."""

    people: list[Person]
    length_s: float
    mount_mm: float = 2_400
    every_ms: int = 33
    noise_mm: float = 12
    seed: int = 1
    start_ms: int = 0
    statuses: Callable[[float, ZoneName], int] = field(default=lambda t_s, zone: 0)
    floor: Callable[[float], float] = field(default=lambda t_s: 0.0)  # a change of the floor's height, mm

    def readings(self) -> list[Distance]:
        rng = random.Random(self.seed)
        names: tuple[ZoneName, ZoneName] = ("A", "B")
        out: list[Distance] = []
        for i in range(int(self.length_s * 1_000 / self.every_ms)):
            t_s, zone = i * self.every_ms / 1_000, names[i % 2]
            seen = self._nearest(t_s, zone) + rng.gauss(0, self.noise_mm)
            status = self.statuses(t_s, zone)
            mm = max(1, round(seen)) if status == 0 else rng.choice([0, 1, 8_190])
            out.append(Distance(self.start_ms + round(t_s * 1_000), zone, mm, status))
        return out

    def _nearest(self, t_s: float, zone: ZoneName) -> float:
        boxes = [box for p in self.people if (x := p.where(t_s)) is not None for box in p.boxes(x)]
        floor = self.mount_mm - self.floor(t_s)
        return min(self._along(angle, boxes, floor) for angle in _ANGLES[zone])

    def _along(self, angle: float, boxes: list[tuple[float, float, float]], floor: float) -> float:
        """The distance along one ray to the first top or side it meets."""
        down, aside = math.cos(angle), math.sin(angle)
        best = floor / down
        for left, right, top in boxes:
            depth = self.mount_mm - top
            reach = depth / down
            x = reach * aside
            if left <= x <= right:
                best = min(best, reach)
                continue
            edge = left if x < left else right
            if aside and edge / aside > reach:  # the ray passes over the top's edge and may meet the side further down
                best = min(best, edge / aside)
        return best
