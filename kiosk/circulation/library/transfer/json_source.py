"""JSON: an array of objects, or an object a line.

An array with one object a line, as the export writes it, is streamed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from kiosk.circulation.library.transfer.source import Broken, ImportRefused

_Cell = str | int | float | bool | None
_Row = dict[str, _Cell]
_LINE = msgspec.json.Decoder(_Row)
_WHOLE = msgspec.json.Decoder(list[_Row])
#: An array that is not written line by line is read at once, so it may not be larger than this.
_AT_ONCE = 64 * 1024 * 1024


class JsonSource:
    """Reads a JSON file. Its columns are the keys of the first object.

    Raises:
        ImportRefused: it cannot be opened, or is no list of objects.
    """

    unit = "object"
    how = "JSON"

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._raw: BinaryIO = path.open("rb")
            self._size = path.stat().st_size
        except OSError as error:
            raise ImportRefused(f"{path}: this file cannot be read: {error.strerror or error}.") from error
        self._objects = self._read()
        self._first = next(self._objects, None)
        if not isinstance(self._first, dict):
            raise ImportRefused(
                f"{path.name}: expected a list of JSON objects with text, numbers, true, false or null."
            )
        self._columns = tuple(self._first)

    @property
    def columns(self) -> tuple[str, ...]:
        return self._columns

    @property
    def note(self) -> str:
        return ""

    def rows(self) -> Iterator[tuple[int, Sequence[str] | Broken]]:
        place = 1
        found: _Row | Broken | None = self._first
        while found is not None:
            yield place, found if isinstance(found, Broken) else self._cells(found)
            place, found = place + 1, next(self._objects, None)

    def position(self) -> int:
        return self._raw.tell()

    def close(self) -> None:
        self._raw.close()

    def _cells(self, row: _Row) -> Sequence[str] | Broken:
        if not row.keys() <= set(self._columns):
            return Broken("the keys of the first object and no others")
        return [_text(row.get(name)) for name in self._columns]

    def _read(self) -> Iterator[_Row | Broken]:
        by_line, any_yet = True, False
        for line in self._raw:
            bare = line.strip().rstrip(b",")
            if bare in (b"", b"[", b"]"):
                continue
            try:
                row = _LINE.decode(bare)
            except (msgspec.DecodeError, UnicodeDecodeError):
                if not any_yet:
                    by_line = False
                    break
                yield Broken("one JSON object a line")
                continue
            any_yet = True
            yield row
        if not by_line:
            yield from self._at_once()

    def _at_once(self) -> Iterator[_Row]:
        if self._size > _AT_ONCE:
            raise ImportRefused(f"{self._path.name}: too large to be read at once; write it with one object a line.")
        self._raw.seek(0)
        try:
            rows = _WHOLE.decode(self._raw.read())
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ImportRefused(f"{self._path.name}: this is no list of JSON objects: {error}.") from error
        yield from rows


def _text(cell: _Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    return str(cell).strip()
