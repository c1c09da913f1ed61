"""The kiosk: wires devices, circulation, session and screens together. Nothing else knows them all.

Threads and who owns what: the UI thread owns the screens and the session's state; ``circulation`` owns the journal
and the library system; the camera, the reader and the link own their wires. All of them meet in the runner's inbox.

Import this module only after ``kiosk.screens.environment.prepare``: it imports Kivy.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kivy.app import App
from kivy.base import ExceptionHandler, ExceptionManager
from kivy.clock import Clock
from kivy.core.clipboard import Clipboard

from devices.barcode.camera import CameraReader
from devices.barcode.events import CameraChanged
from devices.barcode.events import Event as CameraEvent
from devices.contract import Alert
from devices.rfid.events import Event as ReaderEvent
from devices.rfid.events import ReaderChanged, ReaderState, SecurityWritten
from devices.rfid.reader import PadReader
from devices.scanner.events import Event as ScannerEvent
from devices.scanner.events import ScannerChanged, ScannerState
from kiosk import translate
from kiosk.config import KioskSettings
from kiosk.pilot import Pilot
from kiosk.screens.root import KioskRoot
from kiosk.screens.sound import Sounds
from kiosk.services import Services
from kiosk.session.model import Device, DeviceChanged, Rules, Screen, Sound, Standing, State, Stuck
from kiosk.session.runner import Runner

if TYPE_CHECKING:
    from devices.scanner.scanners import Scanners
    from kiosk.window_keys import WindowKeys

log = logging.getLogger(__name__)

#: Failures of the screen within a minute after which the process ends, for its supervisor to start it anew.
TOO_MANY = 6


class KioskApp(App):
    """The window, and the way in and out of it."""

    def __init__(self, settings: KioskSettings, services: Services, pilot: Path | None) -> None:
        super().__init__()
        self.settings = settings
        self.services = services
        times = settings.times
        rules = Rules(
            languages=settings.screen.languages,
            idle=times.idle,
            idle_warning=times.idle_warning,
            finish=times.finish,
            late=times.late,
            slow=times.slow,
            number_prefix=settings.circulation.number_prefix,
            pin_length=settings.circulation.pin_length,
            offline=settings.circulation.offline.policy,
        )
        self.runner = Runner(services.desk, services.journal, self, State(rules=rules, language=rules.languages[0]))
        self.camera = (
            CameraReader(settings.camera, settings.codes, self._from_camera) if settings.camera.source else None
        )
        self.reader = PadReader(settings.reader, self._from_reader) if settings.reader.port else None
        self.card_reader = self._make_card_reader()
        self.scanners, self._window_keys = self._make_scanners()
        self.sounds = Sounds(enabled=settings.screen.sound)
        self.kiosk_root: KioskRoot | None = None
        self._drain = Clock.create_trigger(lambda _: self.runner.drain(), -1)
        self._failures: deque[float] = deque(maxlen=TOO_MANY)
        self._pilot = Pilot(pilot, self) if pilot is not None else None
        self._out_of_service = False
        self.status = 0

    def _make_card_reader(self) -> PadReader | None:
        settings = self.settings.card_reader
        return PadReader(settings, self._from_card_reader) if settings.port else None

    def _make_scanners(self) -> tuple[Scanners | None, WindowKeys | None]:
        """Nothing is loaded for scanners where there is none."""
        if not self.settings.scanners:
            return None, None
        from devices.scanner.scanners import Scanners
        from kiosk.window_keys import WindowKeys

        scanners = Scanners(self.settings.scanners, self.settings.codes, self._from_scanner)
        return scanners, WindowKeys(scanners.window) if scanners.window else None

    # --- Kivy's calls ---------------------------------------------------------------------------------------------

    def build(self) -> KioskRoot:
        """Make the screens; devices are started after the first frame is on the glass."""
        settings = self.settings
        self.kiosk_root = KioskRoot(
            send=self.runner.post,
            settings=settings.screen,
            library_name=settings.site.name,
            hours=(settings.site.opens, settings.site.closes),
            code=settings.code,
            now=self.now,
            preview=self.camera.preview if self.camera is not None else lambda: None,
        )
        ExceptionManager.add_handler(_SafePage(self))
        return self.kiosk_root

    def on_start(self) -> None:
        """The window is there."""
        threading.excepthook = self._thread_failed
        self.runner.start()
        Clock.schedule_once(self._start_devices, 0)

    def _start_devices(self, _: float) -> None:
        self.services.part("screen", "ok")
        self.services.link.start()
        if self.reader is not None:
            self.reader.start()
        if self.card_reader is not None:
            self.card_reader.start()
        if self.camera is not None:
            self.camera.start()
        if self.scanners is not None:
            self.scanners.start()
        if self._window_keys is not None:
            self._window_keys.start()
        if self._pilot is not None:
            self._pilot.start()

    def on_stop(self) -> None:
        """The window is gone: let go of every wire."""
        if self._pilot is not None:
            self._pilot.stop()
        if self._window_keys is not None:
            self._window_keys.stop()
        if self.scanners is not None:
            self.scanners.stop()
        if self.camera is not None:
            self.camera.stop()
        if self.reader is not None:
            self.reader.stop()
        if self.card_reader is not None:
            self.card_reader.stop()
        self.runner.stop()

    def open_settings(self, *_: object) -> bool:
        """Kivy would open its settings on F1; a kiosk has none to open."""
        return False

    def now(self) -> datetime:
        """The library's time."""
        return datetime.now(self.services.zone)

    # --- what devices tell ----------------------------------------------------------------------------------------

    def _from_camera(self, event: CameraEvent) -> None:
        if isinstance(event, CameraChanged):
            self.services.part("camera", "ok" if event.ready else "lost", "" if event.ready else event.why.value)
        translated = translate.from_camera(event)
        if translated is not None:
            self.runner.post(translated)

    def _from_reader(self, event: ReaderEvent) -> None:
        if isinstance(event, ReaderChanged):
            ready = event.state is ReaderState.READY
            self.services.part("reader", "ok" if ready else "lost", "" if ready else event.why)
        elif isinstance(event, SecurityWritten):
            stuck = translate.stuck(event)
            if event.ok or stuck is not None:
                self.runner.security_written(event.uid, event.armed, event.ok, stuck or Stuck.LEFT)
            return
        translated = translate.from_reader(event, self.settings.reader.isil)
        if translated is not None:
            self.runner.post(translated)

    def _from_card_reader(self, event: ReaderEvent) -> None:
        """Cards only: the books of the pad are another reader's."""
        if isinstance(event, ReaderChanged):
            ready = event.state is ReaderState.READY
            self.services.part("card reader", "ok" if ready else "lost", "" if ready else event.why)
        translated = translate.from_card_reader(event)
        if translated is not None:
            self.runner.post(translated)

    def _from_scanner(self, event: ScannerEvent) -> None:
        if isinstance(event, ScannerChanged):
            if event.state in (ScannerState.READY, ScannerState.LOST):
                self.services.part(event.source, "ok" if event.ready else "lost", "" if event.ready else event.why)
                some = self.scanners is not None and self.scanners.any_ready
                self.runner.post(DeviceChanged(Device.SCANNER, some))
            return
        translated = translate.from_scanner(event)
        if translated is not None:
            self.runner.post(translated)

    # --- what the session asks for (kiosk.session.outside.Outside) -------------------------------------------------

    def wake(self) -> None:
        """Have the inbox drained before the next frame."""
        self._drain()

    def call_later(self, seconds: float, then: Callable[[], None]) -> Callable[[], None]:
        """Call ``then`` on the UI thread after that time."""
        event = Clock.schedule_once(lambda _: then(), seconds)
        return lambda: event.cancel()

    def show(self, state: State) -> None:
        """Draw the state; the page that says that staff know is told to them first."""
        self._tell_staff(state)
        if self.kiosk_root is not None:
            self.sounds.quiet = state.preferences.quiet
            self.kiosk_root.show(state)

    def _tell_staff(self, state: State) -> None:
        out = state.screen is Screen.OUT_OF_SERVICE
        if out is self._out_of_service:
            return
        self._out_of_service = out
        since = int(time.time() * 1000)
        alert = Alert(what=f"Out of service after a failure in: {state.fault}", since=since) if out else None
        self.services.link.alert("screen", alert)

    def play(self, sound: Sound) -> None:
        """Play one of the three sounds."""
        self.sounds.play(sound)

    def secure(self, uid: str, armed: bool) -> None:
        """Queue the write of a tag's security bit."""
        if self.reader is not None:
            self.reader.secure(uid, armed)

    def transaction(self, op: str, result: str, code: str | None) -> None:
        """A line for the ledger."""
        self.services.transaction(op, result, code)

    def call_staff(self) -> None:
        """Somebody here asks for help."""
        since = int(time.time() * 1000)
        self.services.link.alert("help", Alert(what="A person at this kiosk asks for help", since=since))

    def standing(self) -> Standing:
        """How the parts of this kiosk are."""
        return self.services.standing()

    def system(self, online: bool) -> None:
        """The library system has gone or come back: the desk is told, and what still works here."""
        since = int(time.time() * 1000)
        self.services.part("library", "ok" if online else "lost", "" if online else "does not answer; working offline")
        alert = Alert(what="The library system does not answer; this kiosk works offline", since=since)
        self.services.link.alert("library", None if online else alert)

    def looked_after(self) -> None:
        """What is still to be replayed, and what only staff can settle, is on the desk's screen."""
        self.services.tell_open()

    def wrong_bits(self, tags: int) -> None:
        """Tags whose security bit is wrong are on the desk's screen."""
        self.services.tell_wrong_bits(tags)

    def wipe(self) -> None:
        """A visit has ended: nothing of it may be left."""
        Clipboard.copy("")
        self.services.link.alert("help", None)

    # --- failures -------------------------------------------------------------------------------------------------

    def screen_failed(self, error: Exception) -> None:
        """Drawing or touching raised: safe page; too many within a minute: end, to be started anew."""
        self._failures.append(time.monotonic())
        if len(self._failures) == TOO_MANY and self._failures[-1] - self._failures[0] < 60:
            log.critical("%d failures of the screen within a minute: ending", TOO_MANY)
            self.status = 1
            self.stop()
        self.runner.failed("screen", error)

    def _thread_failed(self, raised: threading.ExceptHookArgs) -> None:
        """A thread has died of something nobody expected: the desk is told, and the patron gets the safe page."""
        name = raised.thread.name if raised.thread is not None else "thread"
        if raised.exc_value is not None:
            self.services.part(name, "failed", "its program part has ended; restart the app")
            self.runner.failed(name, raised.exc_value)


class _SafePage(ExceptionHandler):
    """Whatever a callback on the UI thread raises leads to the safe page; the app lives on."""

    def __init__(self, app: KioskApp) -> None:
        self._app = app

    def handle_exception(self, inst: BaseException) -> int:
        if not isinstance(inst, Exception):
            return ExceptionManager.RAISE  # Ctrl-C and the like end the app
        self._app.screen_failed(inst)
        return ExceptionManager.PASS


def run(settings: KioskSettings, pilot: Path | None = None) -> int:
    """Run the kiosk until its window closes; the answer is the exit status."""
    services = Services(settings)
    try:
        app = KioskApp(settings, services, pilot)
        app.run()
        return app.status
    finally:
        services.close()
