"""A barcode scanner in USB-COM mode, in software: what it reads leaves on a pty at its real speed.

``link`` is a symbolic link to the pty, as udev's by-id names are to a scanner's device. A scanner that is plugged in
again has another pty, and another name if told so.
"""

from __future__ import annotations

import contextlib
import enum
import os
import random
import select
import threading
import time
from collections import deque
from pathlib import Path
from typing import Final

from devices.emulators.pacing import Pacer
from devices.emulators.pty_line import PtyLine

#: Seconds between looks at a port that nobody has open: it reports a hang-up all the time.
_LOOK_S: Final = 0.01
_BITS_A_BYTE: Final = 10
#: A scanner's own time between two reads of its trigger, and between the bytes of a hurried one (s).
_SPLIT_S: Final = 0.08


class ScanFault(enum.StrEnum):
    """What goes wrong with the next scan."""

    GARBAGE = "garbage"  # bytes of line noise come before it
    SPLIT = "split"  # it comes in two pieces
    DOUBLED = "doubled"  # it comes twice
    NO_END = "no end"  # its terminator is lost


class ScannerEmulator:
    """The scanner; its methods return at once and the bytes leave on a thread of its own. Use as a context manager.

    ``prefix`` and ``end`` are what it puts around every text.
    """

    def __init__(self, link: Path, *, baud: int = 9600, prefix: bytes = b"", end: bytes = b"\r", seed: int = 0) -> None:
        self.link = link
        self._prefix, self._end = prefix, end
        self._byte_s = _BITS_A_BYTE / baud
        self._random = random.Random(seed)
        self._changed = threading.Condition()
        self._line: PtyLine | None = None
        self._out = Pacer()
        self._faults: deque[ScanFault] = deque()
        self._stopping = False
        self._bell, self._rope = os.pipe()
        self.plug()
        self._thread = threading.Thread(target=self._run, name="scanner-emulator", daemon=True)
        self._thread.start()

    def __enter__(self) -> ScannerEmulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def port(self) -> str:
        """The port's name, for ``ScannerSettings.port``."""
        return str(self.link)

    @property
    def in_use(self) -> bool:
        """Whether somebody has the port open."""
        with self._changed:
            return self._line is not None and self._line.opened

    # --- the trigger ----------------------------------------------------------------------------------------------

    def scan(self, text: str, aim: str = "") -> None:
        """Read a code. Without a plug, or with nobody who has the port open, it is lost as on a real line."""
        data = self._prefix + aim.encode() + text.encode() + self._end
        with self._changed:
            fault = self._faults.popleft() if self._faults else None
            now = time.monotonic()
            match fault:
                case ScanFault.GARBAGE:
                    self._send(bytes(self._random.randrange(0x80, 0x100) for _ in range(9)) + self._end + data, now)
                case ScanFault.SPLIT:
                    cut = self._random.randrange(1, len(data))
                    self._send(data[cut:], self._send(data[:cut], now) + _SPLIT_S)
                case ScanFault.DOUBLED:
                    self._send(data, self._send(data, now) + _SPLIT_S)
                case ScanFault.NO_END:
                    self._send(data.removesuffix(self._end), now)
                case None:
                    self._send(data, now)
        self._ring()

    def fault(self, *faults: ScanFault) -> None:
        """The next scans go wrong like this, one after another."""
        with self._changed:
            self._faults.extend(faults)

    def flood(self, data: bytes, timeout: float = 30.0) -> bool:
        """Send all this as fast as whoever has the port takes it; whether all of it was taken in time.

        On the caller's thread: USB-COM holds a scanner back when the host is slow, so nothing is lost.
        """
        line, until = self._line, time.monotonic() + timeout
        if line is None:
            return False
        poll = select.poll()
        poll.register(line.fd, select.POLLOUT)
        view = memoryview(data)
        while view and (left := until - time.monotonic()) > 0:
            if any(events & select.POLLHUP for _, events in poll.poll(left * 1000)):
                return False
            with contextlib.suppress(BlockingIOError):
                view = view[os.write(line.fd, view[:4096]) :]
        return not view

    # --- the plug -------------------------------------------------------------------------------------------------

    def unplug(self) -> None:
        """Pull the plug: the port hangs up and its name goes."""
        with self._changed:
            line, self._line = self._line, None
        if line is not None:
            line.close()
            self._ring()

    def plug(self, link: Path | None = None) -> None:
        """Put the plug in, under another name if one is given; it is another pty in any case."""
        self.unplug()
        self.link = link or self.link
        with self._changed:
            self._line = PtyLine(self.link)
        self._ring()

    def close(self) -> None:
        """Let it vanish."""
        self._stopping = True
        self._ring()
        self._thread.join()
        self.unplug()
        os.close(self._bell)
        os.close(self._rope)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _send(self, data: bytes, start: float) -> float:
        return self._out.add(data, start, self._byte_s) if self._line is not None else start

    def _ring(self) -> None:
        os.write(self._rope, b"x")

    def _run(self) -> None:
        while not self._stopping:
            poll = select.poll()
            poll.register(self._bell, select.POLLIN)
            if self._bell in dict(poll.poll(self._wait_ms(poll))):
                os.read(self._bell, 4096)
            with self._changed:
                if self._line is not None:
                    self._line.read(self._line.fd)  # a scanner does not listen
                    self._line.look()
                if self._line is None or not self._line.opened:
                    self._out.clear()
                elif ripe := self._out.take(time.monotonic()):
                    self._line.write(ripe)

    def _wait_ms(self, poll: select.poll) -> float | None:
        with self._changed:
            if self._line is None:
                return None
            due = self._out.due()
            if self._line.opened:
                poll.register(self._line.fd, 0)  # tells that the far end hung up
            opened = self._line.opened
        if due is not None:
            return max(0.0, due - time.monotonic()) * 1000
        return None if opened else _LOOK_S * 1000
