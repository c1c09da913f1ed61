"""A camera that reads codes: opens its source, keeps it open through every mishap, posts what a session must know.

Two threads: the grabber (:mod:`devices.barcode.grabber`) empties the camera and keeps the newest frame; the reader
takes that frame, decodes it, watches over the grabber and replaces it. A frame exists only until the next one comes;
none is ever written anywhere.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from devices.barcode.accept import Rules
from devices.barcode.code import BarcodeError
from devices.barcode.events import CameraChanged, Event, Why
from devices.barcode.grabber import Grabber, Taken
from devices.barcode.preview import Preview, make_preview
from devices.barcode.settings import CameraSettings, CodeSettings
from devices.barcode.watchdog import BackOff, Watchdog

if TYPE_CHECKING:
    from devices.barcode.sources.source import Source
    from devices.barcode.viewer import Viewer
    from devices.barcode.zbar import Zbar

log = logging.getLogger(__name__)

#: The reader looks after its camera at least this often (s).
_TICK_S: Final = 0.25
#: How long :meth:`CameraReader.stop` waits for the reader (s).
_STOP_S: Final = 1.0
#: How long an ended attempt is waited for before it is left behind (s).
_JOIN_S: Final = 0.2
#: Attempts that hang inside a driver and were left behind; with this many, wait until one comes back.
_LEFT_BEHIND: Final = 3
#: Failures of the decoder one after the other before the camera counts as failed.
_FAILURES: Final = 10

#: A picture whose grey levels lie this near to each other shows nothing.
_BLANK: Final = 2

Opener = Callable[[CameraSettings], "Source"]


class CameraReader:
    """Posts :class:`CodeRead`, :class:`CodeHint` and :class:`CameraChanged` from its own thread to ``post``.

    ``post`` must not block. ``opener`` opens the source (OpenCV by default); ``clock`` gives steady seconds.

    Raises:
        BarcodeError: the rules in ``codes`` cannot be used.
    """

    def __init__(
        self,
        settings: CameraSettings,
        codes: CodeSettings,
        post: Callable[[Event], None],
        *,
        opener: Opener | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._codes, self._post_to, self._clock = settings, codes, post, clock
        self._rules = Rules(codes)
        self._opener = opener
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._grabber: Grabber | None = None
        self._viewer: Viewer | None = None
        self._left_behind: list[Grabber] = []
        self._ready: bool | None = None
        self._number, self._at = 0, float("-inf")
        self._frozen: int | None = None
        self._failures = 0
        self._ended = False
        self._back_off = BackOff()

    @property
    def ready(self) -> bool:
        """Whether the camera gives pictures."""
        return self._ready is True

    def start(self) -> None:
        """Begin; the first :class:`CameraChanged` tells whether a camera is there."""
        if not self._settings.source:
            self._set_ready(False, Why.NOT_SET)
            return
        self._thread = threading.Thread(target=self._run, name="camera-reader", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End within 1.5 s, even when the source hangs. Nothing is posted after this returns."""
        self._stop.set()
        if (grabber := self._grabber) is not None:
            grabber.stop()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(_STOP_S)
        self._ready = False

    def preview(self) -> Preview | None:
        """The newest frame, small, with the last usable code; ``None`` without a picture. Costs nothing unasked."""
        grabber, viewer = self._grabber, self._viewer
        taken = grabber.newest if grabber is not None else None
        if taken is None or viewer is None or not self.ready:
            return None
        try:
            return make_preview(taken.number, taken.shot, viewer.seen, self._clock())
        except BarcodeError:  # this frame came damaged; the next one comes soon
            return None

    def _post(self, event: Event) -> None:
        if not self._stop.is_set():
            self._post_to(event)

    def _set_ready(self, ready: bool, why: Why) -> None:
        """Tell a change, once: a camera that stays away does not report every attempt."""
        if ready != self._ready:
            self._ready = ready
            self._post(CameraChanged(ready, why))

    def _run(self) -> None:
        try:
            from devices.barcode.sources import Notes, open_source
            from devices.barcode.stepper import live_stepper
            from devices.barcode.viewer import Viewer
            from devices.barcode.zbar import Zbar
        except ImportError as error:
            log.error("camera: the Python package %r is missing; codes cannot be read by camera", error.name)
            self._set_ready(False, Why.NO_SOFTWARE)
            return
        notes = Notes()
        opener = self._opener or (lambda settings: open_source(settings, notes))
        zbar = Zbar() if self._settings.second_engine else None
        try:
            if zbar is not None:
                zbar.warm_up()
            stepper = live_stepper(self._settings, self._codes, clock=time.perf_counter, second=zbar)
            self._viewer = Viewer(self._rules, stepper)
            while not self._stop.is_set():
                self._attempt(lambda: opener(self._settings), self._viewer)
                if self._ended:
                    return
                self._stop.wait(self._back_off.next())
        finally:
            self._end(zbar)

    def _end(self, zbar: Zbar | None) -> None:
        self._viewer = None
        if zbar is not None:
            zbar.close()

    def _attempt(self, opener: Callable[[], Source], viewer: Viewer) -> None:
        """Open the camera once and read it until something is wrong."""
        self._left_behind = [grabber for grabber in self._left_behind if not grabber.join(0)]
        if len(self._left_behind) >= _LEFT_BEHIND:
            return
        grabber = self._grabber = Grabber(opener, self._clock, self._number)
        watchdog = Watchdog(grabber.began, self._frozen)
        try:
            why = self._read(grabber, watchdog, viewer)
        finally:
            grabber.stop()
            self._grabber = None
            if not grabber.join(_JOIN_S):
                self._left_behind.append(grabber)
        self._frozen = watchdog.fingerprint if why is Why.FROZEN else None
        if why is Why.ENDED:
            self._ended = True
            self._set_ready(False, why)
        elif why is not None:
            if self._ready is not False:
                log.warning("camera: %s; trying again and again. %s", why, grabber.problem)
            self._set_ready(False, why)

    def _read(self, grabber: Grabber, watchdog: Watchdog, viewer: Viewer) -> Why | None:
        """Frame after frame; why it ended, or ``None`` when told to stop."""
        while not self._stop.is_set():
            if (early := self._at + viewer.pause - self._clock()) > 0:
                self._stop.wait(early)  # the grabber throws away meanwhile what comes, undecoded
            taken = grabber.after(self._number, _TICK_S)
            if taken is not None:
                self._number, self._at = taken.number, self._clock()
                watchdog.frame(taken.at, taken.shot.mark)
                if watchdog.healthy:
                    self._back_off.reset()
                    self._set_ready(True, Why.READY)
                self._decode(taken, viewer)
                if self._failures >= _FAILURES:
                    self._failures = 0
                    return Why.FAILED
            elif grabber.ended and not self._stop.is_set():
                if grabber.finished and not self._settings.loop:
                    return Why.ENDED
                return Why.LOST if self.ready else Why.ABSENT
            # Right after a frame it is the frame's time that counts: a slow decoder is no stalled camera.
            why = watchdog.trouble(self._clock() if taken is None else taken.at, live=grabber.live)
            if why is Why.FROZEN and taken is not None and _is_blank(taken):
                continue
            if why is not None:
                return why
        return None

    def _decode(self, taken: Taken, viewer: Viewer) -> None:
        try:
            for event in viewer.frame(taken.at, taken.shot):
                self._post(event)
            self._failures = 0
        except BarcodeError as error:
            self._failures += 1
            if self._failures == 1:
                log.info("camera: %s", error)
        except Exception:
            self._failures += 1
            if self._failures == 1:
                log.exception("camera: a frame could not be decoded")


def _is_blank(taken: Taken) -> bool:
    """Whether the frame is one even grey: with the lights out, compression makes all frames equal, and rightly so."""
    try:
        thumbnail = taken.shot.thumbnail()
    except BarcodeError:
        return False
    return int(thumbnail.max()) - int(thumbnail.min()) <= _BLANK
