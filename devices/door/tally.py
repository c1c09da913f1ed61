"""A guided tally: what a person at the door saw, as a file that grows by a line a tap. Pure but for the file.

CSV ``t_ms,what,who`` under comments that say which door, who, and when. ``t_ms`` is UTC in ms since 1970. ``what`` is
``in``, ``out``, ``child_in``, ``child_out``, ``staff_in``, ``staff_out``, or one of the tally itself: ``start``,
``pause``, ``resume``, ``undo``, ``end``. Nothing is ever rewritten: who takes a tap back adds ``undo``. A plain
``child`` or ``staff``, as a form with four buttons has it, means coming in.

A file made on a phone may have taps alone; it then covers the time from its first to its last.
"""

from __future__ import annotations

import enum
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from devices.door.events import Direction
from devices.door.recordings import UTC_FROM

HEADING: Final = "t_ms,what,who"
#: Longer is no name.
_WIDEST: Final = 200


class TallyError(ValueError):
    """A tally cannot be read or kept; the message names the file, the line and what was expected."""


class Who(enum.StrEnum):
    """What sort of person went through."""

    VISITOR = "visitor"
    CHILD = "child"
    STAFF = "staff"


class Sign(enum.StrEnum):
    """Lines about the tally itself."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    UNDO = "undo"
    END = "end"


PEOPLE: Final[Mapping[str, tuple[Direction, Who]]] = {
    "in": (Direction.IN, Who.VISITOR),
    "out": (Direction.OUT, Who.VISITOR),
    "child_in": (Direction.IN, Who.CHILD),
    "child_out": (Direction.OUT, Who.CHILD),
    "staff_in": (Direction.IN, Who.STAFF),
    "staff_out": (Direction.OUT, Who.STAFF),
}
_OTHER_WORDS: Final = {
    "child": "child_in",
    "staff": "staff_in",
    "masuk": "in",
    "keluar": "out",
    "anak": "child_in",
    "staf": "staff_in",
    "petugas": "staff_in",
}


@dataclass(frozen=True)
class Tap:
    """A person went through at ``t_ms`` (UTC), as ``by`` saw it."""

    t_ms: int
    direction: Direction
    who: Who = Who.VISITOR
    by: str = ""


@dataclass(frozen=True)
class Span:
    """From ``begin`` to ``end`` (UTC ms) somebody watched the door."""

    begin: int
    end: int


@dataclass
class Tally:
    """All of a tally. ``about`` is its head: door, person, device, site, started …"""

    about: dict[str, str] = field(default_factory=dict)
    taps: list[Tap] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    digest: str = ""  # SHA-256 of the file
    watching: int | None = None  # since when, while it goes on
    last_ms: int | None = None
    torn: int = 0  # bytes of a line that was never finished

    @property
    def watched_ms(self) -> int:
        """For how long the door was watched."""
        return sum(span.end - span.begin for span in self.spans)

    def note(self, t_ms: int, what: str, by: str) -> None:
        """One more line; ``what`` is a key of :data:`PEOPLE` or a value of :class:`Sign`."""
        before, self.last_ms = self.last_ms, t_ms
        if what in PEOPLE:
            self.watching = t_ms if self.watching is None else self.watching
            self.taps.append(Tap(t_ms, *PEOPLE[what], by))
            return
        match Sign(what):
            case Sign.UNDO:
                del self.taps[-1:]
            case Sign.START | Sign.RESUME:
                if self.watching is not None and before is not None:
                    self.close(before)  # the tally before ended without saying so
                self.watching = t_ms
            case Sign.PAUSE | Sign.END:
                self.close(t_ms)

    def close(self, t_ms: int) -> None:
        """Nobody watches after ``t_ms``."""
        if self.watching is not None and t_ms > self.watching:
            self.spans.append(Span(self.watching, t_ms))
        self.watching = None


def parse(data: bytes, path: Path) -> Tally:
    """Read a tally; ``path`` is for messages.

    Raises:
        TallyError: no text, a line that is none, a time that is not UTC or goes back.
    """
    tally = Tally(digest=hashlib.sha256(data).hexdigest())
    for number, text, whole in _lines(data, path):
        if text.startswith("#"):
            key, colon, value = text.lstrip("# ").partition(":")
            if colon:
                tally.about.setdefault(key.strip().lower(), value.strip())
            continue
        if text.replace(" ", "").lower().startswith("t_ms,"):
            continue
        try:
            t_ms, what, by = _line(text)
            if tally.last_ms is not None and t_ms < tally.last_ms:
                raise TallyError(f"expected a time of {tally.last_ms} ms or later, got {t_ms}")
        except TallyError as error:
            if not whole:  # the power failed while it was being written
                tally.torn = len(text.encode())
                break
            raise TallyError(f"{path}, line {number}: {error}") from error
        tally.note(t_ms, what, by)
    if tally.last_ms is not None:
        tally.close(tally.last_ms)
    return tally


def read(path: Path) -> Tally:
    """Read a tally's file; raises as :func:`parse`, and when there is no such file."""
    try:
        return parse(path.read_bytes(), path)
    except OSError as error:
        raise TallyError(f"{path}: cannot be read: {error.strerror or error}") from error


def _lines(data: bytes, path: Path) -> Iterator[tuple[int, str, bool]]:
    """Lines with their numbers, and whether they were finished."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TallyError(f"{path}: not a text file: {error}") from error
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if line.strip():
            yield number, line.strip(), line.endswith(("\n", "\r"))


def _line(text: str) -> tuple[int, str, str]:
    fields = [field.strip() for field in text.split(",")]
    if len(fields) < 2:
        raise TallyError(f"expected '{HEADING}', got {text[:60]!r}")
    time = fields[0]
    if not (time.isascii() and time.isdecimal() and UTC_FROM <= int(time[:16]) < 10**14):
        raise TallyError(f"expected a time in milliseconds of UTC since 1970, got {time[:20]!r}")
    what = _OTHER_WORDS.get(fields[1].lower(), fields[1].lower().replace(" ", "_"))
    if what not in PEOPLE and what not in list(Sign):
        raise TallyError(f"expected {', '.join([*PEOPLE, *Sign])}; got {fields[1][:20]!r}")
    return int(time), what, fields[2] if len(fields) > 2 else ""


class Book:
    """The file while it grows: each line is on the disk when :meth:`write` returns."""

    def __init__(self, path: Path, about: Mapping[str, str]) -> None:
        """Open the file, or make it with its head; a line that was never finished goes.

        Raises:
            TallyError: the file cannot be opened, or holds something else.
        """
        self.path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise TallyError(f"{path}: cannot be written: {error.strerror or error}") from error
        try:
            self.tally = self._begin(about)
        except BaseException:
            os.close(self._file)
            raise

    def _begin(self, about: Mapping[str, str]) -> Tally:
        data = self.path.read_bytes()
        tally = parse(data, self.path)
        os.lseek(self._file, 0, os.SEEK_END)
        if not data:
            head = "".join(f"# {key}: {_clean(value)}\n" for key, value in about.items() if value)
            self._put(f"{head}{HEADING}\n")
            tally.about.update({key: _clean(value) for key, value in about.items() if value})
        elif tally.torn:
            os.ftruncate(self._file, len(data) - tally.torn)
            os.lseek(self._file, 0, os.SEEK_END)
        elif not data.endswith((b"\n", b"\r")):
            self._put("\n")
        return tally

    def write(self, t_ms: int, what: str, by: str) -> None:
        """Add a line; time never goes back, whatever the clock does.

        Raises:
            TallyError: the disk is full or gone; the line does not count.
        """
        t_ms = max(t_ms, self.tally.last_ms or 0)
        by = _clean(by)
        self._put(f"{t_ms},{what},{by}\n")
        self.tally.note(t_ms, what, by)

    def _put(self, text: str) -> None:
        data = text.encode()
        try:
            if os.write(self._file, data) != len(data):
                raise OSError(0, "the disk is full")
            os.fsync(self._file)
        except OSError as error:
            raise TallyError(f"{self.path}: cannot be written: {error.strerror or error}") from error

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)


def _clean(text: str) -> str:
    """Text that stays in its cell and on its line."""
    return " ".join(text.replace(",", " ").split())[:_WIDEST]
