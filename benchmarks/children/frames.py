"""To know when a frame was shown. Import after ``kiosk.screens.environment.prepare``: this opens the window."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from kivy.core.window import Window
from kivy.graphics.opengl import GL_RENDERER, GL_RGB, GL_UNSIGNED_BYTE, glGetString, glReadPixels


def after_each(shown: Callable[[], None]) -> None:
    """Call ``shown`` after each exchange of buffers. The event ``on_flip`` would come before it."""
    flip = Window.flip

    def flip_and_tell() -> None:
        flip()
        shown()

    Window.flip = flip_and_tell


def colours() -> int:
    """How many colours the window shows: one is a window without anything in it."""
    Window.on_draw()
    pixels = np.frombuffer(glReadPixels(0, 0, Window.width, Window.height, GL_RGB, GL_UNSIGNED_BYTE), np.uint8)
    return len(np.unique(pixels.reshape(-1, 3).astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)))


def renderer() -> str:
    """What draws: a graphics processor's name, or llvmpipe for the main processor."""
    return bytes(glGetString(GL_RENDERER)).decode(errors="replace")
