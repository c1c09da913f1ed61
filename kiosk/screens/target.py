"""Something on the screen that can be pressed, as a test or the pilot aims at it."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.screens.elements import Press


@dataclass(frozen=True, slots=True)
class Target:
    """A press and where it is, in Kivy's coordinates (from the lower left corner)."""

    press: Press
    window_height: float

    @property
    def pos(self) -> tuple[float, float]:
        """The lower left corner."""
        return self.press.box.x, self.window_height - self.press.box.bottom

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.press.box.width, self.press.box.height

    @property
    def center(self) -> tuple[float, float]:
        """The middle."""
        x, y = self.press.box.centre
        return x, self.window_height - y

    def to_window(self, x: float, y: float) -> tuple[float, float]:
        """A point of this target in the window: targets are placed in the window already."""
        return x, y
