"""MARC 21 files: ISO 2709 (``.mrc``) in UTF-8 or MARC-8, and MARCXML; read record by record.

Many systems write UTF-8 and forget to say so in the leader: what is no ASCII but valid UTF-8 is taken for UTF-8, since
text in MARC-8 with any accent is hardly ever valid UTF-8.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr
from pathlib import Path
from typing import BinaryIO
from xml.sax import SAXException, make_parser
from xml.sax.handler import feature_external_ges, feature_namespaces

from pymarc import Record
from pymarc.exceptions import PymarcException
from pymarc.marcxml import XmlHandler

from kiosk.circulation.library.transfer import marc
from kiosk.circulation.library.transfer.source import Broken, ImportRefused

_END = 0x1D
_NO_CODE = re.compile(rb"\x1f[^!-~]")
_CHUNK = 1 << 16
_SHORTEST = 26  # a leader, an empty directory, an end
_UNREADABLE = (PymarcException, ValueError, LookupError, AttributeError, TypeError)


class MarcSource:
    """Reads records. ``encoding``: ``auto``, ``utf-8`` or ``marc-8``, whatever the leaders say.

    Raises:
        ImportRefused: the file cannot be opened.
    """

    unit = "record"
    columns = marc.COLUMNS

    def __init__(self, path: Path, *, encoding: str = "auto", item_field: str = "") -> None:
        self._path = path
        self._item_field = marc.ItemField.parse(item_field) if item_field else None
        self._encoding = encoding.lower().replace("_", "-")
        if self._encoding not in ("auto", "utf-8", "utf8", "marc-8", "marc8"):
            raise ImportRefused(f"MARC is written in utf-8 or marc-8, not in '{encoding}'.")
        try:
            self._raw: BinaryIO = path.open("rb")
        except OSError as error:
            raise ImportRefused(f"{path}: this file cannot be read: {error.strerror or error}.") from error
        start = self._raw.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
        self._raw.seek(0)
        self._xml = start.startswith(b"<")
        self.how = "MARCXML" if self._xml else "MARC 21 (ISO 2709)"
        self._without_items = 0

    @property
    def note(self) -> str:
        if not self._without_items:
            return ""
        where = self._item_field.tag + self._item_field.code if self._item_field else ", ".join(marc.USUAL)
        return f"{self._without_items} records have no copy's number in {where}; see --item-field"

    def rows(self) -> Iterator[tuple[int, Sequence[str] | Broken]]:
        for place, record in enumerate(self._xml_records() if self._xml else self._records(), start=1):
            if isinstance(record, Broken):
                yield place, record
                continue
            empty = True
            for row in marc.rows(record, self._item_field):
                empty = False
                yield place, row
            self._without_items += empty

    def position(self) -> int:
        return self._raw.tell()

    def close(self) -> None:
        self._raw.close()

    def _records(self) -> Iterator[Record | Broken]:
        place = 0
        while True:
            first = self._raw.read(1)
            while first in (b"\r", b"\n", b" ", b"\x1a"):  # some programs write a line end after each record
                first = self._raw.read(1)
            if not first:
                return
            place += 1
            length = first + self._raw.read(4)
            if not (length.isdigit() and len(length) == 5 and int(length) >= _SHORTEST):
                raise ImportRefused(f"{self._path.name}, record {place}: from here on it is no MARC 21.")
            chunk = length + self._raw.read(int(length) - 5)
            if len(chunk) < int(length) or chunk[-1] != _END:
                raise ImportRefused(
                    f"{self._path.name}, record {place}: it does not end where it says; is the file cut?"
                )
            yield self._decoded(chunk)

    def _decoded(self, chunk: bytes) -> Record | Broken:
        utf8 = self._encoding in ("utf-8", "utf8")
        if self._encoding in ("marc-8", "marc8"):
            chunk = chunk[:9] + b" " + chunk[10:]
        elif not utf8 and chunk[9:10] == b" " and not chunk.isascii():
            utf8 = _is_utf8(chunk)
        if _NO_CODE.search(chunk):  # pymarc would make a code up
            return Broken("subfields with a code")
        with redirect_stderr(io.StringIO()) as said:  # pymarc's way to say that a MARC-8 sign is unknown
            try:
                record = Record(chunk, to_unicode=True, force_utf8=utf8)
            except _UNREADABLE:
                return Broken("a MARC 21 record in UTF-8 or MARC-8")
        return Broken("signs of MARC-8 that exist") if said.getvalue() else record

    def _xml_records(self) -> Iterator[Record | Broken]:
        handler = _Collecting()
        found = handler.found
        parser = make_parser()
        parser.setFeature(feature_namespaces, True)
        parser.setFeature(feature_external_ges, False)
        parser.setContentHandler(handler)
        count = 0
        try:
            while chunk := self._raw.read(_CHUNK):
                parser.feed(chunk)  # type: ignore[attr-defined]
                count += len(found)
                yield from found
                found.clear()
            parser.close()  # type: ignore[attr-defined]
        except (SAXException, *_UNREADABLE) as error:
            raise ImportRefused(f"{self._path.name}: after record {count} it is no MARCXML: {error}.") from error
        yield from found


class _Collecting(XmlHandler):
    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.found: list[Record] = []

    def process_record(self, record: Record) -> None:
        self.found.append(record)


def _is_utf8(chunk: bytes) -> bool:
    try:
        chunk.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
