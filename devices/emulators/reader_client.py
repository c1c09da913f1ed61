"""A reader emulator to hold in the hand: start it, kill it, and put tags on its pad whether it runs or not."""

from __future__ import annotations

import contextlib
import select
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

import msgspec

from devices.emulators.faults import Fault, FaultOrder
from devices.emulators.field import BLOCK, BLOCKS, Field, TagState
from devices.emulators.reader_control import (
    Answer,
    Define,
    FrameSeen,
    Look,
    Order,
    Put,
    Quit,
    SetFault,
    Take,
)
from devices.rfid.errors import RfidError
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Usage
from devices.socket_path import short_path

_START: Final = 15.0  # seconds; a busy machine takes its time to start a process
_PATIENCE: Final = 5.0


class EmulatorError(RfidError):
    """The emulator did not start, or refused an order; the sentence says why."""


class ReaderEmulator:
    """An emulated reader whose files (port, field, control socket) are ``folder/name.*``. For any thread."""

    def __init__(self, folder: Path, name: str = "pad", *, protocol: str = "m3", seed: int = 0) -> None:
        self._link = folder / f"{name}.port"
        self._field = folder / f"{name}.json"
        self._control = folder / f"{name}.sock"
        self._protocol = protocol
        self._seed = seed
        self._process: subprocess.Popen[bytes] | None = None
        self._queued: list[FaultOrder] = []
        self._lock = threading.RLock()

    @property
    def port(self) -> str:
        """The port's name, for ``ReaderSettings.port``. It stays; what it points to changes with every start."""
        return str(self._link)

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the process and wait until its port is there.

        Raises:
            EmulatorError: it did not start.
        """
        with self._lock:
            if self.running:
                return
            command = [
                sys.executable, "-m", "devices.emulators.reader", "--protocol", self._protocol, "--with-parent",
                "--link", str(self._link), "--field", str(self._field), "--control", str(self._control),
                "--seed", str(self._seed),
            ]  # fmt: skip
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self._await_ready(self._process)
            for fault in self._queued:
                self._ask(SetFault(fault))
            self._queued.clear()

    def kill(self) -> None:
        """Pull the plug: no goodbye, the port hangs up, its name points nowhere. The tags stay where they are."""
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._end(self._process)
            # As udev does for a reader that is unplugged. A name that stayed could lead to somebody else's new pty.
            self._link.unlink(missing_ok=True)

    def restart(self) -> None:
        """Kill, and start again: the same name, another pty."""
        with self._lock:
            self.kill()
            self.start()

    def stop(self) -> None:
        """End in good order: the port's name goes too."""
        with self._lock:
            if self._process is None:
                return
            with contextlib.suppress(OSError, EmulatorError):
                self._ask(Quit())
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._end(self._process)

    # The tags.

    def put(self, uid: str) -> None:
        """Lay a tag on the pad."""
        self._do(Put(uid))

    def take(self, uid: str) -> None:
        """Take a tag off the pad."""
        self._do(Take(uid))

    def take_all(self) -> None:
        """Clear the pad."""
        self._do(Take())

    def define(
        self,
        uid: str,
        memory: bytes = b"",
        *,
        blocks: int = BLOCKS,
        afi: int = 0x07,
        dsfid: int = 0x3E,
        eas: bool = False,
        locked: tuple[int, ...] = (),
    ) -> None:
        """Make a tag of ``blocks`` blocks that starts with ``memory`` (longer memory makes more blocks)."""
        whole = memory.ljust(max(blocks * BLOCK, -(-len(memory) // BLOCK) * BLOCK), b"\0")
        self.define_tag(TagState(uid=uid, memory=whole.hex(), afi=afi, dsfid=dsfid, eas=eas, locked=locked))

    def define_tag(self, tag: TagState) -> None:
        """Make a tag of any kind, or make it anew; where it lies does not change."""
        self._do(Define(tag))

    def define_item(
        self,
        uid: str,
        item_id: str,
        isil: str = "",
        part: int = 1,
        parts: int = 1,
        usage: Usage = Usage.CIRCULATING,
        afi: int = 0x07,
    ) -> None:
        """Make a tag that holds an item in ISO 28560-3."""
        self.define(uid, iso28560_3.encode(item_id, isil, part=part, parts=parts, usage=usage), afi=afi)

    def tags(self) -> tuple[TagState, ...]:
        """Every tag there is: memory, AFI, on the pad or not."""
        with self._lock:
            return self._do(Look()).tags

    # The reader.

    def fault(
        self,
        name: Fault | str,
        *,
        times: int | None = 1,
        command: int | None = None,
        ms: int = 700,
        hex: str = "",
        uid: str = "",
    ) -> None:
        """Switch a :class:`~devices.emulators.faults.Fault` on; while the process is down, for its next life."""
        order = FaultOrder(name=Fault(name), times=times, command=command, ms=ms, hex=hex, uid=uid)
        with self._lock:
            if self.running:
                self._do(SetFault(order))
            else:
                self._queued.append(order)

    def frames(self) -> tuple[FrameSeen, ...]:
        """The last few hundred frames on the line; none while the process is down."""
        return self._do(Look()).frames

    def _do(self, order: Order) -> Answer:
        with self._lock:
            if self.running:
                try:
                    return self._ask(order)
                except OSError:
                    if self.running:
                        raise
            return self._do_offline(order)

    def _do_offline(self, order: Order) -> Answer:
        field = Field(self._field)
        match order:
            case Put(uid):
                field.put(uid)
            case Take(uid) if uid:
                field.take(uid)
            case Take():
                field.take_all()
            case Define(tag):
                field.define(tag)
            case _:
                pass
        return Answer(True, tags=field.tags)

    def _ask(self, order: Order) -> Answer:
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(_PATIENCE)
            with short_path(self._control) as path:
                wire.connect(path)
            wire.sendall(msgspec.json.encode(order) + b"\n")
            line = wire.makefile("rb").readline()
        if not line:
            raise ConnectionResetError("the reader emulator ended in the middle of an order")
        answer = msgspec.json.decode(line, type=Answer)
        if not answer.ok:
            raise EmulatorError(answer.why)
        return answer

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], _START)
        if not ready or process.stdout.readline() != b"ready\n":
            process.kill()
            self._end(process)
            raise EmulatorError(f"{self._link}: the reader emulator did not start; see what it wrote above")

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
