"""The camera's picture on a page: fetched only while it is visible, ten times a second at most.

The picture is never mirrored and never kept: each new one overwrites the last in one texture. A found code is
outlined in gold inside a dark line for 600 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from kivy.clock import Clock
from kivy.graphics import Color, Rectangle, SmoothLine
from kivy.graphics.texture import Texture

from devices.barcode.preview import Preview
from kiosk.screens import textures
from kiosk.screens.elements import Live
from kiosk.screens.geometry import Box
from kiosk.screens.paint import Painter

PreviewSource = Callable[[], Preview | None]

FRAMES_PER_SECOND = 10
OUTLINE_SECONDS = 0.6
_EMPTY = "#8C887C"  # a camera that has not shown anything yet


class CameraPicture:
    """Draws into ``canvas`` until it is stopped."""

    def __init__(self, element: Live, canvas: Any, painter: Painter, source: PreviewSource) -> None:
        self._box = element.box
        self._source = source
        self._bottom = painter.height - element.box.bottom
        self._number = -1
        self._texture: Any = None
        with canvas:
            self._tint = Color(*textures.rgba(_EMPTY))
            self._picture = Rectangle(**painter.place(element.box))
            self._under = Color(*textures.rgba(element.under, 0))
            self._outer = SmoothLine(close=True, joint="round", width=max(2.0, element.box.width / 46))
            self._gold = Color(*textures.rgba(element.outline, 0))
            self._inner = SmoothLine(close=True, joint="round", width=max(1.1, element.box.width / 86))
        self._event = Clock.schedule_interval(self._refresh, 1 / FRAMES_PER_SECOND)
        self._refresh(0)

    def stop(self) -> None:
        """Fetch no more."""
        self._event.cancel()

    def _refresh(self, _: float) -> None:
        preview = self._source()
        if preview is None:
            self._outline(None)
            return
        height, width = preview.pixels.shape[:2]
        crop, factor = _crop(self._box, width, height)
        if preview.number != self._number:
            self._number = preview.number
            self._upload(preview, crop)
        fresh = preview.quad is not None and preview.quad_age is not None and preview.quad_age < OUTLINE_SECONDS
        self._outline([(x - crop.x, y - crop.y) for x, y in preview.quad] if fresh and preview.quad else None, factor)

    def _upload(self, preview: Preview, crop: Box) -> None:
        pixels = np.ascontiguousarray(preview.pixels[crop.y : crop.bottom, crop.x : crop.right])
        if self._texture is None or self._texture.size != (crop.width, crop.height):
            self._texture = Texture.create(size=(crop.width, crop.height), colorfmt="rgb", bufferfmt="ubyte")
            self._texture.flip_vertical()
        self._texture.blit_buffer(pixels.tobytes(), colorfmt="rgb", bufferfmt="ubyte")
        self._tint.rgba = (1, 1, 1, 1)
        self._picture.texture = self._texture

    def _outline(self, corners: list[tuple[int, int]] | None, factor: float = 1.0) -> None:
        shown = 1.0 if corners else 0.0
        if self._gold.a != shown:
            self._gold.a = self._under.a = shown
        points: list[float] = []
        box = self._box
        for x, y in corners or ():
            points.append(box.x + min(max(x * factor, 4), box.width - 4))
            points.append(self._bottom + box.height - min(max(y * factor, 4), box.height - 4))
        if points != self._inner.points:
            self._inner.points = self._outer.points = points


def _crop(box: Box, width: int, height: int) -> tuple[Box, float]:
    """The middle of a picture in the proportions of the box, and how many pixels of the panel one of its pixels is."""
    factor = max(box.width / width, box.height / height)
    shown_width, shown_height = min(width, round(box.width / factor)), min(height, round(box.height / factor))
    return Box((width - shown_width) // 2, (height - shown_height) // 2, shown_width, shown_height), factor
