"""What a camera makes of the light that falls into it: focus, movement, exposure, glare, shadow, noise, JPEG.

Plain functions of their arguments; every bit of chance comes from a ``numpy`` generator that the caller seeds.
Pictures are ``uint8``, grey (height, width) or BGR (height, width, 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
_Light = NDArray[np.float32]
#: The grey level of haze.
_HAZE: Final = 120.0


@dataclass(frozen=True, slots=True)
class Glare:
    """A lamp's reflection: its middle and size as shares of the picture's width, its light (1 = as bright as white).

    ``stretch`` above 1 makes it a bar, turned by ``turn`` degrees, as from a tube or a window.
    """

    x: float = 0.5
    y: float = 0.28
    size: float = 0.08
    light: float = 1.0
    stretch: float = 1.0
    turn: float = 0.0


@dataclass(frozen=True, slots=True)
class Shadow:
    """Light that falls off beyond a line through (``x``, ``y``) (shares of the width), towards ``turn`` degrees.

    ``depth`` is the share of light that is lost on the dark side, ``edge`` the width of the change: small for a hand's
    shadow, 1 for a window at one side.
    """

    x: float = 0.5
    y: float = 0.28
    turn: float = 0.0
    depth: float = 0.5
    edge: float = 0.05


@dataclass(frozen=True, slots=True)
class Optics:
    """The camera's faults, in the order in which light meets them.

    ``blur`` (sigma, px) and ``defocus`` (radius of a point's disc, px) are focus; ``motion`` (px) along
    ``motion_turn`` (degrees) is a hand's movement while the shutter is open; ``haze`` (0 to 1) is the share of grey
    light from everywhere, as from a lens with fingerprints or worn print; ``exposure`` (1 = right) multiplies the
    light, and what is too bright is clipped; ``noise`` (sigma, grey levels) is the sensor's own, ``shot`` (sigma at
    white, grey levels) the light's, less in the dark; ``jpeg`` is the quality of the camera's compression, 0 for none.
    """

    blur: float = 0.8
    noise: float = 4.0
    exposure: float = 1.0
    defocus: float = 0.0
    motion: float = 0.0
    motion_turn: float = 0.0
    shot: float = 0.0
    glare: Glare | None = None
    shadow: Shadow | None = None
    jpeg: int = 0
    haze: float = 0.0


SHARP: Final = Optics(blur=0.0, noise=0.0)
TYPICAL: Final = Optics()
HARD: Final = Optics(blur=1.5, noise=12.0, exposure=0.5)


def expose(picture: Frame, optics: Optics, rng: np.random.Generator) -> Frame:
    """``picture`` as the camera gives it."""
    picture = _focus(picture, optics)
    lit = optics.exposure != 1 or optics.haze > 0 or optics.glare is not None or optics.shadow is not None
    if lit or optics.noise > 0 or optics.shot > 0:
        light = picture.astype(np.float32)
        _shine(light, optics)
        _grain(light, optics, rng)
        picture = np.asarray(np.clip(light, 0, 255), dtype=np.uint8)
    return compressed(picture, optics.jpeg) if optics.jpeg else picture


def _focus(picture: Frame, optics: Optics) -> Frame:
    if optics.motion > 1:
        picture = _filtered(picture, _streak(optics.motion, optics.motion_turn))
    if optics.defocus > 0.5:
        picture = _filtered(picture, _disc(optics.defocus))
    if optics.blur > 0:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), optics.blur), dtype=np.uint8)
    return picture


def _shine(light: _Light, optics: Optics) -> None:
    """Haze, lamp, shadow and exposure, in place."""
    if optics.haze > 0:
        light *= np.float32(1 - optics.haze)
        light += np.float32(optics.haze * _HAZE)
    height, width = light.shape[:2]
    if optics.shadow is not None:
        _by_place(light, _shade(optics.shadow, width, height), add=False)
    if optics.glare is not None:
        _by_place(light, _spot(optics.glare, width, height), add=True)
    if optics.exposure != 1:
        light *= np.float32(optics.exposure)


def _grain(light: _Light, optics: Optics, rng: np.random.Generator) -> None:
    """Noise, in place: the same for all three colours, since what a decoder sees is the brightness."""
    if optics.noise <= 0 and optics.shot <= 0:
        return
    grain = rng.standard_normal(light.shape[:2], dtype=np.float32)
    if optics.shot > 0:
        brightness = light if light.ndim == 2 else light[:, :, 1]
        variance = np.clip(brightness, 0, 255) * np.float32(optics.shot**2 / 255) + np.float32(optics.noise**2)
        grain *= np.sqrt(variance)
    else:
        grain *= np.float32(optics.noise)
    _by_place(light, grain, add=True)


def _by_place(light: _Light, amount: _Light, *, add: bool) -> None:
    amount = amount if light.ndim == 2 else amount[..., None]
    if add:
        light += amount
    else:
        light *= amount


def compressed(picture: Frame, quality: int) -> Frame:
    """``picture`` after JPEG of ``quality`` (1 to 100), as a camera's MJPG stream brings it."""
    done, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
    if not done:
        raise RuntimeError("OpenCV could not write a JPEG; is its build complete?")
    way = cv2.IMREAD_GRAYSCALE if picture.ndim == 2 else cv2.IMREAD_COLOR
    return np.asarray(cv2.imdecode(data, way), dtype=np.uint8)


def _filtered(picture: Frame, kernel: _Light) -> Frame:
    return np.asarray(cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_REPLICATE), dtype=np.uint8)


def _streak(length: float, turn: float) -> _Light:
    """A line of ``length`` pixels, drawn four times finer so that its direction and length need not be whole."""
    side = int(np.ceil(length)) | 1
    fine = np.zeros((4 * side, 4 * side), np.float32)
    reach = np.array((np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn)))) * (2 * length - 2)
    middle = 2.0 * side - 0.5
    start, end = (tuple(round(float(middle + sign * part)) for part in reach) for sign in (-1, 1))
    cv2.line(fine, start, end, 1.0, 4)
    return _normalised(cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA))


def _disc(radius: float) -> _Light:
    reach = int(np.ceil(radius))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return _normalised(np.clip(radius + 0.5 - np.hypot(x, y), 0, 1))


def _normalised(kernel: object) -> _Light:
    weights = np.asarray(kernel, dtype=np.float32)
    return np.asarray(weights / weights.sum(), dtype=np.float32)


def _grid(width: int, height: int, x: float, y: float, turn: float) -> tuple[_Light, _Light]:
    """Coordinates in widths of the picture, from (x, y), turned."""
    across = (np.arange(width, dtype=np.float32) / width - np.float32(x))[None, :]
    down = (np.arange(height, dtype=np.float32) / width - np.float32(y))[:, None]
    cos, sin = np.float32(np.cos(np.deg2rad(turn))), np.float32(np.sin(np.deg2rad(turn)))
    along, side = across * cos + down * sin, down * cos - across * sin
    return along.astype(np.float32), side.astype(np.float32)


def _spot(glare: Glare, width: int, height: int) -> _Light:
    along, across = _grid(width, height, glare.x, glare.y, glare.turn)
    away = (along / np.float32(glare.size * glare.stretch)) ** 2 + (across / np.float32(glare.size)) ** 2
    return np.asarray(np.float32(255 * glare.light) * np.exp(-away), dtype=np.float32)


def _shade(shadow: Shadow, width: int, height: int) -> _Light:
    along, _ = _grid(width, height, shadow.x, shadow.y, shadow.turn)
    dark = 1 / (1 + np.exp(np.clip(-along * np.float32(4 / shadow.edge), -30, 30)))
    return np.asarray(1 - np.float32(shadow.depth) * dark, dtype=np.float32)
