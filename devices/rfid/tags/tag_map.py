"""A table of tags whose memory names no item: the UID, or the identity of a UHF tag's EPC, says which item it is.

A CSV file with a header row, columns in any order: ``uid`` and ``item``, and if wanted ``usage``, ``part``, ``parts``
and ``isil``. Commas, semicolons or tabs. UIDs in upper or lower case; colons, hyphens and spaces in them do not matter.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from devices.rfid.errors import EncodeError, RfidError
from devices.rfid.tags.content import Model, TagContent, Usage
from devices.rfid.tags.limits import check_item, check_parts

_COLUMNS: Final = ("uid", "item", "usage", "part", "parts", "isil")
_NEEDED: Final = ("uid", "item")
_SHORTEST: Final = 8  # hex digits of the shortest UID there is
_MOST_PARTS: Final = 999


class MapError(RfidError, ValueError):
    """The table cannot be used; the message names every line that is wrong."""


def normal_uid(text: str) -> str:
    """Upper-case hex digits of a UID or EPC, without what people put between them."""
    return text.translate({ord(mark): None for mark in " :-\t"}).upper()


class TagMap:
    """The table, read once."""

    def __init__(self, items: Mapping[str, TagContent]) -> None:
        self._items = dict(items)

    def __len__(self) -> int:
        return len(self._items)

    @classmethod
    def parse(cls, text: str, name: str = "table") -> TagMap:
        """Read the table's text; ``name`` is what errors call it.

        Raises:
            MapError: a column is missing or unknown, or lines are wrong or name a UID twice.
        """
        header = text.removeprefix("\ufeff").partition("\n")[0]
        delimiter = max(",;\t", key=header.count)
        rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter, strict=True)
        items: dict[str, TagContent] = {}
        lines: dict[str, int] = {}
        wrong: list[str] = []
        try:
            _check_columns([column.strip().lower() for column in rows.fieldnames or ()], name)
            for row in rows:
                cells = {(key or "").strip().lower(): value for key, value in row.items()}
                try:
                    uid, content = _entry(cells)
                    if uid in items:
                        raise EncodeError(f"{uid} is in line {lines[uid]} already")
                except EncodeError as error:
                    wrong.append(f"line {rows.line_num}: {error}")
                    continue
                items[uid], lines[uid] = content, rows.line_num
        except csv.Error as error:
            wrong.append(f"line {rows.line_num + 1}: {error}: check the quotes")
        if wrong:
            raise MapError(f"{name}: {'; '.join(wrong)}")
        return cls(items)

    @classmethod
    def load(cls, path: Path) -> TagMap:
        """Read the table from a file in UTF-8.

        Raises:
            MapError: as :meth:`parse`, or the file cannot be read.
        """
        try:
            return cls.parse(path.read_text("utf-8"), str(path))
        except OSError as error:
            raise MapError(
                f"{path}: {error.strerror or error}: name a CSV file with the columns uid and item"
            ) from error
        except UnicodeDecodeError as error:
            raise MapError(f"{path}: not UTF-8 at byte {error.start}: save the table as CSV in UTF-8") from error

    def content(self, uid: str) -> TagContent | None:
        """The item of this UID or EPC identity; ``None`` if the table does not know it."""
        return self._items.get(normal_uid(uid))

    def resolve(self, uid: str, read: TagContent | None) -> TagContent | None:
        """What the memory said if that names an item or a card; else what the table says; else what the memory said."""
        if read is not None and read.crc_ok and read.item_id:
            return read
        return self.content(uid) or read

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)


class TagMapFile:
    """A table that may change while it is used: the file is read again when its time or size is another.

    A change that cannot be read leaves the table as it was; :attr:`trouble` then says why.
    """

    def __init__(self, path: Path) -> None:
        """Raises :class:`MapError` as :meth:`TagMap.load`."""
        self._path = path
        self._stamp = self._look()
        self._map = TagMap.load(path)
        self.trouble = ""

    def fresh(self) -> TagMap:
        """The table as it is in the file now."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._map, self.trouble = TagMap.load(self._path), ""
            except MapError as error:
                self.trouble = str(error)
        return self._map

    def _look(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_size)


def _check_columns(columns: list[str], name: str) -> None:
    missing = [column for column in _NEEDED if column not in columns]
    unknown = [column for column in columns if column not in _COLUMNS]
    twice = [column for column in _COLUMNS if columns.count(column) > 1]
    if missing or unknown or twice:
        what = [f"no column {column!r}" for column in missing]
        what += [f"column {column!r} is not known" for column in unknown]
        what += [f"column {column!r} is there twice" for column in twice]
        raise MapError(f"{name}: line 1: {', '.join(what)}; the columns are {', '.join(_COLUMNS)}")


def _entry(cells: Mapping[str, str | list[str] | None]) -> tuple[str, TagContent]:
    row = {column: value.strip() for column in _COLUMNS if isinstance(value := cells.get(column), str)}
    if cells.get("") is not None:
        raise EncodeError("more cells than columns")
    uid = normal_uid(row.get("uid", ""))
    digits = uid.isascii() and uid.isalnum() and not uid.strip("0123456789ABCDEF")
    if not digits or len(uid) < _SHORTEST or len(uid) % 2:
        raise EncodeError(f"uid {row.get('uid', '')!r} is not an even number of hex digits, {_SHORTEST} at least")
    check_item(row.get("item", ""))
    parts = _count(row.get("parts", ""), "parts")
    part = _count(row.get("part", ""), "part")
    check_parts(part, parts, _MOST_PARTS)
    usage = _usage(row.get("usage", ""))
    return uid, TagContent(Model.MAPPED, row["item"], row.get("isil", ""), part, parts, usage, crc_ok=True)


def _count(text: str, name: str) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):
        raise EncodeError(f"{name} {text!r} is not a number from 1 to {_MOST_PARTS}")
    return int(text)


def _usage(text: str) -> Usage:
    if not text:
        return Usage.CIRCULATING
    try:
        return Usage[text.replace("-", "_").replace(" ", "_").upper()]
    except KeyError:
        known = ", ".join(usage.name.lower() for usage in Usage)
        raise EncodeError(f"usage {text!r} is not known; known are {known}") from None
