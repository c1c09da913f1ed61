"""``pustaka kiosk`` as a process: it starts, is pressed, survives failures, and ends cleanly."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from broker_config.private import PrivateBroker
from devices.emulators import things
from devices.emulators.camera import CameraEmulator
from devices.emulators.field import Kind, TagState
from devices.emulators.reader_client import ReaderEmulator
from devices.socket_path import short_path
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.sample import ANI_PIN, load_sample
from kiosk.circulation.library.staff import NewMember, StaffRoom
from pustaka.demo.tap import Tap

#: Starts the kiosk with parts that fail on demand: the file ``fail`` makes drawing raise once, ``die`` a thread.
#: It tries again after 2 s instead of 10.
FAILING = """
import sys, pathlib, threading, functools
from kiosk.commands import kiosk as command
from kiosk.config import load
settings = load(pathlib.Path(sys.argv[1]))
from kiosk.screens.environment import prepare
prepare(settings.screen, headless=True)
import kiosk.app as app
fail = pathlib.Path(sys.argv[1]).with_name("fail")
die = fail.with_name("die")
draw = app.KioskRoot.show
def show(self, state):
    if fail.exists():
        fail.unlink()
        raise RuntimeError("A0001 is standing here")
    if die.exists():
        die.unlink()
        threading.Thread(target=int, args=("A0001",), name="camera").start()
    draw(self, state)
app.KioskRoot.show = show
app.Rules = functools.partial(app.Rules, recover=2.0)
sys.exit(app.run(settings, pathlib.Path(sys.argv[2])))
"""


class Kiosk:
    """The process and its pilot socket."""

    def __init__(self, folder: Path, program: list[str], environment: dict[str, str] | None = None) -> None:
        self.socket_path = folder / "pilot.sock"
        self.log = folder / "kiosk.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(program, stdout=log, stderr=log, env=environment)
        self._stream: Any = None

    def ask(self, **order: str) -> dict[str, Any]:
        if self._stream is None:
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(30)
            with short_path(self.socket_path) as path:
                connection.connect(path)
            self._stream = connection.makefile("rwb")
        self._stream.write(json.dumps(order).encode() + b"\n")
        self._stream.flush()
        answer: dict[str, Any] = json.loads(self._stream.readline())
        return answer

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + 30
        state: dict[str, Any] = {}
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                state = self.ask(do="state")
                if holds(state):
                    return state
            time.sleep(0.02)
        raise AssertionError(f"never came; last {state}; {self.log.read_text()}")

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        finally:
            self.process.kill()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample library, loaded once."""
    path = tmp_path_factory.mktemp("sample") / "library.sqlite"
    library = EmbeddedLibrary.open(path, create=True)
    load_sample(library)
    library.close()
    return path


@pytest.fixture
def config(sample: Path, tmp_path: Path) -> Path:
    shutil.copy(sample, tmp_path / "library.sqlite")
    path = tmp_path / "kiosk.toml"
    path.write_text('[screen]\nsound = false\n[circulation]\nnumber_prefix = "A"\n')
    return path


@pytest.fixture
def kiosk(config: Path) -> Iterator[Kiosk]:
    kiosk = start(config)
    yield kiosk
    kiosk.end()


def start(config: Path) -> Kiosk:
    """Start the program; it shows its first page."""
    folder = config.parent
    command = ["kiosk", "--config", str(config), "--headless", "--pilot", str(folder / "pilot.sock")]
    kiosk = Kiosk(folder, [sys.executable, "-m", "pustaka", *command])
    kiosk.until(lambda state: state["page"] == "welcome")
    return kiosk


def test_a_member_types_number_and_pin_sees_the_account_and_leaves(kiosk: Kiosk) -> None:
    kiosk.ask(do="press", button="type-number")
    kiosk.until(lambda state: state["page"] == "number")
    for digit in "0002":
        kiosk.ask(do="press", text=digit)
    kiosk.ask(do="press", button="next")
    kiosk.until(lambda state: state["page"] == "pin")
    for digit in ANI_PIN:
        kiosk.ask(do="press", text=digit)
    shown = kiosk.ask(do="state")
    assert ANI_PIN not in json.dumps(shown)
    kiosk.ask(do="press", button="next")
    kiosk.until(lambda state: state["page"] == "menu")
    kiosk.ask(do="press", button="account")
    kiosk.until(lambda state: state["page"] == "account")
    kiosk.ask(do="press", button="exit")
    state = kiosk.until(lambda state: state["page"] == "welcome")
    assert not any("Ani" in words for words in state["texts"])
    assert kiosk.end() == 0
    assert "Ani" not in kiosk.log.read_text()


@pytest.fixture
def card_reader(config: Path) -> Iterator[ReaderEmulator]:
    """A 125 kHz reader in the configuration, and a member whose card it can read."""
    library = EmbeddedLibrary.open(config.parent / "library.sqlite")
    StaffRoom(library).add_member(NewMember("A3808980205", "Dewi"))
    library.close()
    reader = ReaderEmulator(config.parent, "cards", protocol="em4100")
    reader.define_tag(TagState(uid="62E3086CED", kind=Kind.CARD))
    reader.start()
    with config.open("a") as file:
        file.write(f'[card_reader]\nport = "{reader.port}"\nprotocol = "em4100"\ncard = {{ prefix = "A" }}\n')
    yield reader
    reader.stop()


def test_codes_at_a_kiosk_card_or_book_a_strangers_and_the_staffs(config: Path, card_reader: ReaderEmulator) -> None:
    with config.open("a") as file:
        file.write('[codes.patron]\npattern = "\\\\d{4}"\nadd = "A"\n[codes.item]\nlength = 4\n')
        file.write('[[codes.staff]]\npattern = "STAF-.*"\n')
    with CameraEmulator(seed=3) as camera:
        with config.open("a") as file:
            file.write(f'[camera]\nsource = "{camera.url}"\nsecond_engine = false\n')
            file.write('[[scanners]]\nname = "counter"\nport = "/dev/serial/by-id/no-such-scanner"\n')
        kiosk = start(config)
        try:
            card_reader.put("62E3086CED")
            kiosk.until(lambda state: any("Dewi" in words for words in state["texts"]))
            kiosk.ask(do="press", button="exit")
            kiosk.until(lambda state: state["page"] == "welcome" and state["camera_ready"])
            camera.show(things.phone("https://example.org/"))
            kiosk.until(lambda state: state["notice"] == "foreign-code")
            camera.show(things.phone("STAF-7391"))
            shown = kiosk.until(lambda state: "Kamera siap" in state["texts"])
            assert shown["overlay"] == "staff"
            assert {"Pemindai tidak siap", "Sistem perpustakaan menjawab"} <= set(shown["texts"])
            assert {"Jaringan terputus", "Semua terkirim"} <= set(shown["texts"])
            kiosk.ask(do="press", text="Tutup")
            camera.show(things.phone("0002"))
            kiosk.until(lambda state: state["overlay"] == "which")
            kiosk.ask(do="press", text="Kartu anggota")
            kiosk.until(lambda state: state["page"] == "pin")  # it was A0002, who has one
        finally:
            kiosk.end()
    assert "7391" not in kiosk.log.read_text()


def test_orders_that_make_no_sense_are_answered_with_a_sentence(kiosk: Kiosk) -> None:
    assert "not one of" in kiosk.ask(do="dance")["problem"]
    assert "nothing to press" in kiosk.ask(do="press", text="Terbang")["problem"]
    assert kiosk.ask(do="press", button="no-such-button")["problem"]
    assert kiosk.ask(do="state")["page"] == "welcome"


def test_the_pilots_socket_is_for_this_user_only(kiosk: Kiosk) -> None:
    assert kiosk.socket_path.stat().st_mode & 0o077 == 0


def test_a_second_kiosk_on_the_same_journal_is_refused_with_a_sentence(kiosk: Kiosk, config: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pustaka", "kiosk", "--config", config, "--headless"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "journal" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("order", "error"), [("fail", "RuntimeError"), ("die", "ValueError")])
def test_whatever_fails_shows_the_safe_page_and_the_next_visit_works(config: Path, order: str, error: str) -> None:
    folder = config.parent
    kiosk = Kiosk(folder, [sys.executable, "-c", FAILING, str(config), str(folder / "pilot.sock")])
    try:
        kiosk.until(lambda state: state["page"] == "welcome")
        (folder / order).touch()
        kiosk.ask(do="press", button="return-without-card")
        kiosk.until(lambda state: state["page"] == "out-of-service")
        kiosk.until(lambda state: state["page"] == "welcome")
        kiosk.ask(do="press", button="return-without-card")
        kiosk.until(lambda state: state["page"] == "return")
        assert kiosk.end() == 0
    finally:
        kiosk.end()
    assert error in kiosk.log.read_text()
    assert "A0001" not in kiosk.log.read_text()


def test_when_the_page_says_that_staff_were_told_they_were(config: Path) -> None:
    folder = config.parent
    (folder / "password").write_text("secret")
    with PrivateBroker(folder / "broker", {"anjungan-1": "secret", "watch": "looks"}) as broker:
        tap = Tap(broker.port, "looks")
        tap.start()
        with config.open("a") as file:
            file.write(
                f'[link]\nhost = "127.0.0.1"\nport = {broker.port}\ntls = false\nsite = "kota"\n'
                f'device = "anjungan-1"\npassword_file = "{folder}/password"\nbackoff_max_s = 0.1\n'
            )
        kiosk = Kiosk(folder, [sys.executable, "-c", FAILING, str(config), str(folder / "pilot.sock")])
        try:
            kiosk.until(lambda state: state["page"] == "welcome")
            assert tap.wait_for("pustaka/v1/kota/anjungan-1/status", b"online", 20)
            (folder / "fail").touch()
            kiosk.ask(do="press", button="return-without-card")
            kiosk.until(lambda state: state["page"] == "out-of-service")
            kiosk.until(lambda _: any(b"failure in: screen" in payload for payload in alerts(tap)))
            kiosk.until(lambda state: state["page"] == "welcome")
            said = next(n for n, payload in enumerate(alerts(tap)) if b"failure in: screen" in payload)
            kiosk.until(lambda _: b"" in alerts(tap)[said:])
        finally:
            kiosk.end()
            tap.stop()


def alerts(tap: Tap) -> list[bytes]:
    """What was said about the standing fault of the screen, oldest first; empty: it is over."""
    return [payload for topic, payload in tap.heard if topic.endswith("/alert/screen")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[reader]\nbaud = 'fast'\n", "reader.baud"),
        ("[screeen]\n", "screeen"),
        ("x = [", "TOML"),
        ("[[codes.item]]\npatern = 'B'\n", "codes.item[0].patern"),
        ("[codes.item]\nlength = '8 or 14'\n", "codes.item.length: '8 or 14' is no length"),
        ("[[scanners]]\nport = '/dev/x'\nbuad = 9600\n", "scanners[0].buad"),
        (
            "[[scanners]]\nport = '/dev/x'\nlayout = 'dvorak'\n",
            "scanners.layout is 'dvorak': choose from us, id, de, fr",
        ),
    ],
)
def test_a_bad_configuration_is_bad_usage_and_names_the_key(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "kiosk.toml").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pustaka", "kiosk", "--config", tmp_path / "kiosk.toml"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "SDL_VIDEODRIVER": "offscreen"},
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
