"""ZBar as second engine, in a process of its own: its library can abort or loop for ever on a hostile picture.

ZBar reads a few codes under glare and bright spots that ZXing does not. It is never needed: without it, and while a
killed child is being replaced, every call just finds nothing.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from devices.barcode.code import Code, Quad
from devices.barcode.zbar_child import HEAD, SIZE, SYMBOLS, Found

log = logging.getLogger(__name__)

_COMMAND: Final = (sys.executable, "-m", "devices.barcode.zbar_child")
_STARTED: Final = b"+"
#: At most this much of an answer is read; codes in a picture are few.
_MOST_BYTES: Final = 1 << 20


class Zbar:
    """Call it with a grey picture and formats; it gives what ZBar reads, or nothing.

    ``limit_s`` is the longest that one picture may take; a child that exceeds it is killed and replaced on the next
    call. When ZBar or pyzbar is not installed, that is logged once and nothing is started again.
    """

    def __init__(self, *, limit_s: float = 0.5, start_s: float = 5.0, command: Sequence[str] = _COMMAND) -> None:
        self.limit_s, self._start_limit, self._command = limit_s, start_s, tuple(command)
        self._child: subprocess.Popen[bytes] | None = None
        self._absent = False
        self._lock = threading.Lock()
        self._greeted = False

    @property
    def pid(self) -> int | None:
        """Process id of the running child, if any."""
        child = self._child
        return child.pid if child is not None else None

    def __call__(self, gray: NDArray[np.uint8], formats: Sequence[str]) -> list[Code]:
        """What ZBar reads in ``gray``; nothing when it cannot be asked."""
        wanted = [name for name in formats if name in SYMBOLS]
        with self._lock:
            if self._absent or not wanted or not self._ready():
                return []
            try:
                self._send(gray, wanted)
                return [Code(found.format, found.text, _quad(found)) for found in self._answer()]
            except (OSError, TimeoutError, msgspec.DecodeError) as error:
                log.warning("zbar: the child process failed (%s); it will be started again", type(error).__name__)
                self._end()
                return []

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def warm_up(self) -> None:
        """Start the child without waiting for it, so that the first picture need not."""
        with self._lock:
            if self._child is None and not self._absent:
                self._spawn()

    def _ready(self) -> bool:
        if self._child is not None and self._child.poll() is not None and self._greeted:
            self._end()
        if self._child is None:
            self._spawn()
        if self._greeted:
            return True
        try:
            self._greeted = self._receive(1, time.monotonic() + self._start_limit) == _STARTED
        except (OSError, TimeoutError):
            self._greeted = False
        if not self._greeted:
            self._absent = True
            self._end()
            log.warning("zbar: not installed here (Debian: apt install libzbar0); reading goes on with ZXing alone")
        return self._greeted

    def _spawn(self) -> None:
        self._greeted = False
        self._child = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # ZBar writes its assertions straight to C's standard error; they mean nothing to anyone here.
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )

    def _send(self, gray: NDArray[np.uint8], wanted: list[str]) -> None:
        assert self._child is not None
        assert self._child.stdin is not None
        names = ",".join(wanted).encode()
        height, width = gray.shape
        limit_ms = round(self.limit_s * 1000)
        message = HEAD.pack(width, height, limit_ms, len(names)) + names + np.ascontiguousarray(gray).tobytes()
        self._write(self._child.stdin.fileno(), memoryview(message), time.monotonic() + self.limit_s)

    def _write(self, pipe: int, message: memoryview, until: float) -> None:
        os.set_blocking(pipe, False)
        while message:
            _, ready, _ = select.select([], [pipe], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise TimeoutError
            message = message[os.write(pipe, message[:65536]) :]

    def _answer(self) -> list[Found]:
        until = time.monotonic() + self.limit_s
        (size,) = struct.unpack(SIZE, self._receive(struct.calcsize(SIZE), until))
        if size > _MOST_BYTES:
            raise OSError("an answer too long to be one")
        return msgspec.json.decode(self._receive(size, until), type=list[Found])

    def _receive(self, size: int, until: float) -> bytes:
        assert self._child is not None
        assert self._child.stdout is not None
        pipe, data = self._child.stdout.fileno(), b""
        while len(data) < size:
            ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise TimeoutError
            more = os.read(pipe, size - len(data))
            if not more:
                raise OSError("the child ended")
            data += more
        return data

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in filter(None, (child.stdin, child.stdout)):
            with contextlib.suppress(OSError):  # a broken pipe has nothing left to flush
                pipe.close()
        child.wait()


def _quad(found: Found) -> Quad:
    left, top, width, height = found.box
    return ((left, top), (left + width, top), (left + width, top + height), (left, top + height))
