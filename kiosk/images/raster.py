"""Icons, spot drawings, the mark, the river and the woven band at any size, as pixels.

The drawings are the SVG files beside this module; the river is drawn for the asked size by ``river``. Results are
kept in memory for as long as they are likely to be asked for again.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image

from kiosk.images import river
from kiosk.images.picture import Picture, PictureError, check_size, image, of_image, render

__all__ = ["Picture", "PictureError", "band", "drawing", "icon", "icons"]

_FOLDER: Final = Path(__file__).parent / "svg"
_NAME: Final = re.compile(r"[a-z][a-z0-9-]*")
_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_ROOT: Final = re.compile(r"<svg[^>]*>")
_SIZE: Final = re.compile(r'\s(?:width|height|preserveAspectRatio)="[^"]*"')

_WHITE: Final = "#FFFFFF"
_BAND_SCALE: Final = 0.6
_BAND_REPEAT: Final = 96
_BAND_GROUND: Final = "#841A33"
_BAND_WEFT: Final = 0.62
_BAND_THREADS: Final = (
    (0, 10, "#5E1026"),
    (10, 4, "#F4B53F"),
    (14, 10, "#5E1026"),
    (34, 3, "#E9D8C0"),
    (41, 3, "#E9D8C0"),
    (58, 16, "#10292B"),
    (64, 4, "#F4B53F"),
    (84, 3, "#E9D8C0"),
)
"""Place, width and colour of the threads of one repeat, in both directions; the weft lets the warp show through."""


def icons() -> tuple[str, ...]:
    """The names that :func:`icon` knows, in order of the alphabet."""
    return tuple(sorted(each.stem.removeprefix("icon-") for each in _FOLDER.glob("icon-*.svg")))


@lru_cache(maxsize=256)
def icon(name: str, px: int, colour: str) -> Picture:
    """One icon in one colour (``#RRGGBB``), ``px`` pixels square, on nothing.

    Raises:
        PictureError: no such icon, size or colour.
    """
    if not _COLOUR.fullmatch(colour):
        raise PictureError(f"The colour of icon {name} is “{colour}”; it must look like #0E4345.")
    return render(_sized(_source(f"icon-{name}").replace(_WHITE, colour), px, px, "xMidYMid meet"))


@lru_cache(maxsize=16)
def drawing(name: str, width: int, height: int, *, slice: bool = False) -> Picture:
    """A drawing (``spot-*``, ``mark``, ``river-*``) in a box of ``width`` × ``height`` pixels.

    A drawing keeps its proportions and is centred; with ``slice`` it covers the box and what juts out is cut off. A
    river is drawn anew for the box, so that it always covers it, stands on its lower edge, and is crisp.

    Raises:
        PictureError: no such drawing or size.
    """
    check_size(width, height)
    if name in river.NAMES:
        return _river(name, width, height)
    return render(_sized(_source(name), width, height, f"xMidYMid {'slice' if slice else 'meet'}"))


def _river(name: str, width: int, height: int) -> Picture:
    """The river; only where something is to be seen is drawn, which saves a third of the time of a start."""
    canvas = Image.new("RGBA", (width, height), river.sky(name))
    for box in river.lively(name, width, height):
        canvas.paste(image(river.svg(name, width, height, box)), (box.x, box.y))
    return of_image(canvas)


@lru_cache(maxsize=8)
def band(width: int, height: int) -> Picture:
    """The woven band: the check of the sarung Samarinda, repeated from the top left corner.

    Every thread runs through the whole band. A repeated tile would leave seams, because it is not a whole number of
    pixels wide.
    """
    check_size(width, height)
    across, down = (math.ceil(side / _BAND_SCALE) for side in (width, height))
    warp = [
        f'<rect x="{start + x}" width="{size}" height="{down}" fill="{colour}"/>'
        for start in range(0, across, _BAND_REPEAT)
        for x, size, colour in _BAND_THREADS
    ]
    weft = [
        f'<rect y="{start + y}" width="{across}" height="{size}" fill="{colour}" fill-opacity="{_BAND_WEFT}"/>'
        for start in range(0, down, _BAND_REPEAT)
        for y, size, colour in _BAND_THREADS
    ]
    return render(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<rect width="{width}" height="{height}" fill="{_BAND_GROUND}"/>'
        f'<g transform="scale({_BAND_SCALE})">{"".join(warp)}{"".join(weft)}</g></svg>'
    )


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    """The text of a drawing's file. Names are checked, so that none leads out of the folder."""
    if _NAME.fullmatch(name):
        try:
            return (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
        except FileNotFoundError:
            pass
    raise PictureError(f"There is no drawing “{name}”; kiosk/images/svg holds those that exist.")


def _sized(svg: str, width: int, height: int, fit: str) -> str:
    """The same drawing with another size and fit on its root element."""
    check_size(width, height)
    root = _ROOT.search(svg)
    if root is None:
        raise PictureError("A file in kiosk/images/svg is not an SVG drawing.")
    size = f' width="{width}" height="{height}" preserveAspectRatio="{fit}">'
    return svg[: root.start()] + _SIZE.sub("", root.group())[:-1] + size + svg[root.end() :]
