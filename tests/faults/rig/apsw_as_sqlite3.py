"""As much of ``sqlite3``'s connection as the journal asks for, over apsw, which can have a disk of our own under it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw
from rig.disk import VFS, Disk, PowerCutError, path_on


class Row(Sequence[Any]):
    """A row by place and by name."""

    def __init__(self, names: tuple[str, ...], values: tuple[Any, ...]) -> None:
        self._names, self._values = names, values

    def __getitem__(self, key: Any) -> Any:
        return self._values[self._names.index(key) if isinstance(key, str) else key]

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> list[str]:
        return list(self._names)


class Cursor:
    """A statement's rows, all of them at once."""

    def __init__(self, rows: list[Row], names: tuple[str, ...], rowcount: int, lastrowid: int) -> None:
        self._rows = iter(rows)
        self.description = tuple((name, None, None, None, None, None, None) for name in names) or None
        self.rowcount, self.lastrowid = rowcount, lastrowid

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def fetchone(self) -> Row | None:
        return next(self._rows, None)

    def fetchall(self) -> list[Row]:
        return list(self._rows)


class Connection:
    """Errors are ``sqlite3``'s; a power cut is a power cut. ``pragmas`` run first."""

    def __init__(self, path: str, disk: Disk, pragmas: Iterable[str] = ()) -> None:
        self._disk = disk
        self.row_factory: object = None
        with self._errors():
            self._db = apsw.Connection(path_on(disk, path), vfs=VFS)
            # apsw offers no shared memory, so the index of the WAL is kept in the process: one connection, as here.
            for pragma in ("PRAGMA locking_mode=EXCLUSIVE", *pragmas):
                list(self._db.execute(pragma))

    @property
    def in_transaction(self) -> bool:
        return self._db.in_transaction

    @property
    def total_changes(self) -> int:
        return self._db.total_changes()

    def execute(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> Cursor:
        with self._errors():
            cursor = self._db.cursor()
            found: list[tuple[Any, ...]] = []
            names: tuple[str, ...] = ()
            cursor.execute(sql, parameters or None)
            with contextlib.suppress(apsw.ExecutionCompleteError):
                names = tuple(column[0] for column in cursor.description or ())
            found.extend(cursor)
            return Cursor(
                [Row(names, tuple(r)) for r in found], names, self._db.changes(), self._db.last_insert_rowid()
            )
        raise AssertionError("not reached")

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            self.execute(sql, row)

    def executescript(self, sql: str) -> Cursor:
        return self.execute(sql)

    def commit(self) -> None:
        if self.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        if self.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        if self._disk.dead:
            self._db.close(force=True)  # the dead disk takes nothing more
            return
        with self._errors():
            self._db.close()

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        if self._disk.dead:
            raise PowerCutError
        try:
            yield
        except apsw.Error as error:
            if self._disk.dead:
                raise PowerCutError from error
            if isinstance(error, apsw.ConstraintError):
                raise sqlite3.IntegrityError(str(error)) from error
            if isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
                raise sqlite3.DatabaseError(str(error)) from error
            raise sqlite3.OperationalError(str(error)) from error


def connecting_to(disk: Disk, *pragmas: str) -> Callable[..., Any]:
    """A stand-in for ``sqlite3.connect`` whose files are on the disk; further arguments are accepted and unused."""

    def connect(path: str | Path, **_: object) -> Connection:
        return Connection(Path(path).name, disk, pragmas)

    return connect
