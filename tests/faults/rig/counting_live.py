"""A door, a broker and a desk as their real processes, that can be killed and started again one by one."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from broker_config.private import PrivateBroker
from collector.errors import StoreError
from collector.store.view import SqliteReader
from devices.emulators.door import DoorEmulator
from devices.link.settings import LinkSettings

USERS = {"collector": "c-secret", "pintu-1": "p-secret"}
DEADLINE_S = 60.0


def eventually(condition: Callable[[], object], what: str, deadline: float = DEADLINE_S) -> None:
    """Wait for a condition; fail with its name when it does not come."""
    until, pause = time.monotonic() + deadline, threading.Event()
    while not condition():
        assert time.monotonic() < until, f"it did not happen in {deadline} s: {what}"
        pause.wait(0.02)


class Process:
    """``pustaka …``, as a service manager would start it."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "pustaka", *self._arguments], stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Library:
    """One door with people, one broker, one desk; ``into`` and ``out`` are what people truly did."""

    def __init__(self, folder: Path) -> None:
        self.into = self.out = 0
        self.store = folder / "desk.sqlite"
        self.ledger = folder / "door" / "ledger.sqlite"
        self.broker = PrivateBroker(folder / "broker", USERS, autosave_s=1, autosave_on_changes=True)
        self.broker.start()
        self.people = DoorEmulator(folder / "sensor", fast=20)
        passwords = {name: folder / name for name in USERS}
        for name, path in passwords.items():
            path.write_text(USERS[name])
        self._password = passwords["pintu-1"]
        self._config = folder / "door.toml"
        self._config.write_text(
            f'data = "{self.ledger.parent}"\n[door]\nrow_s = 2.0\nflush_s = 0.3\nhold_s = 0.05\n'
            f'[sensor]\nport = "{folder / "sensor"}"\n[link]\nhost = "127.0.0.1"\nport = {self.broker.port}\n'
            f'tls = false\nsite = "kota"\ndevice = "pintu-1"\npassword_file = "{passwords["pintu-1"]}"\n'
            'backoff_max_s = 0.3\nresend_s = 2.0\nclock = "trusted"\n'
        )
        self.door = Process("door", "--config", str(self._config))
        self.desk = Process(
            "collector", "--broker", f"127.0.0.1:{self.broker.port}", "--store", str(self.store), "--web", "none",
            "--user", "collector", "--password-file", str(passwords["collector"]),
        )  # fmt: skip

    def link_settings(self) -> LinkSettings:
        """For a door in this process."""
        return LinkSettings(
            host="127.0.0.1", port=self.broker.port, tls=False, site="kota", device="pintu-1",
            password_file=str(self._password), backoff_max_s=0.3,
        )  # fmt: skip

    def desk_listens(self) -> bool:
        """Whether the collector has its connection."""
        if not self.store.exists() or self.store.stat().st_size == 0:
            return False
        try:
            with SqliteReader(self.store).snapshot() as reading:
                return reading.desk().listening_since is not None
        except StoreError:  # it is being made
            return False

    def has_row(self, seq: int) -> bool:
        """Whether the desk has it."""
        if not self.store.exists():
            return False
        with sqlite3.connect(f"file:{self.store}?mode=ro", uri=True) as db:
            found = db.execute("SELECT 1 FROM record WHERE seq = ?", (seq,)).fetchone()
        db.close()
        return found is not None

    def start(self, what: str) -> None:
        {"broker": self.broker.start, "desk": self.desk.start, "door": self.door.start}[what]()
        if what == "door":
            eventually(lambda: self.people.opened_by(self.door.pid), "the door has opened its sensor")

    def kill(self, what: str) -> None:
        """SIGKILL. A door's counts are first held, as they are within the interval that a power cut may cost."""
        if what == "door":
            eventually(lambda: self.taken() == (self.into, self.out), "the ledger has taken what was counted")
        {"broker": self.broker.kill, "desk": self.desk.kill, "door": self.door.kill}[what]()

    def walk(self, into: int, out: int) -> None:
        for direction in ["in"] * into + ["out"] * out:
            self.people.walk(direction, speed=3.0)
        assert self.people.wait_idle(30)
        self.into += into
        self.out += out

    def taken(self) -> tuple[int, int]:
        """What the door's ledger holds, in rows and in the interval that is still open."""
        if not self.ledger.exists():
            return 0, 0
        with sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True) as db:
            totals = dict(db.execute("SELECT name, value FROM total"))
            held = db.execute("SELECT body FROM held").fetchone()
        db.close()
        body = json.loads(held[0]) if held else {}
        return totals.get("in", 0) + body.get("in", 0), totals.get("out", 0) + body.get("out", 0)

    def counted(self) -> tuple[int, int]:
        """What the desk has, rows that can never come included."""
        if not self.store.exists() or self.store.stat().st_size == 0:
            return 0, 0
        try:
            with SqliteReader(self.store).snapshot() as reading:
                quarters, lost = reading.quarters(0, 1 << 60), reading.lost_passages(0, 1 << 60)
        except StoreError:  # it is being made
            return 0, 0
        return sum(q.into for q in quarters) + sum(p.into for p in lost), sum(q.out for q in quarters) + sum(
            p.out for p in lost
        )

    def everything_arrives(self) -> None:
        """The totals at the desk are exact, nothing is missing, and the door has forgotten all but what is fresh."""
        eventually(lambda: self.counted() == (self.into, self.out), f"{self.into} in and {self.out} out at the desk")
        with SqliteReader(self.store).snapshot() as reading:
            (device,) = [device for device in reading.devices() if device.device == "pintu-1"]
        assert (device.lost_rows, device.conflicts) == (0, 0)
        assert self.taken() == (self.into, self.out)

    def end(self) -> None:
        self.door.kill()
        self.desk.kill()
        self.people.close()
        self.broker.kill()
        shutil.rmtree(self.ledger.parent, ignore_errors=True)
