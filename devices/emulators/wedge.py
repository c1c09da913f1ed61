"""A scanner that pretends to be a keyboard, in software: the kernel's ``struct input_event`` on a named pipe.

Its keys are those of a keyboard of the United States, written down here apart from the driver's layouts. A pipe is no
input device: whoever opens it must do without the grab. Closing it is pulling the plug.
"""

from __future__ import annotations

import itertools
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_EVENT: Final = struct.Struct("@llHHi")
_SYN, _KEY, _MSC = 0, 1, 4
_SYN_REPORT, _SYN_DROPPED, _MSC_SCAN = 0, 3, 4
_UP, _DOWN, _REPEAT = 0, 1, 2
_LEFT_SHIFT: Final = 42
_ENTER: Final = 28
_HID_KEYBOARD: Final = 0x70000

#: Where the keys are, from ``linux/input-event-codes.h``: the code of the first, and what they write.
_ROWS: Final = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
_KEYS: Final = {
    char: (first + place, shifted)
    for first, plain, shift in _ROWS
    for shifted, row in ((True, shift), (False, plain))
    for place, char in enumerate(row)
}


def event(kind: int, code: int, value: int) -> bytes:
    """One event, now."""
    now = time.time()
    return _EVENT.pack(int(now), int(now % 1 * 1_000_000), kind, code, value)


def report() -> bytes:
    """The end of a packet."""
    return event(_SYN, _SYN_REPORT, 0)


def dropped() -> bytes:
    """The kernel's queue ran over."""
    return event(_SYN, _SYN_DROPPED, 0)


def stroke(code: int, *, repeats: int = 0) -> bytes:
    """A key down and up, with the scan code that a USB keyboard tells beside it."""
    scan = event(_MSC, _MSC_SCAN, _HID_KEYBOARD + code)
    held = b"".join(event(_KEY, code, _REPEAT) + report() for _ in range(repeats))
    return scan + event(_KEY, code, _DOWN) + report() + held + scan + event(_KEY, code, _UP) + report()


def holding(modifier: int, inner: bytes) -> bytes:
    """Strokes while another key is held."""
    return event(_KEY, modifier, _DOWN) + report() + inner + event(_KEY, modifier, _UP) + report()


def strokes(text: str, end: int | None = _ENTER) -> bytes:
    """The strokes that write ``text`` on a keyboard of the United States, and the key that ends it."""
    parts = []
    for char in text:
        code, shifted = _KEYS[char]
        parts.append(holding(_LEFT_SHIFT, stroke(code)) if shifted else stroke(code))
    return b"".join(parts) + (stroke(end) if end is not None else b"")


class WedgeEmulator:
    """The wedge at the named pipe ``path``. Sending waits until somebody has it open. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = -1
        self.plug()

    def __enter__(self) -> WedgeEmulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    def plug(self) -> None:
        """Put the plug in."""
        if self._fd < 0:
            os.mkfifo(self.path)
            # Also for reading, so that the pipe does not end when the host opens it before the first scan.
            self._fd = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)

    def unplug(self) -> None:
        """Pull the plug: what was sent is still read, then the device has gone."""
        if self._fd >= 0:
            self.path.unlink()
            os.close(self._fd)
            self._fd = -1

    def scan(self, text: str) -> None:
        """Read a code and type it."""
        self.send(strokes(text))

    def send(self, events: bytes, pieces: Iterator[int] | None = None) -> None:
        """Send events, in pieces of so many bytes if wanted."""
        sizes = pieces or itertools.repeat(len(events))
        while events:
            size = next(sizes)
            os.write(self._fd, events[:size])
            events = events[size:]
