"""A firmware on its line: what the host sends reaches it at the line's speed, and so do its answers the host.

Everything that can happen to an answer between the reader and the host is here: damage, delay, pieces, a port that
goes. Time is passed in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from devices.emulators.faults import Fault, Faults
from devices.emulators.firmware import Firmware, Reply
from devices.emulators.line import Line
from devices.emulators.pacing import Pacer
from devices.emulators.reader_control import FrameSeen

#: Frames remembered.
_FRAMES: Final = 500


class Wire:
    """One reader on one line.

    ``make`` makes its firmware, anew whenever it has been without power; ``baud`` 0 is the firmware's own. ``speed``
    makes line and air so many times faster than they are. ``wall`` gives seconds since 1970, for the frames.
    """

    def __init__(
        self,
        line: Line,
        make: Callable[[], Firmware],
        faults: Faults,
        wall: Callable[[], float],
        *,
        baud: int = 0,
        speed: float = 1.0,
    ) -> None:
        self.line = line
        self._make = make
        self._firmware = make()
        self._faults = faults
        self._wall = wall
        self._baud = baud
        self._speed = speed
        self._out = Pacer()
        self._busy_until = 0.0
        self._heard_until = 0.0
        self._held = b""
        self.frames: deque[FrameSeen] = deque(maxlen=_FRAMES)

    @property
    def byte_s(self) -> float:
        """Seconds a byte takes now; the host may have told the firmware to change it."""
        return self._firmware.bits_per_byte / (self._baud or self._firmware.baud) / self._speed

    def due(self) -> float | None:
        """When :meth:`turn` has something to do."""
        return min((at for at in (self._out.due(), self._speaks_at()) if at is not None), default=None)

    def turn(self, now: float) -> None:
        """Let go of what has to leave by now, and let the reader speak unasked."""
        if self.line.look():
            self._forget()
            self._stale(now)
        if not self.line.opened:
            self._forget()
        if ripe := self._out.take(now):
            self.line.write(ripe)
        at = self._speaks_at()
        if at is not None and at <= now:
            for reply in self._firmware.tick(now * self._speed):
                self._answer(reply, now + reply.air_s / self._speed, now)

    def host(self, fd: int, now: float) -> None:
        """Bytes of the host are there."""
        data = self.line.read(fd)
        if not data:
            return
        deaf = self._firmware.deaf_when_busy and (bool(self._out) or now < self._busy_until)
        if deaf or self._faults.strikes(Fault.BUSY):
            self._log("ignored", data, now, now)
            return
        self._log("host", data, now, now)
        self._heard_until = max(now, self._heard_until) + len(data) * self.byte_s
        if self._faults.strikes(Fault.FLIP_HOST_BIT):
            data = self._flipped(data)
        received = self._heard_until
        for reply in self._firmware.receive(data, received * self._speed):  # its own time runs as fast as its air
            self._answer(reply, max(received, self._out.last()) + reply.air_s / self._speed, now)

    def hang_up(self) -> None:
        """The plug is pulled: the line goes, and the reader's power with it."""
        self.line.hang_up()
        self._forget()

    def come_back(self, name: str = "") -> None:
        """Plugged in again, under the same name or another.

        Raises:
            devices.emulators.line.LineError: it never went, or there can be no such name.
        """
        self.line.come_back(name)
        self._firmware = self._make()
        self._busy_until = self._heard_until = 0.0

    def _speaks_at(self) -> float | None:
        """When the reader will say something unasked; not before it has said what it is saying."""
        wake = self._firmware.wake() if self.line.opened else None
        return None if wake is None else max(wake / self._speed, self._out.last())

    def _answer(self, reply: Reply, start: float, now: float) -> None:
        if not self.line.opened:
            return  # the port has gone behind an answer before this one
        self._busy_until = start + reply.pause_s / self._speed
        strikes = self._faults.strikes
        if strikes(Fault.HANG_UP, reply.command):
            self.hang_up()
            return
        if strikes(Fault.SILENCE, reply.command):
            return
        if late := strikes(Fault.LATE, reply.command):
            # The reader has done its work; only the bytes are held up, as by a USB converter or a busy host.
            start += late.ms / 1000
        data = self._damaged(reply)
        if strikes(Fault.GLUE, reply.command):
            self._held += data
            return
        self._send(reply.command, data, start)
        self._busy_until = max(self._busy_until, self._out.last() + reply.pause_s / self._speed)
        self._log("reader", self._held + data, start, now)
        self._held = b""

    def _send(self, command: int, data: bytes, start: float) -> None:
        byte_s = self.byte_s
        if self._held:
            self._out.add(self._held + data, start, byte_s, whole=True)
        elif shred := self._faults.strikes(Fault.SHRED, command):
            for at in range(len(data)):
                start = self._out.add(data[at : at + 1], start, byte_s) + shred.ms / 1000
        elif len(data) > 1 and (split := self._faults.strikes(Fault.SPLIT, command)):
            cut = self._faults.chance.randrange(1, len(data)) if split.at is None else min(split.at, len(data))
            middle = self._out.add(data[:cut], start, byte_s)
            self._out.add(data[cut:], middle + split.ms / 1000, byte_s)
        else:
            self._out.add(data, start, byte_s)

    def _damaged(self, reply: Reply) -> bytes:
        data = reply.data
        if self._faults.strikes(Fault.DROP_BYTE, reply.command):
            lost = self._faults.chance.randrange(len(data))
            data = data[:lost] + data[lost + 1 :]
        return self._flipped(data) if self._faults.strikes(Fault.FLIP_BIT, reply.command) else data

    def _flipped(self, data: bytes) -> bytes:
        wrong = bytearray(data)
        if wrong:
            wrong[self._faults.chance.randrange(len(wrong))] ^= 1 << self._faults.chance.randrange(8)
        return bytes(wrong)

    def _stale(self, now: float) -> None:
        if order := self._faults.strikes(Fault.STALE_AT_OPEN):
            data = bytes.fromhex(order.hex)
            self._out.add(data, now + order.ms / 1000, self.byte_s)
            self._log("reader", data, now, now)

    def _forget(self) -> None:
        """What was on the line is gone with it."""
        self._out.clear()
        self._held = b""

    def _log(self, way: str, data: bytes, at: float, now: float) -> None:
        self.frames.append(FrameSeen(self._wall() + at - now, way, data.hex().upper()))
