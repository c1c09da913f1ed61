"""A window in memory with the screens in it, driven by hand: for the gallery and for tests. No main loop, no sleeps.

Call ``environment.prepare(settings, headless=True)`` before importing this module: it opens the window.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from kivy.base import EventLoop, runTouchApp
from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels
from kivy.input.motionevent import MotionEvent
from numpy.typing import NDArray
from PIL import Image

from kiosk.config import ScreenSettings
from kiosk.screens import samples
from kiosk.screens.camera_picture import PreviewSource
from kiosk.screens.root import KioskRoot
from kiosk.session.model import Event, State


class Finger(MotionEvent):
    """A touch made by hand, at a point of the window counted from the lower left corner."""

    def __init__(self, x: float, y: float) -> None:
        super().__init__("stage", 1, {"x": x / Window.width, "y": y / Window.height})
        self.is_touch = True
        self.type_id = "touch"

    def depack(self, args: dict[str, float]) -> None:
        """Take the position, as Kivy's own providers do."""
        self.sx, self.sy = args["x"], args["y"]
        self.profile = ["pos"]
        super().depack(args)

    def go(self, x: float, y: float) -> None:
        """Slide to another point."""
        self.move({"x": x / Window.width, "y": y / Window.height})


class Stage:
    """The screens in a window of their own."""

    def __init__(self, settings: ScreenSettings, preview: PreviewSource = lambda: None) -> None:
        self.settings = settings
        self.sent: list[Event] = []
        EventLoop.ensure_window()
        self.root = KioskRoot(
            self.sent.append, settings, samples.LIBRARY, samples.HOURS, samples.KIOSK_CODE, lambda: samples.NOW, preview
        )
        runTouchApp(self.root, embedded=True)
        self.pump(2)

    def show(self, state: State) -> None:
        """Draw a state and wait until nothing moves."""
        self.root.show(state)
        self.root.motion.finish_all()

    def pump(self, frames: int = 1) -> None:
        """Let so many frames pass."""
        for _ in range(frames):
            EventLoop.idle()

    def pump_until(self, condition: Callable[[], bool], timeout: float = 3.0) -> None:
        """Let frames pass until something holds.

        Raises:
            TimeoutError: it did not within ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"still not so after {timeout} s")
            EventLoop.idle()

    def down(self, x: float, y: float) -> Finger:
        """Put a finger on the glass."""
        finger = Finger(x, y)
        EventLoop.post_dispatch_input("begin", finger)
        return finger

    def move(self, finger: Finger, x: float, y: float) -> None:
        """Slide a finger."""
        finger.go(x, y)
        EventLoop.post_dispatch_input("update", finger)

    def up(self, finger: Finger) -> None:
        """Lift a finger."""
        finger.update_time_end()
        EventLoop.post_dispatch_input("end", finger)

    def tap(self, x: float, y: float) -> None:
        """A finger down and up."""
        finger = self.down(x, y)
        self.pump()
        self.up(finger)
        self.pump()

    def pixels(self) -> NDArray[np.uint8]:
        """The window as it is now: rows from the top, red, green, blue."""
        Window.on_draw()
        data = glReadPixels(0, 0, Window.width, Window.height, GL_RGB, GL_UNSIGNED_BYTE)
        return np.frombuffer(data, np.uint8).reshape(Window.height, Window.width, 3)[::-1].copy()

    def picture(self, path: Path) -> None:
        """Write the window as it is now."""
        Image.fromarray(self.pixels()).save(path)

    def close(self) -> None:
        """Take the screens out of the window."""
        self.root.close()
        Window.remove_widget(self.root)
        self.pump(1)
