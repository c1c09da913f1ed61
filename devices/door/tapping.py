"""The guided tally in a terminal: a key for each person, and one line that says how far it is.

Each key is on the disk before the line changes, so that a closed window, a dead battery or a full disk costs nothing
that was shown.
"""

from __future__ import annotations

import os
import select
import shutil
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, TextIO

from devices.door.events import Direction
from devices.door.tally import Book, Sign, Who
from devices.door.words import clock

#: A capital says that a child or one of the staff goes out.
KEYS: Final = {"i": "in", "o": "out", "c": "child_in", "C": "child_out", "s": "staff_in", "S": "staff_out"}
HELP: Final = (
    "Press a key for each person who goes all the way through:\n"
    "  i  in          o  out\n"
    "  c  child in    C  child out\n"
    "  s  staff in    S  staff out\n"
    "  u  undo last   p  pause, and go on   q  finish\n"
)
_SECOND: Final = 1.0
_END_OF_FILE: Final = "\x04"


@contextmanager
def keys_at_once(terminal: int) -> Iterator[None]:
    """Each key is read when it is pressed, and not shown; the terminal is as before afterwards."""
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal, termios.TCSANOW)
        yield
    finally:
        with suppress(termios.error):  # the window was closed
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def tap(book: Book, terminal: int, out: TextIO, now: Callable[[], int], by: str, enough: int) -> None:
    """Take keys until ``q``, the terminal's end or Ctrl-C; ``now`` is UTC in ms, ``enough`` the passages asked for.

    Raises:
        devices.door.tally.TallyError: a key could not be kept; what was shown before is.
    """
    session = _Session(book, out, now, by, enough)
    out.write(HELP + "\n")
    with keys_at_once(terminal):
        session.begin()
        try:
            while session.on:
                if not select.select([terminal], [], [], _SECOND)[0]:
                    session.show()  # the clock goes on
                    continue
                for key in _read(terminal):
                    session.press(key)
        except KeyboardInterrupt:
            session.press("q")
        finally:
            out.write("\n")
            out.flush()


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 64).decode("utf-8", "replace") or _END_OF_FILE
    except OSError:  # the window was closed
        return _END_OF_FILE


class _Session:
    def __init__(self, book: Book, out: TextIO, now: Callable[[], int], by: str, enough: int) -> None:
        self._book = book
        self._out = out
        self._now = now
        self._by = by
        self._enough = enough
        self._paused = False
        self._last = ""
        self.on = True

    def begin(self) -> None:
        self._book.write(self._now(), Sign.START, self._by)
        self.show()

    def press(self, key: str) -> None:
        """One key; an unknown one says what there is."""
        if not self.on:
            return
        if key in KEYS:
            self._person(KEYS[key])
        elif key == "u":
            self._undo()
        elif key == "p":
            self._paused = not self._paused
            self._book.write(self._now(), Sign.PAUSE if self._paused else Sign.RESUME, self._by)
            self._last = "paused: p goes on" if self._paused else "going on"
        elif key in ("q", _END_OF_FILE):
            if not self._paused:
                self._book.write(self._now(), Sign.END, self._by)
            self._last, self.on = "finished", False
        elif key.isprintable():
            self._last = f"{key!r} is no key here"
        self.show()

    def _person(self, what: str) -> None:
        if self._paused:
            self._last = "not counted: paused, p goes on"
            return
        self._book.write(self._now(), what, self._by)
        self._last = what.replace("_", " ")

    def _undo(self) -> None:
        taps = self._book.tally.taps
        if not taps:
            self._last = "nothing to undo"
            return
        last = taps[-1]
        self._book.write(self._now(), Sign.UNDO, self._by)
        who = "" if last.who is Who.VISITOR else f"{last.who.value} "
        self._last = f"took back: {who}{last.direction.value}"

    def show(self) -> None:
        """The line: how long, how many, how far."""
        tally = self._book.tally
        taps = tally.taps
        into = sum(one.direction is Direction.IN for one in taps)
        watched = tally.watched_ms + (self._now() - tally.watching if tally.watching is not None else 0)
        parts = [
            clock(watched) if watched >= 60_000 else f"{watched // 1000} s",
            f"in {into}",
            f"out {len(taps) - into}",
        ]
        for who, word in ((Who.CHILD, "children"), (Who.STAFF, "staff")):
            if number := sum(one.who is who for one in taps):
                parts.append(f"{word} {number}")
        parts.append(f"{len(taps)} of {self._enough}" + (": enough" if len(taps) >= self._enough else ""))
        if taps:
            parts.append(f"{watched / len(taps) / 1000:.1f} s each")
        if self._last:
            parts.append(f"[{self._last}]")
        line = "   ".join(parts)[: shutil.get_terminal_size().columns - 1]
        self._out.write(f"\r\x1b[K{line}")
        self._out.flush()
