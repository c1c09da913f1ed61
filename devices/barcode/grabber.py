"""The thread that empties the camera: it keeps the newest frame and throws the others away.

A driver queues about four frames. Whoever decodes slower than the camera delivers and does not drain sees the past.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devices.barcode.code import BarcodeError

if TYPE_CHECKING:
    from devices.barcode.shot import Shot
    from devices.barcode.sources.source import Source

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """A frame as it came, its running number since the grabber began, and when it came (s)."""

    number: int
    at: float
    shot: Shot


class Grabber:
    """One attempt at one camera: opens, drains, ends. Make a new one to try again.

    ``clock`` gives seconds. ``opener`` may raise BarcodeError. The thread is a daemon: a driver that never comes
    back from a read is left behind, not waited for.
    """

    def __init__(self, opener: Callable[[], Source], clock: Callable[[], float], first_number: int = 0) -> None:
        self._opener, self._clock = opener, clock
        self._number = first_number
        self._stop = threading.Event()
        self._news = threading.Condition()
        self._newest: Taken | None = None
        self._ended = False
        self.began = clock()
        self.opened = False
        self.live = False
        #: The source came to its end by itself, as a file does.
        self.finished = False
        self.problem = ""
        self._thread = threading.Thread(target=self._run, name="camera-grabber", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether the source is closed: it could not be opened, or there is nothing more to come."""
        with self._news:
            return self._ended

    @property
    def newest(self) -> Taken | None:
        """The last frame that came, if any."""
        return self._newest

    def after(self, number: int, timeout: float) -> Taken | None:
        """The newest frame, if it came after frame ``number``; waits up to ``timeout`` seconds for one."""
        with self._news:
            self._news.wait_for(lambda: self._ended or self._is_after(number), timeout)
            return self._newest if self._is_after(number) else None

    def stop(self) -> None:
        """Tell the thread to end; returns at once."""
        self._stop.set()
        with self._news:
            self._newest = None
            self._news.notify_all()

    def join(self, timeout: float) -> bool:
        """Wait for the thread; whether it ended in time."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _is_after(self, number: int) -> bool:
        return self._newest is not None and self._newest.number > number

    def _run(self) -> None:
        try:
            source = self._opener()
        except BarcodeError as error:
            self.problem = str(error)
            self._end()
            return
        try:
            self.live, self.opened = source.live, True
            while not self._stop.is_set() and (shot := source.read(self._stop)) is not None:
                self._put(shot)
            self.finished = not (self._stop.is_set() or source.live)
        except BarcodeError as error:
            self.problem = str(error)
        finally:
            source.close()
            self._end()

    def _put(self, shot: Shot) -> None:
        with self._news:
            if not self._stop.is_set():
                self._number += 1
                self._newest = Taken(self._number, self._clock(), shot)
                self._news.notify_all()

    def _end(self) -> None:
        with self._news:
            self._ended, self._newest = True, None
            self._news.notify_all()
