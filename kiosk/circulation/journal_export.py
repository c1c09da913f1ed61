"""The journal's chain in a file of its own, so that an auditor can verify it elsewhere.

Two forms, both complete and without any patron's number (the chain holds only keyed hashes):

* JSON lines: the journal's identity and the chain's end, then a row a line, with its columns by name and both hashes.
* CSV: the same rows as a table for people. The column ``row`` holds what was hashed, exactly; the named columns beside
  it are checked against it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from kiosk.circulation import chain
from kiosk.circulation.errors import JournalError
from kiosk.circulation.journal_file import Identity
from kiosk.circulation.journal_tables import OPS, STATES, VERSION

COLUMNS = {"ops": OPS, "states": STATES}
#: The named columns of the CSV form, in the order in which a person reads them.
_NAMED = tuple(dict.fromkeys((*OPS, *STATES)))
_CSV = ("n", "table", *_NAMED, "prev_hash", "hash", "row")
#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Start(msgspec.Struct, forbid_unknown_fields=True):
    """The first line."""

    journal: str
    kiosk: str
    made: str
    version: int
    rows: int
    head: str


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    """Every other line."""

    n: int
    table: str
    said: dict[str, str | int | None]
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Checked:
    """An export that was read: whose it is, where its chain ends, and what is wrong with it."""

    identity: Identity
    head: chain.Head
    problems: list[str]


def to_lines(identity: Identity, head: chain.Head, links: Iterable[chain.Link]) -> Iterator[str]:
    """The export as JSON lines."""
    yield _line(_start(identity, head))
    for link in links:
        said = dict(zip(COLUMNS[link.table], link.said, strict=True))
        yield _line(_Row(link.n, link.table, said, link.prev_hash, link.hash))


def to_csv(identity: Identity, head: chain.Head, links: Iterable[chain.Link], file: IO[str]) -> None:
    """The export as CSV; its first row holds the journal's identity and the chain's end."""
    writer = csv.writer(file)
    writer.writerow(_CSV)
    start = _line(_start(identity, head))
    blank = [""] * len(_NAMED)
    writer.writerow([0, "journal", *blank, "", head.hash, start])
    for link in links:
        said = json.dumps(link.said, ensure_ascii=True, separators=(",", ":"))
        writer.writerow([link.n, link.table, *_cells(link), link.prev_hash, link.hash, said])


def check(path: Path) -> Checked:
    """Read an export, of either form, and verify its chain.

    Raises:
        JournalError: it cannot be read, or is no export of a journal.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            start, links = _from_csv(file) if file.read(1) != "{" else _from_lines(file)
            return _verified(start, links)
    except (OSError, UnicodeError) as error:
        raise JournalError(f"{path}: this file cannot be read: {error}.") from error
    except (msgspec.MsgspecError, csv.Error, ValueError, LookupError, StopIteration, TypeError) as error:
        raise JournalError(f"{path}: this is no whole export of a journal ({type(error).__name__}).") from error


def _verified(start: _Start, rows: Iterator[chain.Link | str]) -> Checked:
    """The chain's problems, and those of rows whose readable columns say something else than what was hashed."""
    if start.version != VERSION:
        raise JournalError(f"This export is of a journal of version {start.version}; this program knows {VERSION}.")
    wrong: list[str] = []

    def links() -> Iterator[chain.Link]:
        for row in rows:
            if isinstance(row, str):
                wrong.append(row)
            else:
                yield row

    head = chain.Head(start.rows, start.head)
    identity = Identity(start.journal, start.kiosk, start.made)
    problems = chain.problems(chain.genesis(identity.id, identity.kiosk, identity.made), links(), head)
    return Checked(identity, head, problems + wrong)


def _from_lines(file: IO[str]) -> tuple[_Start, Iterator[chain.Link | str]]:
    file.seek(0)
    start = msgspec.json.decode(next(file), type=_Start)

    def rows() -> Iterator[chain.Link | str]:
        for text in file:
            row = msgspec.json.decode(text, type=_Row)
            said = tuple(row.said[name] for name in COLUMNS[row.table])
            if len(said) != len(row.said):
                yield f"row {row.n} says more than a journal does"
            yield chain.Link(row.n, row.table, said, row.prev_hash, row.hash)

    return start, rows()


def _from_csv(file: IO[str]) -> tuple[_Start, Iterator[chain.Link | str]]:
    file.seek(0)
    reader = csv.DictReader(file, strict=True)
    if tuple(reader.fieldnames or ()) != _CSV:
        raise ValueError("other columns")
    start = msgspec.json.decode(next(reader)["row"], type=_Start)

    def rows() -> Iterator[chain.Link | str]:
        for cells in reader:
            said = tuple(msgspec.json.decode(cells["row"], type=list[str | int | None]))
            link = chain.Link(int(cells["n"]), cells["table"], said, cells["prev_hash"], cells["hash"])
            if len(said) != len(COLUMNS[link.table]) or [cells[name] for name in _NAMED] != _cells(link):
                yield f"row {link.n}: its columns say something else than what was hashed"
            yield link

    return start, rows()


def _start(identity: Identity, head: chain.Head) -> _Start:
    return _Start(identity.id, identity.kiosk, identity.made, VERSION, head.n, head.hash)


def _line(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()


def _cells(link: chain.Link) -> list[str]:
    """What a row says, as text in the named columns; nothing a spreadsheet would carry out."""
    said = dict(zip(COLUMNS[link.table], link.said, strict=False))
    return [_safe(said.get(name)) for name in _NAMED]


def _safe(value: chain.Value) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
