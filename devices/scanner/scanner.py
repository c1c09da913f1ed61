"""The thread that owns a scanner: its device opened, waited on, and found again when it comes back.

It waits for bytes and for :meth:`Scanner.stop`, and for nothing else: a silent scanner costs no time. What the bytes
mean is the decoder's business, what the texts mean the judge's.
"""

from __future__ import annotations

import logging
import os
import select
import threading
import time
from collections.abc import Callable
from typing import Final

from devices.scanner.decoders import decoder
from devices.scanner.errors import ScannerLost
from devices.scanner.events import Event, ScannerChanged, ScannerState
from devices.scanner.framer import Tally, Text
from devices.scanner.judge import Judge
from devices.scanner.limit import Limiter
from devices.scanner.lines import Line, open_line
from devices.scanner.settings import ScannerSettings

log = logging.getLogger(__name__)

#: Seconds between attempts to find a lost scanner: the first, and the most. One that is plugged in again works
#: within two seconds.
BACKOFF: Final = (0.2, 1.0)
#: How long :meth:`Scanner.stop` waits for the thread (s).
_STOP_S: Final = 1.0


class Intake:
    """The way of every text, whatever its scanner: not too fast, judged, and once. For one thread."""

    def __init__(self, name: str, judge: Judge, post: Callable[[Event], None], tally: Tally) -> None:
        self._name, self._judge, self._post, self._tally = name, judge, post, tally
        self._limiter = Limiter()

    def take(self, now: float, texts: list[Text]) -> None:
        """Post what counts of ``texts``, come at ``now`` (s)."""
        for text in texts:
            if not self._limiter.allows(now):
                self._tally.hurried += 1
                if self._tally.hurried == 1:
                    log.warning("scanner %s: texts come faster than anybody scans; some are dropped", self._name)
            elif not self._judge.is_new(now, text):
                self._tally.doubled += 1
            else:
                self._post(self._judge.scanned(text, self._name))


class Scanner:
    """One scanner. ``post`` is called on its own thread and must not block.

    ``opener`` opens its device; ``clock`` gives steady seconds.
    """

    def __init__(
        self,
        settings: ScannerSettings,
        judge: Judge,
        post: Callable[[Event], None],
        *,
        opener: Callable[[ScannerSettings], tuple[str, Line]] = open_line,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tally = Tally()
        self._settings, self._post_to, self._opener, self._clock = settings, post, opener, clock
        self._intake = Intake(settings.name, judge, self._post, self.tally)
        self._stopping = threading.Event()
        self._bell, self._rope = os.pipe()
        self._told: ScannerChanged | None = None
        self._thread = threading.Thread(target=self._run, name=f"scanner-{settings.name}", daemon=True)

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self._settings.name

    @property
    def ready(self) -> bool:
        """Whether it can scan."""
        return self._told is not None and self._told.ready

    def start(self) -> None:
        """Begin to look for it. Once only."""
        self._thread.start()

    def stop(self) -> None:
        """Let go of it. Nothing is posted after this returns, but that it has stopped."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        os.write(self._rope, b"x")
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(_STOP_S)
        if not self._thread.is_alive():
            os.close(self._bell)
            os.close(self._rope)
        self._post_to(ScannerChanged(self._settings.name, ScannerState.STOPPED))

    def _run(self) -> None:
        self._become(ScannerState.CONFIGURED)
        self._become(ScannerState.OPENING, f"looking for a scanner at {self._settings.port}")
        wait = BACKOFF[0]
        while not self._stopping.is_set():
            if self._visit():
                wait = BACKOFF[0]
            self._stopping.wait(wait)
            wait = min(wait * 2, BACKOFF[1])

    def _visit(self) -> bool:
        """Open the scanner and serve it until it is lost. Whether it was there."""
        line: Line | None = None
        try:
            name, line = self._opener(self._settings)
            self._become(ScannerState.READY, name)
            self._serve(line)
        except ScannerLost as lost:
            self._lose(str(lost))
        except Exception as error:
            # A defect must not end the thread: staff see the scanner lost, and it starts afresh.
            log.exception("scanner %s: the driver failed", self._settings.name)
            self._lose(f"the driver failed ({type(error).__name__}); it starts again")
        finally:
            if line is not None:
                line.close()
        return line is not None

    def _serve(self, line: Line) -> None:
        decode = decoder(self._settings, self.tally)
        poll = select.poll()
        poll.register(line.fileno(), select.POLLIN)
        poll.register(self._bell, select.POLLIN)
        while not self._stopping.is_set():
            ready = dict(poll.poll())
            if line.fileno() in ready:
                data = line.read()
                now = self._clock()
                self._intake.take(now, decode.receive(now, data))

    def _lose(self, why: str) -> None:
        if self._told is None or self._told.state is not ScannerState.LOST:
            log.warning("scanner %s: %s It is looked for again and again.", self._settings.name, why)
        self._become(ScannerState.LOST, why)

    def _become(self, state: ScannerState, why: str = "") -> None:
        now = ScannerChanged(self._settings.name, state, why)
        if now != self._told:
            self._told = now
            self._post(now)

    def _post(self, event: Event) -> None:
        if not self._stopping.is_set():
            self._post_to(event)
