"""Figures of other systems, taken in as batches. A batch is never changed; it can be withdrawn.

Several batches may tell of the same day: the newest that stands is believed (see :mod:`collector.store.fact_rows`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collector.errors import EditError
from collector.store import audit, sites
from collector.store.audit import Author
from collector.store.db import Db
from collector.store.edits import mark_import

if TYPE_CHECKING:
    from collector.history.figures import Figure

_COLUMNS = "id, site, source, digest, who, at, why, withdrawn_by, withdrawn_at, withdrawn_why"


@dataclass(frozen=True, slots=True)
class Batch:
    """One import; ``withdrawn_by`` is empty while it stands."""

    id: int
    site: str
    source: str
    digest: str
    who: str
    at: int
    why: str
    withdrawn_by: str
    withdrawn_at: int | None
    withdrawn_why: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from: the site they are of, the file's name and its SHA-256."""

    site: str
    name: str
    digest: str
    why: str = ""


def take_in(db: Db, source: Source, figures: Iterable[Figure], doors: Mapping[str, str], author: Author) -> int:
    """Store a batch; ``doors`` gives the door's id for each name in the file. Answers the batch's number.

    Raises:
        EditError: no such site, nothing to take in, or the same file stands already.
    """
    sites.site(db, source.site)
    standing = next((b for b in batches(db, source.site) if b.digest == source.digest and not b.withdrawn_by), None)
    if standing is not None:
        raise EditError(
            f"{source.name}: this very file was taken in already as import {standing.id} by {standing.who}. "
            f"Withdraw that one first: pustaka visits withdraw import {standing.id} --why …"
        )
    number = audit.next_id(db, "history_batch")
    rows = [
        (source.site, doors[each.door], each.begins, each.ends, number, each.entered, each.gone, int(each.shared))
        for each in figures
    ]
    if not rows:
        raise EditError(f"{source.name}: nothing of it can be taken in.")
    audit.write(
        db, author, "import", source.site, "",
        {"id": number, "source": source.name, "digest": source.digest, "figures": len(rows), "why": source.why,
         "doors": dict(doors), "entered": sum(row[5] for row in rows)},
    )  # fmt: skip
    db.execute(
        "INSERT INTO history_batch VALUES (?,?,?,?,?,?,?,'',NULL,'')",
        (number, source.site, source.name, source.digest, author.who, author.at, source.why),
    )
    db.executemany("INSERT INTO history VALUES (?,?,?,?,?,?,?,?)", rows)
    mark_import(db, number)
    return number


def batches(db: Db, site: str | None = None) -> list[Batch]:
    """All imports of a site (``None``: of all), by number."""
    where, values = ("", ()) if site is None else (" WHERE site = ?", (site,))
    return [Batch(*row) for row in db.execute(f"SELECT {_COLUMNS} FROM history_batch{where} ORDER BY id", values)]
