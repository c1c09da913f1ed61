"""When is an open camera dead? Pure rules over times and frames, and how long to wait before the next attempt.

OpenCV may block, end, or give the last frame for ever when a camera is pulled out; each has its own sign here.
"""

from __future__ import annotations

from typing import Final

from devices.barcode.events import Why

#: An open camera that gives no frame for this long has stalled (s).
STALLED_S: Final = 2.5
#: Opening may take this long (s): some USB cameras need two seconds to wake.
OPENING_S: Final = 5.0
#: A live camera whose frames are equal to the last bit for this long is frozen (s): a real sensor has noise.
FROZEN_S: Final = 4.0
#: Pauses between attempts (s). The longest leaves room to be back within 3 s of the camera's return.
_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 1.0


class Watchdog:
    """Watches one attempt at a camera. ``frozen`` is the fingerprint that an earlier attempt froze at."""

    def __init__(self, began: float, frozen: int | None = None) -> None:
        self._began = began
        self._last: float | None = None
        self._print: int | None = frozen
        self._since = began
        self._frozen = frozen is not None

    @property
    def fingerprint(self) -> int | None:
        """Of the last frame."""
        return self._print

    @property
    def healthy(self) -> bool:
        """Whether frames come, and are not those it froze at before."""
        return self._last is not None and not self._frozen

    def frame(self, now: float, mark: int) -> None:
        """A frame with the fingerprint ``mark`` came."""
        self._last = now
        if mark != self._print:
            self._print, self._since, self._frozen = mark, now, False

    def trouble(self, now: float, *, live: bool) -> Why | None:
        """What is wrong, if anything. Only a ``live`` source can freeze: files repeat themselves rightly."""
        if self._last is None:
            return Why.STALLED if now - self._began > OPENING_S else None
        if now - self._last > STALLED_S:
            return Why.STALLED
        if live and now - self._since > FROZEN_S:
            return Why.FROZEN
        return None


class BackOff:
    """Growing pauses between attempts; back to the shortest after a success."""

    def __init__(self) -> None:
        self._pause = _FIRST_PAUSE_S

    def next(self) -> float:
        """The pause before the next attempt (s)."""
        pause = self._pause
        self._pause = min(pause * 2, _LONGEST_PAUSE_S)
        return pause

    def reset(self) -> None:
        """The last attempt went well."""
        self._pause = _FIRST_PAUSE_S
