"""What was done to which tag: a file of JSON lines that outlives a power cut, so that every write can be undone.

Theory of operation. A write of a tag is a row :class:`Begun` with everything the tag held and everything it is to
hold, on the disk before the first byte goes to the tag; then :class:`Ended`, once the tag was read back. A write
without its end is *open*: the tag may hold half of either, and is finished when it is seen again. :class:`Turned` says
that an open write is to be given back instead. A line that a power cut tore off is the last of its life: it was never
on the disk whole, so nothing had been written to the tag on the strength of it.

Rows are only ever added. An undo is a write of its own, which names the one that it undoes.
"""

from __future__ import annotations

import enum
import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from devices.rfid.errors import RfidError
from devices.rfid.station.held import Held


class LogError(RfidError):
    """The log cannot be read or written; the sentence says which and why."""


class Why(enum.StrEnum):
    """What a tag was written for."""

    TAG = "tag"
    CONVERT = "convert"
    UNDO = "undo"


class End(enum.StrEnum):
    """How a write ended: the tag was read back and holds the new content, or the old one; or somebody else's."""

    DONE = "done"
    GIVEN_BACK = "given-back"
    OVERTAKEN = "overtaken"


class Begun(msgspec.Struct, frozen=True, kw_only=True, tag_field="row", tag="begun", omit_defaults=True):
    """A tag is about to be written. ``number`` counts the writes in this log; ``undoes`` is one of them."""

    number: int
    at: str
    uid: str
    why: Why
    before: Held
    after: Held
    item: str = ""
    part: int = 1
    parts: int = 1
    undoes: int | None = None


class Turned(msgspec.Struct, frozen=True, kw_only=True, tag_field="row", tag="turned"):
    """The open write ``number`` is not to be finished: the tag gets its old content back."""

    number: int
    at: str


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag_field="row", tag="ended"):
    """The write ``number`` has ended."""

    number: int
    at: str
    end: End


Row = Begun | Turned | Ended
_decode: Final = msgspec.json.Decoder(Row).decode


class Story:
    """What the rows say, whatever rows they are."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._writes: dict[int, Begun] = {}
        self._ends: dict[int, End] = {}
        self._turned: set[int] = set()
        self._undone: set[int] = set()
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        """Go on."""
        match row:
            case Begun(number=number):
                self._writes[number] = row
            case Turned(number=number):
                self._turned.add(number)
            case Ended(number=number, end=end) if number in self._writes:
                self._ends[number] = end
                undoes = self._writes[number].undoes
                if end is End.DONE and undoes is not None:
                    self._undone.add(undoes)

    @property
    def next_number(self) -> int:
        """For the write to come."""
        return max(self._writes, default=0) + 1

    @property
    def open(self) -> dict[str, Begun]:
        """Writes that have not ended, by UID; of several of one tag the newest, which began with what they left."""
        return {row.uid: row for number, row in self._writes.items() if number not in self._ends}

    def is_turned(self, number: int) -> bool:
        """Whether an open write is to be given back."""
        return number in self._turned

    def siblings(self, row: Begun) -> list[int]:
        """Every open write of the same tag; they end together."""
        return [number for number, other in self._writes.items() if number not in self._ends and other.uid == row.uid]

    def undoable(self, uid: str | None = None) -> Begun | None:
        """The newest write that was done and not undone: of this tag, or of any."""
        for number in sorted(self._writes, reverse=True):
            row = self._writes[number]
            mine = uid in (None, row.uid) and row.why is not Why.UNDO
            if mine and self._ends.get(number) is End.DONE and number not in self._undone:
                return row
        return None

    def tagged(self, item: str, part: int) -> Begun | None:
        """The newest write that gave a tag this item and part, and still holds."""
        for number in sorted(self._writes, reverse=True):
            row = self._writes[number]
            done = self._ends.get(number) is End.DONE and number not in self._undone
            if done and row.why is not Why.UNDO and (row.item, row.part) == (item, part):
                return row
        return None

    @property
    def uids(self) -> frozenset[str]:
        """Tags with something to undo, or left half-way."""
        return frozenset(row.uid for row in self._writes.values() if self.undoable(row.uid)) | frozenset(self.open)


class Log:
    """A log open for writing, by nobody else.

    Raises:
        LogError: it cannot be opened, another program has it, or it is no such log.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise LogError(f"{path}: cannot be written: {error.strerror}. Name another log with --log.") from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with open(self._fd, "rb", closefd=False) as file:
                data = file.read()
            self.story = Story(rows(data, str(path)))
            self._torn = bool(data) and not data.endswith(b"\n")
            self._sync_folder()
        except BlockingIOError:
            os.close(self._fd)
            raise LogError(f"{path}: another station has it open. End it, or name another with --log.") from None
        except (OSError, LogError) as error:
            os.close(self._fd)
            raise error if isinstance(error, LogError) else LogError(f"{path}: {error.strerror}") from error

    def add(self, row: Row) -> None:
        """Put a row on the disk, and then into the story.

        Raises:
            LogError: it cannot be written; nothing may be done on the strength of it.
        """
        try:
            self._write(msgspec.json.encode(row) + b"\n")
        except OSError as error:
            why = f"{self._path}: cannot be written: {error.strerror}. Make room, then lay the tag down again."
            raise LogError(why) from error
        self.story.add(row)

    def close(self) -> None:
        """Let others have it."""
        os.close(self._fd)

    def _write(self, data: bytes) -> None:
        rest = memoryview(b"\n" + data if self._torn else data)
        self._torn = True  # until all of it is there: a full disk may take half a line
        while rest:
            rest = rest[os.write(self._fd, rest) :]
        os.fsync(self._fd)
        self._torn = False

    def _sync_folder(self) -> None:
        """A file that has just been made is there after a power cut only if its folder says so."""
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def rows(data: bytes, name: str) -> list[Row]:
    """The rows of a log. What a power cut tore off is left out: a line that does not end, or is no JSON.

    Raises:
        LogError: not one line of it is a row, so it is some other file.
    """
    lines = [line for line in data.split(b"\n") if line.strip(b" \r\0")]
    found: list[Row] = []
    for line in lines:
        try:
            found.append(_decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    if lines and not found and (len(lines) > 1 or not lines[0].startswith(b"{")):
        raise LogError(f"{name}: this is no log of a tagging station; name another with --log")
    return found
