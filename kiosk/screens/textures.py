"""Textures: rounded panels with smooth edges, rings, arcs, dashes, icons, drawings, covers, codes.

Kivy's vector shapes have stair-step edges unless the whole window is multisampled, which a small computer pays for on
every frame. So every edge that is not straight is made here once, as pixels, and then only copied.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from kivy.graphics.texture import Texture
from numpy.typing import NDArray

from kiosk.images import covers, raster
from kiosk.images.picture import Picture

Mask = NDArray[np.float32]


def upload(pixels: NDArray[np.uint8]) -> Any:
    """A texture of these pixels: rows from the top, four bytes each."""
    height, width = pixels.shape[:2]
    texture = Texture.create(size=(width, height), colorfmt="rgba", bufferfmt="ubyte")
    texture.blit_buffer(np.ascontiguousarray(pixels).tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


def of_picture(picture: Picture) -> Any:
    """A texture of a picture."""
    texture = Texture.create(size=(picture.width, picture.height), colorfmt="rgba", bufferfmt="ubyte")
    texture.blit_buffer(picture.rgba, colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


def rgb(colour: str) -> tuple[int, int, int]:
    """``#RRGGBB`` as three numbers to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def rgba(colour: str, alpha: float = 1.0) -> tuple[float, float, float, float]:
    """``#RRGGBB`` as Kivy's four numbers to 1."""
    red, green, blue = rgb(colour)
    return red / 255, green / 255, blue / 255, alpha


def _rounded(width: int, height: int, radius: float, inset: float) -> Mask:
    """How much of each pixel lies inside a rounded rectangle that is ``inset`` smaller than the field."""
    x = np.abs(np.arange(width, dtype=np.float32) + 0.5 - width / 2) - (width / 2 - inset - radius)
    y = np.abs(np.arange(height, dtype=np.float32) + 0.5 - height / 2) - (height / 2 - inset - radius)
    outside = np.hypot(np.maximum(x, 0)[None, :], np.maximum(y, 0)[:, None])
    inside = np.minimum(np.maximum(x[None, :], y[:, None]), 0)
    return np.clip(0.5 - (outside + inside - radius), 0, 1)


def _dashes(width: int, height: int, line: int) -> Mask:
    """Dashes along a rectangle's border, whole ones on each side."""
    mask = np.zeros((height, width), np.float32)
    x, y = np.arange(width), np.arange(height)
    dash = 2.4 * line
    along_x = (x / width * max(1, round(width / (2 * dash)))) % 1 < 0.62
    along_y = (y / height * max(1, round(height / (2 * dash)))) % 1 < 0.62
    band = 3 * line
    mask[:band, along_x] = mask[-band:, along_x] = 1
    mask[np.ix_(along_y, x < band)] = mask[np.ix_(along_y, x >= width - band)] = 1
    return mask


@lru_cache(maxsize=160)
def panel(
    width: int, height: int, fill: str, edge: str, line: int, radius: int, dashed: bool = False, outside: str = ""
) -> Any:
    """A rounded rectangle at exactly this size."""
    radius = min(radius, width // 2, height // 2)
    outer = _rounded(width, height, radius, 0)
    inner = _rounded(width, height, max(0, radius - line), line) if edge and line else outer
    body = rgb(fill) if fill else rgb(edge or outside)
    colour = np.empty((height, width, 3), np.float32)
    colour[:] = body
    alpha = inner if fill else np.zeros_like(inner)
    if edge and line:
        ring = np.clip(outer - inner, 0, 1)
        if dashed:
            ring = ring * _dashes(width, height, line)
            if fill:
                alpha = outer
        total = np.maximum(ring + alpha * (1 - ring), 1e-6)
        share = (ring / total)[..., None]
        colour = np.asarray(rgb(edge), np.float32) * share + colour * (1 - share)
        alpha = np.maximum(ring + alpha * (1 - ring), 0) if dashed else np.maximum(ring + alpha, 0)
        alpha = np.clip(alpha, 0, 1)
    if outside:
        beyond = (1 - outer)[..., None]
        total = alpha[..., None] + beyond
        colour = (colour * alpha[..., None] + np.asarray(rgb(outside), np.float32) * beyond) / np.maximum(total, 1e-6)
        alpha = np.clip(total[..., 0], 0, 1)
    pixels = np.dstack([colour, alpha * 255]).round().clip(0, 255).astype(np.uint8)
    return upload(pixels)


def ring(side: int, part: float, line: int, colour: str, track: str) -> Any:
    """A countdown ring: ``part`` of it in ``colour``, clockwise from the top; the rest in ``track``."""
    at = np.arange(side, dtype=np.float32) + 0.5 - side / 2
    x, y = at[None, :], at[:, None]
    distance = np.hypot(x, y)
    middle, half = side / 2 - line / 2 - 0.5, line / 2
    alpha = np.clip(0.5 + half - np.abs(distance - middle), 0, 1)
    angle = (np.arctan2(x, -y) / (2 * math.pi)) % 1
    pixel = 1 / np.maximum(2 * math.pi * distance, 1)
    shown = np.clip((part - angle) / pixel + 0.5, 0, 1) if part < 1 else np.ones_like(alpha)
    shown = shown * np.clip(angle / pixel + 0.5, 0, 1) if 0 < part < 1 else shown
    tint = np.asarray(rgb(colour), np.float32) * shown[..., None]
    tint = tint + np.asarray(rgb(track), np.float32) * (1 - shown[..., None])
    return upload(np.dstack([tint, alpha * 255]).round().clip(0, 255).astype(np.uint8))


@lru_cache(maxsize=16)
def arc(radius: float, line: float, colour: str, half_angle: float = 52.0) -> Any:
    """One wave above the sun: an arc with round ends; the texture is a square around the sun's centre."""
    side = math.ceil(2 * (radius + line))
    at = np.arange(side, dtype=np.float32) + 0.5 - side / 2
    x, y = at[None, :], at[:, None]
    bow = np.abs(np.hypot(x, y) - radius)
    reach = math.radians(half_angle)
    within = np.abs(np.arctan2(x, -y)) <= reach
    end_x, end_y = radius * math.sin(reach), -radius * math.cos(reach)
    ends = np.hypot(np.abs(x) - end_x, y - end_y)
    distance = np.where(within, bow, ends)
    alpha = np.clip(0.5 + line / 2 - distance, 0, 1)
    pixels = np.empty((side, side, 4), np.uint8)
    pixels[..., :3] = rgb(colour)
    pixels[..., 3] = (alpha * 255).round()
    return upload(pixels)


@lru_cache(maxsize=16)
def code(modules: tuple[tuple[bool, ...], ...]) -> Any:
    """A code, one pixel a module; drawn enlarged without smoothing."""
    dark = np.asarray(modules, bool)
    pixels = np.full((*dark.shape, 4), 255, np.uint8)
    pixels[dark, :3] = 0
    texture = upload(pixels)
    texture.mag_filter = "nearest"
    texture.min_filter = "nearest"
    return texture


@lru_cache(maxsize=200)
def icon(name: str, side: int) -> Any:
    """An icon in white, to be tinted."""
    return of_picture(raster.icon(name, side, "#FFFFFF"))


@lru_cache(maxsize=12)
def art(name: str, width: int, height: int) -> Any:
    """A drawing at this size."""
    if name == "band":
        return of_picture(raster.band(width, height))
    return of_picture(raster.drawing(name, width, height))


@lru_cache(maxsize=64)
def cover(title: str, author: str, width: int, height: int) -> Any:
    """A drawn cover at this size; at most 64 are kept."""
    return of_picture(covers.cover(title, author, width, height))
