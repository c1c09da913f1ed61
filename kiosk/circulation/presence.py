"""Whether the library system is there, since when it is not, and when to ask again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from kiosk.circulation.clock import Clock

log = logging.getLogger(__name__)

#: The shortest and the longest time between two questions whether the system is back, in seconds.
SHORTEST_S, LONGEST_S = 1.0, 30.0

_SECOND = 1_000_000_000


def pause(tries: int, jitter: float) -> float:
    """Seconds until the next question after ``tries`` in vain: 1, 2, 4 … 30, less up to a fifth (``jitter`` 0 to 1), so
    that the kiosks of a library do not all come at once."""
    return float(min(LONGEST_S, SHORTEST_S * 2 ** min(tries, 10)) * (1 - jitter / 5))


class Presence:
    """Online until a call fails; back when the system says so. ``changed`` hears of each change, on the same thread."""

    def __init__(self, clock: Clock, jitter: Callable[[], float], changed: Callable[[bool], None]) -> None:
        self.offline_since: datetime | None = None
        self._clock = clock
        self._jitter = jitter
        self._changed = changed
        self._tries = 0
        self._ask_at_ns = 0

    @property
    def online(self) -> bool:
        return self.offline_since is None

    def lost(self) -> None:
        """A call failed."""
        if not self.online:
            return
        self.offline_since = self._clock.now()
        log.warning("the library system does not answer; working offline")
        self._wait()
        self._tell(False)

    def missed(self) -> None:
        """It was asked whether it is back, and is not."""
        self._wait()

    def back(self) -> None:
        """It says that it is back."""
        if self.online:
            return
        self.offline_since = None
        log.warning("the library system answers again")
        self._tell(True)

    def worked(self) -> None:
        """A call was answered: the next failure starts with a short pause again."""
        self._tries = 0

    def seconds_to_question(self) -> float:
        """How long until the system is to be asked whether it is back."""
        return max(0.0, (self._ask_at_ns - self._clock.monotonic_ns()) / _SECOND)

    def _wait(self) -> None:
        seconds = pause(self._tries, self._jitter())
        self._tries += 1
        self._ask_at_ns = self._clock.monotonic_ns() + int(seconds * _SECOND)

    def _tell(self, online: bool) -> None:
        try:
            self._changed(online)
        except Exception as error:  # noqa: BLE001 - whoever listens must not stop circulation
            log.error("a listener failed when the library system's presence changed: %s", type(error).__name__)
