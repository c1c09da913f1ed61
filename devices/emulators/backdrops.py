"""What lies under the thing that is shown: desks, cloth, print, and the stripes that look like codes and are none.

Every function takes a size and a seeded ``numpy`` generator and gives a BGR picture (height, width, 3).
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.emulators.optics import Frame

_Picture = NDArray[np.float32]


class Desk(enum.StrEnum):
    """What lies under the thing."""

    WOOD = "wood"
    GREY = "grey"
    #: A woven table cloth: fine threads both ways.
    CLOTH = "cloth"
    #: A page of a book: lines of words.
    PAGE = "page"
    #: Book spines side by side, each with its own bands.
    SHELF = "shelf"
    #: Bars of random widths, dark and light, as a code's and yet none: the hardest thing to lie beside.
    STRIPES = "stripes"
    #: A blotchy stone top.
    STONE = "stone"


def desk(kind: Desk, width: int, height: int, rng: np.random.Generator) -> Frame:
    """An empty desk, lit a little brighter in the middle."""
    picture = _DRAWN[kind](width, height, rng)
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    picture *= (np.float32(1.06) - np.float32(0.08) * (x**2 + y**2))[..., None]
    return np.clip(picture, 0, 255).astype(np.uint8)


def _plain(width: int, height: int, colour: tuple[float, float, float]) -> _Picture:
    return np.full((height, width, 3), np.array(colour, dtype=np.float32), dtype=np.float32)


def _wood(width: int, height: int, rng: np.random.Generator) -> _Picture:
    picture = _plain(width, height, (86, 122, 158))
    streaks = rng.normal(0, 1, (height, max(2, width // 40))).astype(np.float32)
    grain = cv2.GaussianBlur(cv2.resize(streaks, (width, height), interpolation=cv2.INTER_CUBIC), (0, 0), 2.0)
    picture += np.asarray(grain)[..., None] * np.array((14, 18, 20), dtype=np.float32)
    return picture


def _grey(width: int, height: int, _rng: np.random.Generator) -> _Picture:
    return _plain(width, height, (142, 144, 146))


def _cloth(width: int, height: int, rng: np.random.Generator) -> _Picture:
    picture = _plain(width, height, (rng.uniform(60, 150), rng.uniform(60, 150), rng.uniform(60, 150)))
    pitch = width / rng.uniform(120, 260)
    x, y = np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]
    picture += (14 * np.sin(2 * np.pi * x / pitch) + 14 * np.sin(2 * np.pi * y / pitch))[..., None].astype(np.float32)
    bands = np.repeat(rng.normal(0, 22, 24), -(-width // 24))[:width].astype(np.float32)
    picture += bands[None, :, None] * (rng.random() < 0.5)
    return picture


def _page(width: int, height: int, rng: np.random.Generator) -> _Picture:
    picture = _plain(width, height, (206, 216, 222))
    line = max(6, round(height / rng.uniform(18, 40)))
    for top in range(line, height - line, line):
        left = round(0.06 * width)
        while left < 0.94 * width:
            letter = max(1, round(0.28 * line))
            for _ in range(int(rng.integers(2, 11))):
                stem = max(1, letter // 4)
                tall = round(line * rng.uniform(0.38, 0.6))
                picture[top : top + tall, left : left + stem] = 52
                if rng.random() < 0.6:
                    picture[top + tall - stem : top + tall, left : left + letter] = 60
                left += letter + stem
            left += round(0.5 * line)
    return picture


def _shelf(width: int, height: int, rng: np.random.Generator) -> _Picture:
    picture, left = _plain(width, height, (40, 44, 48)), 0
    while left < width:
        spine = max(3, round(width * rng.uniform(0.012, 0.06)))
        colour = rng.uniform(30, 225, 3).astype(np.float32)
        top = round(height * rng.uniform(0, 0.12))
        picture[top:, left : left + spine - 1] = colour
        for _ in range(int(rng.integers(0, 4))):
            band = round(height * rng.uniform(0.1, 0.9))
            picture[band : band + round(0.02 * height) + 1, left : left + spine - 1] = 255 - colour
        picture[top:, left : left + max(1, spine // 8)] = 0.75 * colour
        left += spine
    return picture


def _stripes(width: int, height: int, rng: np.random.Generator) -> _Picture:
    picture = _plain(width, height, (224, 226, 228))
    module = max(2, round(width / rng.uniform(200, 500)))
    for _ in range(int(rng.integers(3, 7))):
        left, top = round(rng.uniform(-0.1, 0.8) * width), round(rng.uniform(-0.1, 0.8) * height)
        tall = round(rng.uniform(0.1, 0.4) * height)
        for _ in range(int(rng.integers(12, 50))):
            bar = module * int(rng.integers(1, 5))
            picture[max(top, 0) : max(top + tall, 0), max(left, 0) : max(left + bar, 0)] = 36
            left += bar + module * int(rng.integers(1, 5))
    return picture


def _stone(width: int, height: int, rng: np.random.Generator) -> _Picture:
    picture = _plain(width, height, (150, 156, 160))
    for cells in (8, 40, 200):
        blots = rng.normal(0, 1, (max(2, cells * height // width), cells)).astype(np.float32)
        cloud = cv2.resize(blots, (width, height), interpolation=cv2.INTER_CUBIC)
        picture += np.asarray(cloud)[..., None] * np.float32(14)
    return picture


_DRAWN: Final[dict[Desk, Callable[[int, int, np.random.Generator], _Picture]]] = {
    Desk.WOOD: _wood,
    Desk.GREY: _grey,
    Desk.CLOTH: _cloth,
    Desk.PAGE: _page,
    Desk.SHELF: _shelf,
    Desk.STRIPES: _stripes,
    Desk.STONE: _stone,
}
