"""The stage: every part of the system on one machine, the hardware pretended on its real wire.

Nothing here is faked behind the wire: broker, collector, door agent and kiosk are the production programs in
processes of their own, with configuration files as a library would write them. Only what they are plugged into is
pretended: the reader's and the scanner's pty, the door's serial line, the camera's video stream.
"""

from __future__ import annotations

import contextlib
import random
import secrets
import shutil
import tempfile
import urllib.request
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from broker_config.ports import free_port
from broker_config.private import PrivateBroker
from devices.contract import Leaf, Status, topic
from devices.emulators.camera import CameraEmulator
from devices.emulators.door import DoorEmulator
from devices.emulators.reader_client import ReaderEmulator
from devices.emulators.scanner import ScannerEmulator
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.sample import load_sample
from pustaka.demo import files
from pustaka.demo.catalogue import Catalogue
from pustaka.demo.errors import DemoError
from pustaka.demo.far_library import FarLibrary, library_path
from pustaka.demo.pilot import PilotClient
from pustaka.demo.programs import Program
from pustaka.demo.tap import Tap

#: Users of the demo's broker; each gets a password of its own, made anew every time.
USERS = (files.KIOSK, files.DOOR, "collector", "admin", "watch")


class Stage:
    """Set up, run, and taken down again. Use it as a context manager."""

    def __init__(
        self,
        panel: files.Panel,
        *,
        headless: bool,
        say: Callable[[str], None],
        system: str = "library",
        reader: str = files.READERS[0],
    ) -> None:
        self.panel = panel
        self.system = system
        self._protocol = reader
        self.headless = headless
        self.say = say
        self.zone = ZoneInfo(files.ZONE)
        self.today = datetime.now(self.zone).date()
        self.layout = files.Layout(Path(tempfile.mkdtemp(prefix="pustaka-demo-")))
        self.passwords = {user: secrets.token_urlsafe(18) for user in USERS}
        self._cleanup = contextlib.ExitStack()

    # --- life -----------------------------------------------------------------------------------------------------

    def __enter__(self) -> Stage:
        try:
            self._set_up()
        except BaseException:
            self._cleanup.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._cleanup.close()

    def _set_up(self) -> None:
        folder = self.layout.folder
        self._cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        self._write_passwords()
        self.say("the broker")
        self.broker = PrivateBroker(folder / "broker", self.passwords, autosave_s=1, autosave_on_changes=True)
        self._cleanup.callback(self.broker.stop)
        self.broker.start()
        self.tap = Tap(self.broker.port, self.passwords["watch"])
        self._cleanup.callback(self.tap.stop)
        self.tap.start()
        self.say("the library: sample members and books, a tag in each")
        self._fill_library()
        self._plug_in_hardware()
        self.say("the collector, the door and the kiosk")
        self._start_programs()

    def _write_passwords(self) -> None:
        for user, password in self.passwords.items():
            path = self.layout.password_file(user)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(password + "\n", encoding="ascii")

    def _fill_library(self) -> None:
        path = library_path(self.layout, self.system)
        path.parent.mkdir()
        library = EmbeddedLibrary.open(path, zone=self.zone, create=True)
        try:
            load_sample(library, self.today)
        finally:
            library.close()
        self.catalogue = Catalogue(path)

    def _plug_in_hardware(self) -> None:
        self.camera = CameraEmulator()
        self.camera.start()
        self._cleanup.callback(self.camera.stop)
        self.reader = ReaderEmulator(self.layout.folder, "rfid0", protocol=self._protocol)
        for tag in self.catalogue.tags():
            self.reader.define_item(tag.uid, tag.item_id, files.ISIL, tag.part, tag.parts, afi=tag.afi)
        self._cleanup.callback(self.reader.stop)
        self.reader.start()
        self.scanner = ScannerEmulator(self.layout.scanner_port)
        self._cleanup.callback(self.scanner.close)
        self.door_emulator = DoorEmulator(self.layout.door_port)
        self._cleanup.callback(self.door_emulator.close)

    def _start_programs(self) -> None:
        layout, port = self.layout, self.broker.port
        self.web_port = free_port()
        far = FarLibrary.set_up(layout) if self.system == "sip2" else None
        layout.kiosk_config.write_text(
            files.kiosk_toml(
                layout,
                self.panel,
                port,
                self.camera.url,
                self.reader.port,
                self.scanner.port,
                sound=not self.headless,
                protocol=self._protocol,
                circulation=far.circulation_toml() if far is not None else files.NEAR_LIBRARY,
            ),
            encoding="utf-8",
        )
        layout.door_config.write_text(files.door_toml(layout, port), encoding="utf-8")
        self.pilot = PilotClient(layout.pilot)
        self._cleanup.callback(self.pilot.close)
        self.programs = {
            "collector": Program("collector", self._collector_arguments(), self._log("collector"), self._web_is_up),
            "door": Program("door", ["door", "--config", str(layout.door_config)], self._log("door"), self._door_is_up),
            "kiosk": Program("kiosk", self._kiosk_arguments(), self._log("kiosk"), self._kiosk_is_up),
        }
        if far is not None:
            self.programs["library"] = Program("library", far.arguments(), self._log("library"), far.is_up)
        for program in self.programs.values():
            self._cleanup.callback(program.stop)
        # The desk first: what is published before it listens comes again only after the devices' patience is over.
        self.programs["collector"].start()
        if far is not None:
            self.programs["library"].start()
        for name in ("door", "kiosk"):
            self.programs[name].launch()
        for name in ("door", "kiosk"):
            self.programs[name].wait_ready()

    def _collector_arguments(self) -> list[str]:
        return [
            "collector",
            *("--broker", f"127.0.0.1:{self.broker.port}", "--no-tls", "--user", "collector"),
            *("--password-file", str(self.layout.password_file("collector"))),
            *("--store", str(self.layout.store), "--web", f"127.0.0.1:{self.web_port}"),
            *("--zone", files.ZONE, "--site-name", files.LIBRARY),
        ]

    def _kiosk_arguments(self) -> list[str]:
        headless = ["--headless"] if self.headless else []
        return ["kiosk", "--config", str(self.layout.kiosk_config), "--pilot", str(self.layout.pilot), *headless]

    def _log(self, name: str) -> Path:
        return self.layout.folder / f"{name}.log"

    def keep_logs(self, out: Path) -> None:
        """Copy what every part logged to ``out``, for somebody to look at."""
        for log in self.layout.folder.rglob("*.log"):
            shutil.copy(log, out / log.name)

    # --- what tells that a program does its work ------------------------------------------------------------------

    def _web_is_up(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web_port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _door_is_up(self) -> bool:
        online = topic(files.SITE, files.DOOR, Leaf.STATUS), str(Status.ONLINE).encode()
        return self.tap.wait_for(*online, timeout=0.1)

    def _kiosk_is_up(self) -> bool:
        try:
            state = self.pilot.state()
        except DemoError:
            return False
        return all(state.get(f"{device}_ready") for device in ("camera", "reader", "scanner"))

    # --- people ---------------------------------------------------------------------------------------------------

    def crowd(self, into: int, out: int, back: int) -> None:
        """Send people through the door, mixed as people are, while the rest goes on."""
        order = ["in"] * into + ["out"] * out + ["turn_back"] * back
        random.Random(len(order)).shuffle(order)
        for direction in order:
            self.door_emulator.walk(direction)

    # --- trouble --------------------------------------------------------------------------------------------------

    def kill(self, part: str) -> None:
        """Pull the plug of a part."""
        match part:
            case "broker":
                self.broker.kill()
            case "reader":
                self.reader.kill()
            case "camera":
                self.camera.unplug()
            case "scanner":
                self.scanner.unplug()
            case _:
                self._program(part).kill()
                if part == "kiosk":
                    self.pilot.close()

    def bring_back(self, part: str) -> None:
        """Plug a part in again, and wait until it works."""
        match part:
            case "broker":
                self.broker.start()
            case "reader":
                self.reader.restart()
            case "camera":
                self.camera.plug()
            case "scanner":
                self.scanner.plug()
            case _:
                self._program(part).start()

    def _program(self, part: str) -> Program:
        if part not in self.programs:
            raise DemoError("the library is in the kiosk itself; 'System: sip2' puts it at the other end of a line")
        return self.programs[part]
