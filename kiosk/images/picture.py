"""Pixels, and the way from SVG text to them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

import resvg_py
from PIL import Image


class PictureError(Exception):
    """A picture could not be drawn: its name, size or colour is not possible."""


@dataclass(frozen=True, slots=True)
class Picture:
    """``width`` × ``height`` pixels; ``rgba`` holds four bytes each, top row first, alpha not multiplied in."""

    width: int
    height: int
    rgba: bytes = field(repr=False)


def check_size(width: int, height: int) -> None:
    """Refuse sizes that no panel has.

    Raises:
        PictureError: a side is below 1 or above 8192 px.
    """
    if not (1 <= width <= 8192 and 1 <= height <= 8192):
        raise PictureError(f"A picture cannot be {width}×{height} px; each side must be 1 to 8192.")


def render(svg: str, fonts: tuple[Path, ...] = ()) -> Picture:
    """Draw SVG text at the size its root element names. Only the given font files are used.

    Raises:
        PictureError: the text is not a drawing.
    """
    return of_image(image(svg, fonts))


def image(svg: str, fonts: tuple[Path, ...] = ()) -> Image.Image:
    """As :func:`render`, to be pasted into something larger."""
    try:
        png = bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg,
                skip_system_fonts=True,
                font_files=[str(each) for each in fonts],
            )
        )
    except ValueError as error:
        raise PictureError(f"A drawing could not be rendered: {error}.") from error
    return Image.open(io.BytesIO(png))


def of_image(image: Image.Image) -> Picture:
    """The pixels of an image."""
    pixels = image if image.mode == "RGBA" else image.convert("RGBA")
    return Picture(pixels.width, pixels.height, pixels.tobytes())
