"""``python -m devices.emulators.reader``: a reader on a pty, with its real frames, speed, air time and faults.

One loop: bytes from the host go to the firmware (``devices/emulators/firmware``), its answers leave byte by byte when
their time has come, and orders come in over a Unix socket. Started with ``--with-parent`` it ends when its standard
input does, so it never outlives whoever started it.
"""

from __future__ import annotations

import contextlib
import select
import signal
import socket
import sys
import time
from collections import deque
from pathlib import Path
from typing import Final

import click
import msgspec

from devices.emulators.faults import Fault, Faults
from devices.emulators.field import Field
from devices.emulators.firmware import FIRMWARE, Reply, firmware
from devices.emulators.pty_line import PtyLine
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
from devices.socket_path import short_path

#: Seconds between looks at a port that nobody has open.
_LOOK: Final = 0.01
_FRAMES: Final = 500


class ReaderProcess:
    """The emulated reader with its line, its field and its control socket."""

    def __init__(self, protocol: str, link: Path, field: Path, control: Path, seed: int) -> None:
        self._field = Field(field)
        self._faults = Faults(seed)
        self._firmware = firmware(protocol, self._field, self._faults)
        self._byte_s = self._firmware.bits_per_byte / self._firmware.baud
        self._control = control
        self._server = socket.socket(socket.AF_UNIX)
        control.unlink(missing_ok=True)
        with short_path(control) as path:
            self._server.bind(path)
        self._server.listen()
        self._line = PtyLine(link)
        self._clients: dict[int, tuple[socket.socket, bytearray]] = {}
        self._frames: deque[FrameSeen] = deque(maxlen=_FRAMES)
        self._busy_until = 0.0
        self._running = True

    def run(self, parent: int | None = None) -> None:
        """Serve until told to quit, or until ``parent`` (a descriptor) ends."""
        while self._running:
            for fd in self._wait(parent):
                if fd == self._line.fd:
                    self._host()
                elif fd == self._server.fileno():
                    client, _ = self._server.accept()
                    self._clients[client.fileno()] = (client, bytearray())
                elif fd in self._clients:
                    self._order(fd)
                else:
                    self._running = False
            if self._line.look():
                self._stale()
            self._line.release(time.monotonic())
            self._speak()

    def close(self) -> None:
        """Hang up and clear away the names."""
        self._line.close()
        self._server.close()
        self._control.unlink(missing_ok=True)

    def stop(self) -> None:
        """End the loop; safe in a signal handler."""
        self._running = False

    def _wait(self, parent: int | None) -> list[int]:
        poll = select.poll()
        for fd in (self._server.fileno(), *self._clients, *([] if parent is None else [parent])):
            poll.register(fd, select.POLLIN)
        if self._line.opened:
            poll.register(self._line.fd, select.POLLIN)
        due = min((at for at in (self._line.due(), self._speaks_at()) if at is not None), default=None)
        wait = None if self._line.opened else _LOOK
        if due is not None:
            left = max(0.0, due - time.monotonic())
            wait = left if wait is None else min(wait, left)
        return [fd for fd, _ in poll.poll(None if wait is None else wait * 1000)]

    # The line.

    def _host(self) -> None:
        data = self._line.read()
        if not data:
            return
        now = time.monotonic()
        if self._firmware.deaf_when_busy and (self._line.sending or now < self._busy_until):
            self._log("ignored", data)
            return
        self._log("host", data)
        received = now + len(data) * self._byte_s
        for reply in self._firmware.receive(data, received):
            self._answer(reply, received + reply.air_s)

    def _speaks_at(self) -> float | None:
        """When the reader will say something unasked; not before it has said what it is saying."""
        wake = self._firmware.wake() if self._line.opened else None
        return None if wake is None else max(wake, self._line.last())

    def _speak(self) -> None:
        now = time.monotonic()
        at = self._speaks_at()
        if at is not None and at <= now:
            for reply in self._firmware.tick(now):
                self._answer(reply, now + reply.air_s)

    def _answer(self, reply: Reply, start: float) -> None:
        self._busy_until = start
        if self._faults.strikes(Fault.SILENCE, reply.command):
            return
        if late := self._faults.strikes(Fault.LATE, reply.command):
            # The reader has done its work; only the bytes are held up, as by a USB converter or a busy host.
            start += late.ms / 1000
        data = self._damage(reply)
        split = self._faults.strikes(Fault.SPLIT, reply.command)
        cut = self._faults.chance.randrange(1, len(data)) if split else len(data)
        middle = self._line.send(data[:cut], start, self._byte_s)
        if split:
            self._line.send(data[cut:], middle + split.ms / 1000, self._byte_s)
        self._log("reader", data, start - time.monotonic())

    def _damage(self, reply: Reply) -> bytes:
        data = bytearray(reply.data)
        if self._faults.strikes(Fault.DROP_BYTE, reply.command):
            del data[self._faults.chance.randrange(len(data))]
        if self._faults.strikes(Fault.FLIP_BIT, reply.command):
            data[self._faults.chance.randrange(len(data))] ^= 1 << self._faults.chance.randrange(8)
        return bytes(data)

    def _stale(self) -> None:
        if order := self._faults.strikes(Fault.STALE_AT_OPEN):
            data = bytes.fromhex(order.hex)
            self._line.send(data, time.monotonic() + order.ms / 1000, self._byte_s)
            self._log("reader", data)

    def _log(self, way: str, data: bytes, later: float = 0.0) -> None:
        self._frames.append(FrameSeen(time.time() + later, way, data.hex().upper()))

    # Orders.

    def _order(self, fd: int) -> None:
        client, held = self._clients[fd]
        data = client.recv(65536)
        held += data
        while (end := held.find(b"\n")) >= 0:
            answer = self._carry_out(bytes(held[:end]))
            del held[: end + 1]
            with contextlib.suppress(OSError):  # who asked has gone; what was ordered is done
                client.sendall(msgspec.json.encode(answer) + b"\n")
        if not data:
            client.close()
            del self._clients[fd]

    def _carry_out(self, line: bytes) -> Answer:
        try:
            order: Order = msgspec.json.decode(line, type=Order)
            match order:
                case Put(uid):
                    self._field.put(uid)
                case Take(uid) if uid:
                    self._field.take(uid)
                case Take():
                    self._field.take_all()
                case Define(tag):
                    self._field.define(tag)
                case SetFault(fault):
                    self._faults.order(fault)
                case Look():
                    return Answer(True, tags=self._field.tags, frames=tuple(self._frames))
                case Quit():
                    self._running = False
        except (msgspec.DecodeError, RfidError) as error:
            return Answer(False, str(error))
        return Answer(True, tags=self._field.tags)


@click.command(epilog="Example: python -m devices.emulators.reader --link pad --field pad.json --control pad.sock")
@click.option("--protocol", type=click.Choice(sorted(FIRMWARE)), default="m3", show_default=True)
@click.option("--link", type=click.Path(path_type=Path), required=True, help="Name of the port to offer.")
@click.option("--field", type=click.Path(path_type=Path), required=True, help="File with the tags and their memory.")
@click.option("--control", type=click.Path(path_type=Path), required=True, help="Unix socket to take orders on.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of every chance.")
@click.option("--with-parent", is_flag=True, help="End when standard input ends.")
def main(protocol: str, link: Path, field: Path, control: Path, seed: int, with_parent: bool) -> None:
    """Be an RFID reader on a pty."""
    try:
        process = ReaderProcess(protocol, link.absolute(), field.absolute(), control.absolute(), seed)
    except (OSError, RfidError) as error:
        raise click.ClickException(str(error)) from error
    signal.signal(signal.SIGTERM, lambda *_: process.stop())
    signal.signal(signal.SIGINT, lambda *_: process.stop())
    click.echo("ready")
    sys.stdout.flush()
    try:
        process.run(sys.stdin.fileno() if with_parent else None)
    finally:
        process.close()


if __name__ == "__main__":
    main()
