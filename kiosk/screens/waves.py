"""The waves above the sun of the welcome picture: they light up from the inner to the outer, three times, and rest.

After a minute on which nothing else happened they stop for good, so that an idle kiosk draws nothing.
"""

from __future__ import annotations

from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle

from kiosk.screens import textures
from kiosk.screens.elements import Arcs
from kiosk.screens.geometry import Box
from kiosk.screens.paint import Painter

STEP_SECONDS = 0.5
CALLS = 3
REST_SECONDS = 20.0
LAST_SECONDS = 60.0
#: How strongly each wave shows at rest, inner first.
AT_REST = (1.0, 0.78, 0.56)
_DIM = 0.35


def strengths(seconds: float, count: int) -> tuple[float, ...]:
    """How strongly each wave shows, so long after the page was opened."""
    rest = tuple(AT_REST[min(number, len(AT_REST) - 1)] for number in range(count))
    round_seconds = CALLS * count * STEP_SECONDS
    if count == 0 or seconds >= LAST_SECONDS or seconds % (round_seconds + REST_SECONDS) >= round_seconds:
        return rest
    lit = int(seconds % (round_seconds + REST_SECONDS) / STEP_SECONDS) % count
    return tuple(1.0 if number == lit else _DIM for number in range(count))


class Waves:
    """Draws into ``canvas`` until it is stopped."""

    def __init__(self, element: Arcs, canvas: Any, painter: Painter) -> None:
        self._colours: list[Any] = []
        self._event: Any = None
        self._since = Clock.get_time()
        x, y = element.centre
        with canvas:
            for radius, strength in zip(element.radii, strengths(LAST_SECONDS, len(element.radii)), strict=True):
                texture = textures.arc(round(radius, 1), round(element.line, 1), element.colour)
                side = texture.width
                self._colours.append(Color(1, 1, 1, strength))
                box = Box(round(x - side / 2), round(y - side / 2), side, side)
                Rectangle(texture=texture, **painter.place(box))
        if element.moving:
            self._event = Clock.schedule_interval(self._step, STEP_SECONDS)

    def stop(self) -> None:
        """Rest for good."""
        if self._event is not None:
            self._event.cancel()
            self._event = None

    def _step(self, _: float) -> None:
        seconds = Clock.get_time() - self._since
        for colour, strength in zip(self._colours, strengths(seconds, len(self._colours)), strict=True):
            if colour.a != strength:
                colour.a = strength
        if seconds >= LAST_SECONDS:
            self.stop()
