"""The catalogue as MARC 21 (ISO 2709, UTF-8): a record a title, Koha's field 952 a copy, 959 for the rest of it.

A title with very many copies goes into several records of the same number (001); the import joins them again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby, islice
from typing import BinaryIO

from pymarc import Field, Indicators, Record, Subfield

from kiosk.circulation.errors import LibraryError
from kiosk.circulation.library.transfer.marc import OWN_CODES, OWN_TAG

#: A record holds less than 100,000 bytes.
_COPIES_A_RECORD = 150
#: Unpunctuated: what stands in a subfield is the value itself.
_LEADER = "00000nam a22000000c 4500"
_STATUS_CODES = {"withdrawn": "0", "lost": "1", "repair": "4"}
_QUERY = """
    SELECT items.*, title, author, publisher, year, call_number
    FROM items JOIN titles ON titles.id = title_id
    ORDER BY (SELECT MIN(number) FROM items AS first WHERE first.title_id = titles.id), titles.id, number
"""


def write_marc(db: sqlite3.Connection, target: BinaryIO) -> int:
    """Write all copies; answers how many there are.

    Raises:
        LibraryError: a record is too long for ISO 2709.
    """
    count = 0
    for number, (_, copies) in enumerate(groupby(db.execute(_QUERY), key=lambda row: row["title_id"]), start=1):
        while some := list(islice(copies, _COPIES_A_RECORD)):
            data = _record(number, some).as_marc()
            if len(data) > 99_999:
                raise LibraryError(f"The title of item {some[0]['number']} is too long for MARC 21; use csv or json.")
            target.write(data)
            count += len(some)
    return count


def _record(number: int, copies: list[sqlite3.Row]) -> Record:
    title = copies[0]
    printed = [("b", title["publisher"]), ("c", str(title["year"] or ""))]
    fields = [Field("001", data=str(number))]
    if title["author"]:
        fields.append(_field("100", ("a", title["author"])))
    fields.append(_field("245", ("a", title["title"])))
    if any(text for _, text in printed):
        fields.append(_field("264", *printed))
    for copy in copies:
        fields.append(_field("952", *_held(copy)))
        own = [(OWN_CODES[name], text) for name, text in _own(copy)]
        if own:
            fields.append(_field(OWN_TAG, ("p", copy["number"]), *own))
    return Record(fields=fields, leader=_LEADER)


def _held(copy: sqlite3.Row) -> Iterator[tuple[str, str]]:
    if copy["status"] in _STATUS_CODES:
        yield _STATUS_CODES[copy["status"]], "1"
    if copy["no_loan"]:
        yield "7", "1"
    yield "c", copy["location"]
    yield "o", copy["call_number"] or ""
    yield "p", copy["number"]
    yield "v", "" if copy["cost"] is None else str(copy["cost"])
    yield "y", copy["collection"]


def _own(copy: sqlite3.Row) -> Iterator[tuple[str, str]]:
    for name, usual in (("parts", 1), ("min_age", 0), ("tag_uid", ""), ("replaced_by", None)):
        if copy[name] != usual:
            yield name, str(copy[name])


def _field(tag: str, *subfields: tuple[str, str | None]) -> Field:
    return Field(tag, Indicators(" ", " "), [Subfield(code, text) for code, text in subfields if text])
