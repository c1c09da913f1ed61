"""The loop of an emulated reader: bytes, orders, its script and the time, whichever comes first."""

from __future__ import annotations

import contextlib
import select
import socket
import sys
import time
from functools import partial
from pathlib import Path
from typing import Final

import click
import msgspec

from devices.emulators.faults import Faults
from devices.emulators.field import Field
from devices.emulators.firmware import firmware
from devices.emulators.line import Line
from devices.emulators.reader_control import (
    Answer,
    ComeBack,
    Define,
    HangUp,
    Look,
    Order,
    Put,
    Quit,
    SetFault,
    Take,
)
from devices.emulators.reader_script import Playing, Script
from devices.emulators.reader_wire import Wire
from devices.rfid.errors import RfidError
from devices.socket_path import short_path

#: Seconds between looks at a port that nobody has open.
_LOOK: Final = 0.01
_NO_SCRIPT: Final = Script()


class ReaderProcess:
    """The emulated reader with its line, its field, its control socket and its script."""

    def __init__(
        self,
        protocol: str,
        line: Line,
        field: Path,
        control: Path,
        *,
        seed: int = 0,
        baud: int = 0,
        speed: float = 1.0,
        script: Script = _NO_SCRIPT,
    ) -> None:
        self._field = Field(field)
        self._faults = Faults(seed)
        self._line = line
        make = partial(firmware, protocol, self._field, self._faults)
        self._wire = Wire(line, make, self._faults, time.time, baud=baud, speed=speed)
        self._control = control
        self._server = socket.socket(socket.AF_UNIX)
        control.unlink(missing_ok=True)
        with short_path(control) as path:
            self._server.bind(path)
        self._server.listen()
        self._clients: dict[int, tuple[socket.socket, bytearray]] = {}
        self._script = script
        self._running = True

    def run(self, parent: int | None = None) -> None:
        """Serve until told to quit, or until ``parent`` (a descriptor) ends."""
        playing = Playing(self._script, time.monotonic())
        self._play(self._script.first)
        while self._running:
            for fd in self._wait(parent, playing):
                if fd == self._server.fileno():
                    client, _ = self._server.accept()
                    self._clients[client.fileno()] = (client, bytearray())
                elif fd in self._clients:
                    self._order(fd)
                elif fd == parent:
                    self._running = False
                elif fd in self._line.fds:  # and not gone by an order of just now
                    self._wire.host(fd, time.monotonic())
            self._play(playing.due(time.monotonic(), self._field.inventories))
            self._wire.turn(time.monotonic())

    def close(self) -> None:
        """Hang up and clear away the names."""
        self._line.close()
        self._server.close()
        self._control.unlink(missing_ok=True)

    def stop(self) -> None:
        """End the loop; safe in a signal handler."""
        self._running = False

    def _wait(self, parent: int | None, playing: Playing) -> list[int]:
        """Descriptors that have something; none when the time has come for something else first."""
        due = [at for at in (self._wire.due(), playing.next()) if at is not None]
        if not self._line.opened:
            due.append(time.monotonic() + _LOOK)
        left = max(0.0, min(due) - time.monotonic()) if due else None
        fds = [self._server.fileno(), *self._clients, *self._line.fds, *([] if parent is None else [parent])]
        # Not poll: it knows whole milliseconds only, and ten bytes leave in one.
        return select.select(fds, [], [], left)[0]

    def _play(self, orders: tuple[Order, ...] | list[Order]) -> None:
        for order in orders:
            try:
                self._carry_out(order)
            except RfidError as error:
                click.echo(f"script: {error}", err=True)
                sys.stderr.flush()

    def _order(self, fd: int) -> None:
        client, held = self._clients[fd]
        data = client.recv(65536)
        held += data
        while (end := held.find(b"\n")) >= 0:
            answer = self._answer(bytes(held[:end]))
            del held[: end + 1]
            with contextlib.suppress(OSError):  # who asked has gone; what was ordered is done
                client.sendall(msgspec.json.encode(answer) + b"\n")
        if not data:
            client.close()
            del self._clients[fd]

    def _answer(self, line: bytes) -> Answer:
        try:
            order: Order = msgspec.json.decode(line, type=Order)
            self._carry_out(order)
        except (msgspec.DecodeError, RfidError) as error:
            return Answer(False, str(error))
        frames = tuple(self._wire.frames) if isinstance(order, Look) else ()
        return Answer(True, tags=self._field.tags, frames=frames, port=self._line.port)

    def _carry_out(self, order: Order) -> None:
        match order:
            case HangUp():
                self._wire.hang_up()
            case ComeBack(name):
                self._wire.come_back(name)
            case SetFault(fault):
                self._faults.order(fault)
            case Quit():
                self._running = False
            case Put() | Take() | Define() | Look():
                to_field(self._field, order)


def to_field(field: Field, order: Order) -> None:
    """Carry out an order that is about tags; others change nothing here.

    Raises:
        devices.emulators.field.FieldError: there is no such tag, or there could be none.
    """
    match order:
        case Put(uid, more):
            for one in (uid, *more):
                field.put(one)
        case Take(uid) if uid:
            field.take(uid)
        case Take():
            field.take_all()
        case Define(tag):
            field.define(tag)
        case _:
            pass
