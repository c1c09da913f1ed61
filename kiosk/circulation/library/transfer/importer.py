"""The import of one file: read, check, write, all or nothing.

A file is read first and touches nothing. Then one transaction asks the library about every row and, if nothing stands
against it, writes them all as one *batch*. See ``batches.py`` for how a batch is undone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from kiosk.circulation.library import pins
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.transfer import checks, staging, writes
from kiosk.circulation.library.transfer.fields import Kind
from kiosk.circulation.library.transfer.mapping import Columns, map_columns
from kiosk.circulation.library.transfer.source import ImportRefused, Source
from kiosk.circulation.library.transfer.staging import Problem
from kiosk.circulation.port import Secret


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to import. ``columns``: column to field; ``given``: field to a value for all rows; ``like``: see writes."""

    columns: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    update: bool = False
    skip_bad: bool = False
    create_types: bool = False
    like: str = "umum"


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it. ``batch`` is 0 when nothing was written; ``unchanged`` rows were there already, just so."""

    kind: str
    batch: int
    rows: int
    bad: int
    added: int
    updated: int
    unchanged: int
    created: tuple[str, ...]
    mapping: tuple[tuple[str, str], ...]
    unused: tuple[str, ...]
    how: str
    unit: str
    note: str = ""

    @property
    def refused(self) -> bool:
        """Whether bad rows kept the good ones out."""
        return self.bad > 0 and self.batch == 0 and self.added + self.updated == 0


class Import:
    """One import. Use as a context: the temporary tables go at its end. ``problems`` are there after ``run``."""

    def __init__(self, library: EmbeddedLibrary, kind: Kind, wishes: Wishes) -> None:
        if wishes.update and not kind.updates:
            raise ImportRefused(f"{kind.name.capitalize()} can only be added; --update is for members and items.")
        self._library = library
        self._kind = kind
        self._wishes = wishes

    @contextmanager
    def _temporary(self) -> Iterator[sqlite3.Connection]:
        with self._library.store.reading() as db:
            yield db

    def __enter__(self) -> Import:
        with self._temporary() as db:
            staging.prepare(db, self._kind)
        return self

    def __exit__(self, *_: object) -> None:
        with self._temporary() as db:
            staging.drop(db)

    def run(self, source: Source, progress: Callable[[], None] = lambda: None) -> Imported:
        """Import ``source``; ``progress`` is called now and then while it is read.

        Raises:
            ImportRefused: nothing was changed; the message says what to do.
        """
        wishes, kind = self._wishes, self._kind
        columns = map_columns(kind, source.columns, wishes.columns, wishes.given, update=wishes.update)
        with self._temporary() as db:
            rows, _ = staging.stage(db, kind, columns, source, progress)
        if rows == 0:
            hint = f" ({source.note})" if source.note else ""
            raise ImportRefused(f"The file has no {kind.name}{hint}; nothing was changed.")
        if "pin" in columns.names and not wishes.dry_run:
            self._hash_pins()
        with self._library.store.writing() as db:
            return self._finish(db, source, columns, rows)

    def problems(self, limit: int = -1) -> list[Problem]:
        """What is wrong with which row, in the order of the file; all of it, or the first so many."""
        with self._temporary() as db:
            return list(staging.problems(db, limit))

    def _finish(self, db: sqlite3.Connection, source: Source, columns: Columns, rows: int) -> Imported:
        wishes, kind = self._wishes, self._kind
        db.execute("PRAGMA defer_foreign_keys = ON")
        made = checks.check(
            db, kind, columns, source.unit, update=wishes.update, create=wishes.create_types and kind.name != "holds"
        )
        bad = staging.bad_rows(db)
        result = Imported(
            kind=kind.name,
            batch=0,
            rows=rows,
            bad=bad,
            added=0,
            updated=0,
            unchanged=0,
            created=tuple(made),
            mapping=tuple((header, field.name) for _, header, field in columns.used),
            unused=columns.unused,
            how=source.how,
            unit=source.unit,
            note=source.note,
        )
        if bad and not wishes.skip_bad:
            return result
        checks.settle(db, kind)
        result = replace(result, bad=staging.bad_rows(db))
        good = int(db.execute("SELECT COUNT(*) FROM temp.staged").fetchone()[0])
        if not good:
            return result
        if wishes.dry_run:
            return self._foretold(db, result, good)
        result = replace(result, created=self._create(db, made))
        now = self._library.now()
        batch = _new_batch(db, kind, now.stamp())
        done = writes.write(db, kind, columns, batch)
        db.execute("UPDATE imports SET added = ?, updated = ? WHERE id = ?", [done.added, done.updated, batch])
        return replace(
            result, batch=batch, added=done.added, updated=done.updated, unchanged=good - done.added - done.updated
        )

    def _foretold(self, db: sqlite3.Connection, result: Imported, good: int) -> Imported:
        """What would be new; which of the others would change is not worked out."""
        if not self._kind.updates:
            return replace(result, batch=0, added=good, updated=0, unchanged=0)
        there = f"SELECT COUNT(*) FROM temp.staged WHERE number IN (SELECT number FROM {self._kind.name})"
        known = int(db.execute(there).fetchone()[0])
        return replace(result, batch=0, added=good - known, updated=known, unchanged=0)

    def _create(self, db: sqlite3.Connection, made: list[str]) -> tuple[str, ...]:
        """Make the types that are left now that bad rows have gone."""
        if not made:
            return ()
        name, like = checks.LISTED[self._kind.name].field, self._wishes.like
        used = {row[0] for row in db.execute(f"SELECT DISTINCT {name} FROM temp.staged")}
        wanted = [value for value in made if value in used]
        if self._kind.name == "members":
            found = db.execute("SELECT 1 FROM member_types WHERE code = ?", [like]).fetchone()
            if found is None:
                raise ImportRefused(f"There is no member type '{like}' whose rules new types could take; see --like.")
        writes.create_listed(db, self._kind, wanted, like)
        return tuple(wanted)

    def _hash_pins(self) -> None:
        """PINs are never stored as they are. Each takes about 50 ms, so it happens before the library is locked."""
        with self._temporary() as db:
            plain = db.execute("SELECT id, pin FROM temp.staged WHERE pin != '' AND pin NOT LIKE 'scrypt$%'").fetchall()
            hashed = ((pins.hash_pin(Secret(row["pin"])), row["id"]) for row in plain)
            db.executemany("UPDATE temp.staged SET pin = ? WHERE id = ?", hashed)


def _new_batch(db: sqlite3.Connection, kind: Kind, moment: str) -> int:
    made = db.execute("INSERT INTO imports (kind, at, added, updated) VALUES (?, ?, 0, 0)", [kind.name, moment])
    return int(made.lastrowid or 0)
