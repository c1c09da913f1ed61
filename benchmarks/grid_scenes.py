"""Doorways as a grid sensor sees them, with what really happened: people, optics and noise, all from a seed.

Lengths in metres, times in seconds, temperatures in °C. The sensor hangs at ``height`` over the middle of the door and
looks straight down; ``along`` grows inwards, so row 0 of a frame is outside, and the door's line is at 0. People are
what such a sensor sees of them: a head, and shoulders below and around it.

* Temperatures (AMG8833, MLX90640): each cell is the mean of what is in it, blurred by the lens, with an offset of its
  own, noise and a drift that all share, in steps of 0.25. A head is up to 9 °C above a 24 °C floor, clothing 4.5.
* Distances (VL53L5CX, L7CX): each cell is the nearest thing that fills enough of it; the noise grows with the distance,
  dark hair at times gives no echo, and cells at the rim sometimes give none either.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Rays through each cell, each way.
_RAYS: Final = 3


@dataclass(frozen=True)
class Sensor:
    """A grid of ``rows`` × ``columns`` cells that see ``view`` degrees; ``thermal`` or distances."""

    name: str
    rows: int
    columns: int
    view: float
    hz: float
    height: float
    thermal: bool
    noise: float  # °C, or mm at 2.5 m
    step: float  # of its readings


AMG8833: Final = Sensor("AMG8833", 8, 8, 60, 10, 2.6, True, 0.2, 0.25)
MLX90640: Final = Sensor("MLX90640", 24, 32, 55, 8, 2.8, True, 0.35, 0.01)
VL53L5CX: Final = Sensor("VL53L5CX", 8, 8, 45, 15, 2.8, False, 18, 1)


@dataclass(frozen=True)
class Person:
    """Somebody and the way: ``path`` of (time, along, across), straight in between."""

    path: tuple[tuple[float, float, float], ...]
    tall: float = 1.68
    warmth: float = 1.0
    wide: float = 0.44
    dark: bool = False  # hair that gives no echo, at times

    def at(self, time: float) -> tuple[float, float] | None:
        """Along and across at ``time``; ``None`` before and after."""
        times = [point[0] for point in self.path]
        if not times[0] <= time <= times[-1]:
            return None
        return float(np.interp(time, times, [p[1] for p in self.path])), float(
            np.interp(time, times, [p[2] for p in self.path])
        )

    def crossings(self) -> Iterator[tuple[float, str]]:
        """When the door's line was crossed, and which way."""
        for (t0, a0, _), (t1, a1, _) in zip(self.path, self.path[1:], strict=False):
            if (a0 < 0) != (a1 < 0):
                yield t0 + (t1 - t0) * a0 / (a0 - a1), "in" if a1 > a0 else "out"


@dataclass(frozen=True)
class Box:
    """A trolley: ``path`` as a person's, its top at ``tall``, cold."""

    path: tuple[tuple[float, float, float], ...]
    tall: float = 0.9
    long: float = 0.5
    wide: float = 0.4


@dataclass(frozen=True)
class Scene:
    """What happens at a door for ``seconds``."""

    name: str
    people: tuple[Person, ...]
    seconds: float
    sensor: Sensor = AMG8833
    floor: float = 24.0
    drift: float = 0.0  # °C by the end
    draught: tuple[tuple[float, float], ...] = ()  # (when, by how many °C) the door lets air in, fading within 4 s
    sun: tuple[float, float] | None = None  # (when, °C) a patch on the floor lights up
    leaf: tuple[float, ...] = ()  # when the door's leaf swings through the rim of the view
    lost: float = 0.0  # share of frames that are lost: they are NaN
    cold: bool = False  # the floor is hotter than people
    trolleys: tuple[Box, ...] = ()

    @property
    def truth(self) -> list[tuple[int, str]]:
        """Crossings, as (ms, in or out), in order of time."""
        return sorted((round(t * 1_000), way) for person in self.people for t, way in person.crossings())


def film(scene: Scene, seed: int) -> NDArray[np.float32]:
    """The frames: count × rows × columns."""
    rng, sensor = np.random.default_rng(seed), scene.sensor
    count = int(scene.seconds * sensor.hz)
    shape = (sensor.rows, sensor.columns)
    fixed = rng.normal(0, 0.6, shape) if sensor.thermal else np.zeros(shape)
    shared = np.cumsum(rng.normal(0, 0.01, count))
    frames = np.empty((count, *shape), np.float32)
    for number in range(count):
        time = number / sensor.hz
        if sensor.thermal:
            cells = _temperatures(scene, time) + fixed + shared[number] + rng.normal(0, sensor.noise, shape)
        else:
            cells = _distances(scene, time, rng)
        frames[number] = np.round(cells / sensor.step) * sensor.step
    frames[rng.random(count) < scene.lost] = np.nan
    return frames


def _grid(sensor: Sensor) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Tangents of all rays, along and across, (rows × rays) by (columns × rays)."""
    half = math.radians(sensor.view / 2)

    def angles(cells: int, longest: int) -> NDArray[np.float64]:
        return np.tan(((np.arange(cells * _RAYS) + 0.5) / (cells * _RAYS) - 0.5) * 2 * half * cells / longest)

    longest = max(sensor.rows, sensor.columns)
    return np.meshgrid(angles(sensor.rows, longest), angles(sensor.columns, longest), indexing="ij")


def _parts(scene: Scene, time: float) -> Iterator[tuple[float, float, float, float, float, float, bool]]:
    """Discs in view: along, across, height, half length, half width, °C above the floor, hair."""
    for person in scene.people:
        if (where := person.at(time)) is None:
            continue
        sway = 0.02 * math.sin(11 * time + person.tall * 50)
        along, across = where[0], where[1] + sway
        yield along, across, person.tall - 0.28, 0.14, person.wide / 2, 4.5 * person.warmth, False
        yield along, across, person.tall, 0.09, 0.08, 9.0 * person.warmth, person.dark
    for box in scene.trolleys:
        for (t0, a0, c0), (t1, a1, c1) in zip(box.path, box.path[1:], strict=False):
            if t0 <= time < t1:
                part = (time - t0) / (t1 - t0)
                along, across = a0 + part * (a1 - a0), c0 + part * (c1 - c0)
                yield along, across, box.tall, box.long / 2, box.wide / 2, 0.0, False


def _cells(rays: NDArray[np.float64], sensor: Sensor) -> NDArray[np.float64]:
    return rays.reshape(sensor.rows, _RAYS, sensor.columns, _RAYS).transpose(0, 2, 1, 3).reshape(*_shape(sensor), -1)


def _shape(sensor: Sensor) -> tuple[int, int]:
    return sensor.rows, sensor.columns


def _temperatures(scene: Scene, time: float) -> NDArray[np.float64]:
    sensor = scene.sensor
    tangent_along, tangent_across = _grid(sensor)
    rays = np.zeros_like(tangent_along)
    for along, across, height, long, wide, warm, _ in _parts(scene, time):
        depth = max(0.15, sensor.height - height)
        inside = ((tangent_along * depth - along) / long) ** 2 + ((tangent_across * depth - across) / wide) ** 2 < 1
        rays[inside] = np.maximum(rays[inside], warm) if warm else 0.0
    cells = _blurred(_cells(rays, sensor).mean(-1))
    if scene.cold:
        cells = -cells
    cells += scene.floor + scene.drift * time / scene.seconds
    for when, by in scene.draught:
        if time > when:
            outside = np.linspace(1.0, 0.4, sensor.rows)[:, None]
            cells += by * min(1, (time - when) / 0.5) * math.exp(-(time - when) / 4) * outside
    if scene.sun is not None and time > scene.sun[0]:
        third = sensor.rows // 3
        cells[:third, :third] += scene.sun[1] * min(1, (time - scene.sun[0]) / 2)
    for when in scene.leaf:
        if 0 <= time - when < 1.5:
            cells[:, -1] += 1.2 * math.sin(math.pi * (time - when) / 1.5)
    return cells


def _blurred(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    padded = np.pad(cells, 1, mode="edge")
    tall = 0.18 * padded[:-2] + 0.64 * padded[1:-1] + 0.18 * padded[2:]
    return np.asarray(0.18 * tall[:, :-2] + 0.64 * tall[:, 1:-1] + 0.18 * tall[:, 2:])


def _distances(scene: Scene, time: float, rng: np.random.Generator) -> NDArray[np.float64]:
    sensor = scene.sensor
    tangent_along, tangent_across = _grid(sensor)
    rays = np.full_like(tangent_along, sensor.height * 1_000)
    hair = np.zeros_like(rays, bool)
    for along, across, height, long, wide, _, dark in _parts(scene, time):
        depth = max(0.1, sensor.height - height)
        inside = ((tangent_along * depth - along) / long) ** 2 + ((tangent_across * depth - across) / wide) ** 2 < 1
        nearer = inside & (rays > depth * 1_000)
        rays[nearer], hair[nearer] = depth * 1_000, dark
    for when in scene.leaf:
        if 0 <= time - when < 1.5:
            swing = math.sin(math.pi * (time - when) / 1.5)
            rays[:, int(rays.shape[1] * (1 - 0.12 * swing)) :] = 700
    # the sensor reports the nearest thing that fills a good part of the cell
    cells = np.sort(_cells(rays, sensor), axis=-1)[:, :, 2]
    cells = cells + rng.normal(0, sensor.noise, cells.shape) * (cells / 2_500)
    mute = (_cells(hair, sensor).mean(-1) > 0.5) & (rng.random(cells.shape) < 0.5)
    rim = np.zeros(cells.shape, bool)
    rim[[0, 0, -1, -1], [0, -1, 0, -1]] = True
    mute |= rim & (rng.random(cells.shape) < 0.15)
    return np.where(mute, 0.0 if rng.random() < 0.5 else np.nan, cells)
