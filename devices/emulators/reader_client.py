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
    ComeBack,
    Define,
    FrameSeen,
    HangUp,
    Look,
    Order,
    Put,
    Quit,
    SetFault,
    Take,
)
from devices.emulators.reader_process import to_field
from devices.rfid.errors import RfidError
from devices.rfid.tags import iso28560_3
from devices.rfid.tags.content import Usage
from devices.rfid.tcp_line import TCP
from devices.socket_path import short_path

_START: Final = 15.0  # seconds; a busy machine takes its time to start a process
_PATIENCE: Final = 5.0


class EmulatorError(RfidError):
    """The emulator did not start, or refused an order; the sentence says why."""


class ReaderEmulator:
    """An emulated reader whose files (port, field, control socket) are ``folder/name.*``. For any thread.

    ``tcp``: on a loopback port instead of a pty. ``script``: what happens when, see
    :mod:`devices.emulators.reader_script`. ``baud`` 0 is the reader's own. ``speed``: line and air so many times
    faster than they are.
    """

    def __init__(
        self,
        folder: Path,
        name: str = "pad",
        *,
        protocol: str = "m3",
        seed: int = 0,
        tcp: bool = False,
        script: str = "",
        baud: int = 0,
        speed: float = 1.0,
    ) -> None:
        self.protocol = protocol
        self._port = "socket://127.0.0.1:0" if tcp else str(folder / f"{name}.port")
        self._field = folder / f"{name}.json"
        self._control = folder / f"{name}.sock"
        self._script = folder / f"{name}.script"
        if script:
            self._script.write_text(script, encoding="utf-8")
        self._options = ["--protocol", protocol, "--seed", str(seed), "--baud", str(baud), "--speed", str(speed)]
        self._options += ["--field", str(self._field), "--control", str(self._control), "--with-parent"]
        self._options += ["--script", str(self._script)] if script else []
        self._process: subprocess.Popen[bytes] | None = None
        self._queued: list[FaultOrder] = []
        self._lock = threading.RLock()

    @property
    def port(self) -> str:
        """The port's name, for ``ReaderSettings.port``. It stays, but for :meth:`come_back_as`; what it points to
        changes with every start. Over TCP it is known once the reader has been started."""
        return self._port

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
            where = ["--tcp", self._port.removeprefix(TCP)] if self._tcp else ["--link", self._port]
            command = [sys.executable, "-m", "devices.emulators.reader", *where, *self._options]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self._port = self._await_ready(self._process)
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
            if not self._tcp:
                Path(self._port).unlink(missing_ok=True)

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

    def hang_up(self) -> None:
        """Pull its plug, and leave the process be: the port goes, and the reader's power."""
        self._do(HangUp())

    def come_back(self) -> None:
        """Put the plug in again, under the same name; it is another pty."""
        self._do(ComeBack())

    def come_back_as(self, name: str) -> None:
        """Put the plug in again under another name: :attr:`port` is another from now on. Not over TCP."""
        self._port = self._do(ComeBack(name)).port or self._port

    def replug(self, name: str = "") -> None:
        """Pull the plug and put it in again, under another name if one is given."""
        self.hang_up()
        self.come_back_as(name)

    # The tags.

    def put(self, uid: str, *more: str) -> None:
        """Lay a tag on the pad, or a pile of them at once."""
        self._do(Put(uid, more))

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
        dead: bool = False,
        reach: float = 1.0,
    ) -> None:
        """Make a tag of ``blocks`` blocks that starts with ``memory`` (longer memory makes more blocks)."""
        whole = memory.ljust(max(blocks * BLOCK, -(-len(memory) // BLOCK) * BLOCK), b"\0").hex()
        self.define_tag(
            TagState(uid=uid, memory=whole, afi=afi, dsfid=dsfid, eas=eas, locked=locked, dead=dead, reach=reach)
        )

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
        at: int | None = None,
        after: int = 0,
        odds: float = 1.0,
    ) -> None:
        """Switch a :class:`~devices.emulators.faults.Fault` on; while the process is down, for its next life.

        See :class:`~devices.emulators.faults.FaultOrder` for what the values mean.
        """
        order = FaultOrder(
            name=Fault(name), times=times, command=command, ms=ms, hex=hex, uid=uid, at=at, after=after, odds=odds
        )
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
        to_field(field, order)
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

    def _await_ready(self, process: subprocess.Popen[bytes]) -> str:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], _START)
        said = process.stdout.readline().decode() if ready else ""
        if not said.startswith("ready "):
            process.kill()
            self._end(process)
            raise EmulatorError(f"{self._port}: the reader emulator did not start; see what it wrote above")
        return said.removeprefix("ready ").rstrip("\n")

    @property
    def _tcp(self) -> bool:
        return self._port.startswith(TCP)

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
