"""All scanners of a kiosk: each on its own thread, one judge over them, and the window's keys where a scanner has no
device of its own."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

import msgspec

from devices.barcode.settings import CodeSettings
from devices.scanner import settings as scanner_settings
from devices.scanner.decoders import WindowDecoder
from devices.scanner.events import Event, ScannerChanged, ScannerState
from devices.scanner.framer import Tally
from devices.scanner.judge import Judge
from devices.scanner.lines import Line, open_line
from devices.scanner.scanner import Intake, Scanner
from devices.scanner.settings import ScannerKind, ScannerSettings


class WindowScanner:
    """A scanner whose keys come through a window. All calls from the window's own thread."""

    def __init__(self, settings: ScannerSettings, judge: Judge, post: Callable[[Event], None]) -> None:
        self.tally = Tally()
        self._settings, self._post = settings, post
        self._decoder = WindowDecoder(settings, self.tally)
        self._intake = Intake(settings.name, judge, post, self.tally)
        self._started = False

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self._settings.name

    @property
    def ready(self) -> bool:
        """Whether it listens; whether a scanner is plugged in, nobody can tell."""
        return self._started

    def start(self) -> None:
        """Keys count from now on."""
        self._started = True
        self._post(ScannerChanged(self._settings.name, ScannerState.READY, "the window's keys"))

    def stop(self) -> None:
        """Keys count no more."""
        self._started = False
        self._post(ScannerChanged(self._settings.name, ScannerState.STOPPED))

    def key(self, now: float, character: str) -> None:
        """A key went down; see :meth:`devices.scanner.decoders.WindowDecoder.key`."""
        if self._started:
            self._intake.take(now, self._decoder.key(now, character))

    def spoil(self, now: float) -> None:
        """A key that is in no text."""
        self._decoder.spoil(now)

    def stalled(self, now: float) -> None:
        """The window saw its keys late."""
        self._decoder.stalled(now)


class Scanners:
    """Posts :class:`Scanned` and :class:`ScannerChanged` to ``post``, which must not block.

    Raises:
        ScannerSettingsError: a scanner's settings cannot be used.
        BarcodeError: the rules in ``codes`` cannot be used.
    """

    def __init__(
        self,
        settings: Sequence[ScannerSettings],
        codes: CodeSettings,
        post: Callable[[Event], None],
        *,
        opener: Callable[[ScannerSettings], tuple[str, Line]] = open_line,
        clock: Callable[[], float] = time.monotonic,
        evdev: bool = sys.platform == "linux",
    ) -> None:
        scanner_settings.check(settings)
        judge = Judge(codes)
        self.window: list[WindowScanner] = []
        self._threads: list[Scanner] = []
        for one in settings:
            if one.kind is ScannerKind.WINDOW or (one.kind is ScannerKind.WEDGE and not evdev):
                # Without the kernel's input devices a wedge can only be told from fingers.
                self.window.append(WindowScanner(msgspec.structs.replace(one, kind=ScannerKind.WINDOW), judge, post))
            else:
                self._threads.append(Scanner(one, judge, post, opener=opener, clock=clock))

    @property
    def all(self) -> tuple[Scanner | WindowScanner, ...]:
        """Each of them."""
        return (*self._threads, *self.window)

    @property
    def any_ready(self) -> bool:
        """Whether one of them can scan."""
        return any(scanner.ready for scanner in self.all)

    @property
    def ready(self) -> bool:
        """Whether all can scan."""
        return all(scanner.ready for scanner in self.all)

    def start(self) -> None:
        """Begin to look for them."""
        for scanner in self.all:
            scanner.start()

    def stop(self) -> None:
        """Let go of them."""
        for scanner in self.all:
            scanner.stop()
