"""The journal's hash chain, as pure functions over rows.

Every row holds the hash of the row before it and its own hash over everything it says, so an edit, a removal or a
change of order shows. The last row's hash is kept beside the chain (``head``), so that a cut-off end shows too.

What it does not do: whoever may write the file can make a whole new chain. To rule that out, note the head's hash
somewhere else; ``pustaka journal verify`` prints it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

Value = str | int | None


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the chain: its place, what it says (in the table's column order), and the two hashes."""

    n: int
    table: str
    said: tuple[Value, ...]
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends: the number of rows and the last row's hash."""

    n: int
    hash: str


def digest(n: int, table: str, said: tuple[Value, ...], prev_hash: str) -> str:
    """SHA-256 over the row as compact JSON, in hex. JSON keeps apart what a plain join would mix up."""
    text = json.dumps([n, table, said, prev_hash], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def genesis(journal_id: str, kiosk: str, made: str) -> str:
    """What the first row's ``prev_hash`` is: it ties the chain to its journal's identity."""
    return digest(0, "journal", (journal_id, kiosk, made), "")


def problems(start: str, links: Iterable[Link], head: Head) -> list[str]:
    """Everything that is wrong with the chain, in its order; empty when it is whole."""
    found: list[str] = []
    expected, count = start, 0
    for link in links:
        if link.n != count + 1:
            found.append(f"row {count + 1} is missing: the next one there is {link.n}")
        count = link.n
        if link.prev_hash != expected:
            found.append(f"row {link.n} does not follow the row before it")
        if digest(link.n, link.table, link.said, link.prev_hash) != link.hash:
            found.append(f"row {link.n} ({link.table}) was changed after it was written")
        expected = link.hash
    if head != Head(count, expected):
        found.append(f"the chain ends at row {count}, but row {head.n} was written last")
    return found
