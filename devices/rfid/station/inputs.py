"""What staff type or scan: lines from standard input, texts from a serial scanner, Ctrl-C; waited on together."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Callable, Iterator
from typing import Final

from devices.scanner.errors import ScannerLost
from devices.scanner.framer import Framer
from devices.scanner.lines import Line, open_line
from devices.scanner.settings import ScannerSettings

_PIECE: Final = 4096
_LONGEST: Final = 1024  # bytes; whoever types more without an Enter is no scanner
_AGAIN: Final = 1.0  # seconds until a lost scanner is looked for again


class Inputs:
    """``stdin`` is a descriptor, or ``None`` where there is none to read."""

    def __init__(
        self, stdin: int | None, scanner: ScannerSettings | None, clock: Callable[[], float], say: Callable[[str], None]
    ) -> None:
        self._stdin = stdin
        self._held = b""
        self._settings = scanner
        self._line: Line | None = None
        self._framer = Framer(scanner) if scanner is not None else None
        self._clock = clock
        self._say = say
        self._next = clock()
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        self._interrupted = False

    @property
    def ended(self) -> bool:
        """Nothing can come any more."""
        return self._stdin is None and self._settings is None

    def interrupted(self) -> bool:
        """Somebody wants an end."""
        return self._interrupted

    @contextlib.contextmanager
    def ctrl_c(self) -> Iterator[None]:
        """Inside, Ctrl-C (and a service's stop) only sets :meth:`interrupted` and ends the wait: a write ends whole."""

        def stop(*_: object) -> None:
            self._interrupted = True

        old = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        wakeup = signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in old.items():
                signal.signal(number, handler)

    def wait(self, seconds: float) -> list[str]:
        """What has been typed or scanned; empty after ``seconds``, or when interrupted."""
        self._look_for_scanner()
        fds = [fd for fd in (self._woken, self._stdin, self._line and self._line.fileno()) if fd is not None]
        ready, _, _ = select.select(fds, [], [], max(0.0, seconds))
        texts: list[str] = []
        if self._stdin in ready:
            texts += self._read_stdin(self._stdin)
        if self._line is not None and self._line.fileno() in ready:
            texts += self._read_scanner(self._line)
        return texts

    def close(self) -> None:
        """Let go of everything but standard input, which is not ours."""
        if self._line is not None:
            self._line.close()
        os.close(self._woken)
        os.close(self._wake)

    def _read_stdin(self, fd: int) -> list[str]:
        data = os.read(fd, _PIECE)
        if not data:
            self._stdin = None
            data = b"\n"  # a last line without its end counts, too
        *lines, self._held = (self._held + data).replace(b"\r", b"\n").split(b"\n")
        self._held = self._held[-_LONGEST:]
        return [text for line in lines if (text := line.decode("utf-8", "replace").strip())]

    def _read_scanner(self, line: Line) -> list[str]:
        assert self._framer is not None
        try:
            return [found.text for found in self._framer.receive(self._clock(), line.read())]
        except ScannerLost as lost:
            line.close()
            self._line = None
            self._next = self._clock() + _AGAIN
            self._say(str(lost))
            return []

    def _look_for_scanner(self) -> None:
        if self._settings is None or self._line is not None or self._clock() < self._next:
            return
        self._next = self._clock() + _AGAIN
        with contextlib.suppress(ScannerLost):
            name, self._line = open_line(self._settings)
            self._say(f"{name}: the scanner is ready.")
