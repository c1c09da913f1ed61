"""What becomes of a drawing in the world: shown on a phone's screen, stuck on a book's round spine, worn by years.

Each function takes a thing and gives another; chance comes from a seeded ``numpy`` generator.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from PIL import Image

from devices.emulators.things import PX_PER_MM, Thing

#: What a dark screen still gives off, in grey levels: it mirrors the room.
_SCREEN_BLACK: Final = 18.0


def on_screen(thing: Thing, rng: np.random.Generator, *, light: float = 0.6, moire: float = 0.06) -> Thing:
    """``thing`` as a phone shows it: ``light`` is the screen's brightness (1 = like paper).

    ``moire`` is the depth of the slow bands that the screen's pixels and the camera's make together (0 to 1).
    """
    picture = np.asarray(thing.image, dtype=np.float32) * np.float32(light) + np.float32(_SCREEN_BLACK)
    height, width = picture.shape[:2]
    turn, pitch = rng.uniform(0, np.pi), PX_PER_MM * rng.uniform(3, 9)
    x, y = np.arange(width)[None, :], np.arange(height)[:, None]
    bands = 1 - moire * (0.5 + 0.5 * np.sin(2 * np.pi * (x * np.cos(turn) + y * np.sin(turn)) / pitch))
    return _with(thing, picture * bands[..., None].astype(np.float32), "on a screen")


def curved(thing: Thing, degrees: float, *, across: bool = False) -> Thing:
    """``thing`` stuck around a round spine so that it covers ``degrees`` of it (below 180), seen from the front.

    The spine runs from top to bottom, so a label's outer bars crowd together; with ``across`` it runs from left to
    right, so the bars bend.
    """
    picture = np.asarray(thing.image)
    flat = picture.transpose(1, 0, 2) if across else picture
    height, width = flat.shape[:2]
    angle = np.deg2rad(degrees)
    radius = width / angle
    seen = max(1, round(2 * radius * np.sin(angle / 2)))
    offsets = (np.arange(seen) - (seen - 1) / 2) / radius
    source = (np.arcsin(np.clip(offsets, -1, 1)) * radius + (width - 1) / 2).astype(np.float32)
    rows = np.arange(height, dtype=np.float32)
    if across:  # the spine's round end is seen from a little above: what is further back lies higher
        bulge = ((np.sqrt(1 - np.clip(offsets, -1, 1) ** 2) - np.cos(angle / 2)) * radius * 0.15).astype(np.float32)
    else:
        bulge = np.zeros(seen, np.float32)
    map_x, map_y = np.tile(source, (height, 1)), rows[:, None] + bulge[None, :]
    bent = cv2.remap(np.ascontiguousarray(flat), map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    shade = (0.55 + 0.45 * np.sqrt(1 - np.clip(offsets, -1, 1) ** 2)).astype(np.float32)
    lit = np.asarray(bent, dtype=np.float32) * shade[None, :, None]
    return _with(thing, lit.transpose(1, 0, 2) if across else lit, "on a spine")


def worn(thing: Thing, rng: np.random.Generator, *, scratches: int = 6, faded: float = 0.25) -> Thing:
    """``thing`` after years: ink turned grey by ``faded`` (0 to 1), thin light scratches across the print."""
    picture = np.asarray(thing.image, dtype=np.float32)
    picture = np.ascontiguousarray(picture + (235 - picture) * np.float32(faded))
    height, width = picture.shape[:2]
    for _ in range(scratches):
        start = (int(rng.integers(width)), int(rng.integers(height)))
        reach = rng.normal(0, 0.15 * width, 2)
        end = (round(start[0] + float(reach[0])), round(start[1] + float(reach[1])))
        cv2.line(picture, start, end, (228.0, 230.0, 232.0), int(rng.integers(1, 4)), cv2.LINE_AA)
    return _with(thing, picture, "worn")


def _with(thing: Thing, picture: np.typing.NDArray[np.float32], how: str) -> Thing:
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8), "RGB")
    return replace(thing, name=f"{thing.name}, {how}", image=image)
