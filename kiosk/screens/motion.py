"""Things that move for a moment: one clock for all of them, and none when nothing moves.

An endless animation costs a whole core where no graphics processor helps, so the clock runs only while something is
under way, and everything that moves has an end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock


def ease_out(t: float) -> float:
    """Fast first, then settling."""
    return 1 - (1 - t) ** 3


class Motion:
    """Runs changes over a few frames. ``still``: everything is at its end at once."""

    def __init__(self, *, still: bool = False) -> None:
        self.still = still
        self._moves: dict[object, tuple[float, float, Callable[[float], None]]] = {}
        self._event: Any = None

    @property
    def moving(self) -> bool:
        """Whether anything is under way."""
        return bool(self._moves)

    def run(self, who: object, seconds: float, change: Callable[[float], None]) -> None:
        """Call ``change`` with 0 to 1 over ``seconds``. What moved ``who`` before is finished first."""
        self.finish(who)
        if self.still or seconds <= 0:
            change(1.0)
            return
        change(0.0)
        self._moves[who] = (Clock.get_time(), seconds, change)
        if self._event is None:
            self._event = Clock.schedule_interval(self._tick, 0)

    def finish(self, who: object) -> None:
        """Put something at its end now."""
        move = self._moves.pop(who, None)
        if move is not None:
            move[2](1.0)
        self._rest()

    def forget(self, who: object) -> None:
        """Something that moved has gone."""
        self._moves.pop(who, None)
        self._rest()

    def finish_all(self) -> None:
        """Put everything at its end now."""
        for who in list(self._moves):
            self.finish(who)

    def _tick(self, _: float) -> None:
        now = Clock.get_time()
        for who, (since, seconds, change) in list(self._moves.items()):
            t = min(1.0, (now - since) / seconds)
            if t >= 1.0:
                self._moves.pop(who, None)
            change(ease_out(t) if t < 1.0 else 1.0)
        self._rest()

    def _rest(self) -> None:
        if not self._moves and self._event is not None:
            self._event.cancel()
            self._event = None
