"""What a camera over a desk sees: a thing held at an angle, blurred, noisy, too dark or too bright.

Plain functions of their arguments; every bit of chance comes from a ``numpy`` generator that the caller seeds.
Frames are ``uint8``: BGR, shape (height, width, 3), as OpenCV gives them, or grey, shape (height, width).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.emulators.backdrops import Desk, desk
from devices.emulators.optics import HARD, SHARP, TYPICAL, Frame, Optics, expose
from devices.emulators.things import Thing

__all__ = [
    "FIELD_MM", "HARD", "SHARP", "TYPICAL", "Desk", "Frame", "Optics", "Pose", "corners", "desk", "expose", "hand",
    "jitter", "photograph", "place",
]  # fmt: skip

#: Width of the desk that the camera sees, in millimetres: what a 66 degree lens sees from 112 mm.
FIELD_MM: Final = 145.0
#: Distance of the camera in field widths; the smaller, the stronger the perspective.
_DISTANCE: Final = 1.2


@dataclass(frozen=True, slots=True)
class Pose:
    """How a thing is held: its middle off the picture's middle (mm), turned and tilted (degrees).

    ``near`` is how many times as large as on the desk it is seen, being held up towards the camera.
    """

    x_mm: float = 0.0
    y_mm: float = 0.0
    turn: float = 0.0
    tilt_x: float = 0.0
    tilt_y: float = 0.0
    near: float = 1.0


def hand(rng: np.random.Generator, *, turn: float = 8.0, tilt: float = 15.0) -> Pose:
    """A pose as a hand takes it: within ``turn`` and ``tilt`` degrees, up to 8 mm off the middle."""
    x, y, roll, tilt_x, tilt_y = rng.uniform(-1, 1, 5)
    return Pose(8 * x, 4 * y, turn * roll, tilt * tilt_x / 1.42, tilt * tilt_y / 1.42)


def jitter(pose: Pose, rng: np.random.Generator, mm: float = 0.3) -> Pose:
    """The same hand a moment later: shifted by about ``mm`` and turned by a fraction of a degree."""
    x, y, roll = rng.normal(0, 1, 3)
    return replace(pose, x_mm=pose.x_mm + mm * x, y_mm=pose.y_mm + mm * y, turn=pose.turn + 0.4 * roll)


def corners(thing: Thing, pose: Pose, width: int, height: int) -> NDArray[np.float32]:
    """Where the thing's corners fall in the picture (px): top left, top right, bottom right, bottom left."""
    w, h = thing.width_mm / 2, thing.image.height / thing.image.width * thing.width_mm / 2
    flat = np.array([(-w, -h, 0), (w, -h, 0), (w, h, 0), (-w, h, 0)]) * pose.near
    turned = flat @ _rotation(pose).T
    away = FIELD_MM * _DISTANCE
    seen = turned[:, :2] * (away / (away + turned[:, 2:])) + (pose.x_mm, pose.y_mm)
    return (seen * (width / FIELD_MM) + (width / 2, height / 2)).astype(np.float32)


def _rotation(pose: Pose) -> NDArray[np.float64]:
    z, x, y = np.deg2rad((pose.turn, pose.tilt_x, pose.tilt_y))
    around_z = np.array([(np.cos(z), -np.sin(z), 0), (np.sin(z), np.cos(z), 0), (0, 0, 1)])
    around_x = np.array([(1, 0, 0), (0, np.cos(x), -np.sin(x)), (0, np.sin(x), np.cos(x))])
    around_y = np.array([(np.cos(y), 0, np.sin(y)), (0, 1, 0), (-np.sin(y), 0, np.cos(y))])
    turned: NDArray[np.float64] = around_y @ around_x @ around_z
    return turned


def place(picture: Frame, thing: Thing, pose: Pose) -> Frame:
    """``picture``, BGR or grey, with ``thing`` held over it."""
    height, width = picture.shape[:2]
    drawn = np.asarray(thing.image.convert("L")) if picture.ndim == 2 else np.asarray(thing.image)[..., ::-1]
    h, w = drawn.shape[:2]
    where = corners(thing, pose, width, height)
    # Drawings are finer than the frame: smooth what would alias, as a lens averages over a pixel.
    finer = w / max(1.0, float(np.linalg.norm(where[1] - where[0])))
    drawn = cv2.GaussianBlur(drawn, (0, 0), max(0.6, 0.4 * finer))
    # Only the part of the picture that the thing covers is drawn anew.
    left, top = (max(0, int(low) - 1) for low in np.floor(where.min(axis=0)))
    right, bottom = (int(high) + 2 for high in np.ceil(where.max(axis=0)))
    part = picture[top:bottom, left:right]
    shown = picture.copy()
    if 0 in part.shape:
        return shown
    there = where - np.array((left, top), dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(np.array([(0, 0), (w, 0), (w, h), (0, h)], dtype=np.float32), there)
    size = (part.shape[1], part.shape[0])
    seen = np.asarray(cv2.warpPerspective(drawn, matrix, size, flags=cv2.INTER_LINEAR))
    cover = cv2.warpPerspective(np.full((h, w), 255, np.uint8), matrix, size, flags=cv2.INTER_LINEAR)
    share = np.asarray(cover, dtype=np.float32) / 255
    if picture.ndim == 3:
        share = share[..., None]
    shown[top:bottom, left:right] = seen * share + part * (1 - share)
    return shown


def photograph(
    things: list[tuple[Thing, Pose]],
    optics: Optics = TYPICAL,
    *,
    rng: np.random.Generator,
    kind: Desk = Desk.WOOD,
    size: tuple[int, int] = (1280, 720),
) -> Frame:
    """One frame of ``things`` lying on a desk, later ones over earlier ones; ``size`` is (width, height)."""
    picture = desk(kind, *size, rng)
    for thing, pose in things:
        picture = place(picture, thing, pose)
    return expose(picture, optics, rng)
