"""The store in one SQLite file: WAL and ``synchronous=FULL``, because devices delete what has been acknowledged."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collector.errors import StoreBusy, StoreError
from collector.numbers import Hole, Numbers
from collector.store import copies, derived, schema, states
from collector.store.port import Batch, Ledger, Mark, Record, Written

_BUSY_S = 5.0


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Open the file, refusing one that is not ours.

    Raises:
        StoreError: missing (when only reading), unreadable, locked, not SQLite, or another program's.
    """
    if read_only and not path.exists():
        raise StoreError(f"{path}: no such store. Start 'pustaka collector' once, or name another with --store PATH.")
    if not path.parent.is_dir():
        raise StoreError(f"{path}: its folder does not exist. Make it, or name another store with --store PATH.")
    mode = "ro" if read_only else "rwc"
    connection: sqlite3.Connection | None = None
    try:
        uri = f"{path.resolve().as_uri()}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        _check_ours(connection, path, read_only=read_only)
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise StoreError(f"{path}: {_in_words(error)}") from error
    except StoreError:
        if connection is not None:
            connection.close()
        raise
    return connection


def _check_ours(connection: sqlite3.Connection, path: Path, *, read_only: bool) -> None:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if mark != schema.APPLICATION_ID and (tables or read_only):
        raise StoreError(f"{path}: this file is not a store of the collector. Name another with --store PATH.")
    if schema.version(connection) > len(schema.STEPS):
        raise StoreError(f"{path}: this store was written by a newer version. Install that version to use it.")
    if read_only and schema.version(connection) < len(schema.STEPS):
        raise StoreError(f"{path}: this store is of an older version. Start 'pustaka collector' once to bring it up.")


def _in_words(error: sqlite3.Error) -> str:
    text = str(error)
    if "not a database" in text:
        return "this file is not a store of the collector. Name another with --store PATH."
    if "locked" in text or "busy" in text:
        return "the store is locked by another program. End that program and try again."
    if "full" in text:
        return "the disk is full. Free some space; nothing that was acknowledged is lost."
    if "readonly" in text or "unable to open" in text:
        return "the store cannot be opened. Check that this user may read and write the file and its folder."
    return f"the store cannot be used: {text}."


class SqliteStore:
    """:class:`collector.store.port.Store` in one file. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Open the file, make or update its tables.

        Raises:
            StoreError: see :func:`connect`.
        """
        self._path = path
        self._connection = connect(path, read_only=False)
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            if schema.version(self._connection) < len(schema.STEPS):
                schema.migrate(self._connection)
        except sqlite3.Error as error:
            self._connection.close()
            raise StoreError(f"{path}: {_in_words(error)}") from error

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def write(self, batch: Batch) -> Written:
        """See the port."""
        with self._transaction() as connection:
            return _write(connection, batch)

    def beat(self, now: int, listening_since: int | None) -> None:
        """See the port."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO desk VALUES (1, ?, ?)", (now, listening_since))

    def expect(self, site: str, device: str, name: str, now: int) -> None:
        """See the port."""
        with self._transaction() as connection:
            states.expect(connection, site, device, name, now)

    def rebuild(self) -> None:
        """Derive quarter hours and transactions afresh from the raw rows."""
        with self._transaction() as connection:
            derived.rebuild(connection)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise StoreBusy(f"{self._path}: {_in_words(error)}") from error
            raise


def _write(connection: sqlite3.Connection, batch: Batch) -> Written:
    states.bury(connection, batch.dead)
    for update in batch.states:
        states.apply(connection, update)
    groups: dict[Ledger, list[Record]] = {}
    for record in batch.records:  # a ledger's place is that of its last row: the retained ack ends with the newest
        groups[record.ledger] = groups.pop(record.ledger, [])
        groups[record.ledger].append(record)
    floors: dict[Ledger, int] = defaultdict(int)
    for floor in batch.floors:
        floors[floor.ledger] = max(floors[floor.ledger], floor.seq)
    inserted = duplicates = conflicts = 0
    marks: list[Mark] = []
    for ledger in [*(ledger for ledger in floors if ledger not in groups), *groups]:
        records = groups.get(ledger, [])
        new, clashes = copies.quarantine(connection, ledger, *_news(connection, ledger, records))
        _insert(connection, new, clashes)
        if records:
            states.heard(connection, ledger.site, ledger.device, max(record.received for record in records))
        again = len(records) - len(new) - len(clashes)
        seq = _number(connection, ledger, [record.seq for record in new], floors[ledger], again)
        inserted, duplicates, conflicts = inserted + len(new), duplicates + again, conflicts + len(clashes)
        if seq:
            marks.append(Mark(ledger, seq, copies.boot_of(connection, ledger, seq)))
    return Written(inserted, duplicates, conflicts, len(batch.dead), tuple(marks))


def _news(connection: sqlite3.Connection, ledger: Ledger, records: list[Record]) -> tuple[list[Record], list[Record]]:
    """Rows whose number is new, and rows whose number is known with other content (a copied card)."""
    # CROSS JOIN keeps SQLite from walking the whole ledger for each batch: the wanted numbers come first.
    found = connection.execute(
        "SELECT r.seq, r.raw FROM json_each(?) AS wanted CROSS JOIN record AS r "
        "ON r.site = ? AND r.device = ? AND r.epoch = ? AND r.seq = wanted.value",
        (json.dumps([record.seq for record in records]), ledger.site, ledger.device, ledger.epoch),
    )
    known: dict[int, bytes] = {seq: raw if isinstance(raw, bytes) else raw.encode() for seq, raw in found}
    new: list[Record] = []
    clashes: list[Record] = []
    for record in records:
        if record.seq not in known:
            known[record.seq] = record.raw
            new.append(record)
        elif record.raw != known[record.seq] and _content(record.raw) != _content(known[record.seq]):
            clashes.append(record)
    return new, clashes


def _content(raw: bytes) -> object:
    """What must be the same whenever a row is sent; a device may add the time once it knows it."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    if isinstance(value, dict):
        return {key: value[key] for key in value if key not in ("t0", "t1", "clk")}
    return value


def _insert(connection: sqlite3.Connection, new: list[Record], clashes: list[Record]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", [_columns(record) for record in new]
    )
    derived.add(connection, new)
    connection.executemany(
        "INSERT OR IGNORE INTO conflict VALUES (?,?,?,?,?,?,?)",
        [
            (*_key(record), hashlib.sha256(record.raw).hexdigest(), _text(record.raw), record.received)
            for record in clashes
        ],
    )


def _key(record: Record) -> tuple[str, str, str, int]:
    return (record.ledger.site, record.ledger.device, record.ledger.epoch, record.seq)


def _columns(record: Record) -> tuple[object, ...]:
    row = record.row
    if row is None:
        times: tuple[object, ...] = ("", None, None, None, None, None, None)
    else:
        times = (row.kind, row.boot, row.bt0, row.bt1, row.t0, row.t1, row.clk.value)
    return (*_key(record), *times, _text(record.raw), record.problem, record.received)


def _text(raw: bytes) -> str | bytes:
    """Text where it is text, so that other programs can read it; bytes where it is not, so that nothing is lost."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def _number(connection: sqlite3.Connection, ledger: Ledger, seqs: list[int], floor: int, duplicates: int) -> int:
    """Note which numbers arrived; answers the ledger's mark."""
    key = (ledger.site, ledger.device, ledger.epoch)
    where = "WHERE site = ? AND device = ? AND epoch = ?"
    found = connection.execute(f"SELECT top, floor, rows, duplicates FROM mark {where}", key).fetchone()
    top, old_floor, rows, old_duplicates = found or (0, 0, 0, 0)
    holes = connection.execute(f"SELECT first, last FROM hole {where} ORDER BY first", key)
    old = Numbers(top, tuple(Hole(first, last) for first, last in holes), old_floor)
    now = old.with_rows(seqs).with_floor(floor)
    if now.holes != old.holes:
        connection.execute(f"DELETE FROM hole {where}", key)
        connection.executemany("INSERT INTO hole VALUES (?,?,?,?,?)", [(*key, h.first, h.last) for h in now.holes])
    if now != old or duplicates or found is None:
        connection.execute(
            "INSERT OR REPLACE INTO mark VALUES (?,?,?,?,?,?,?,?)",
            (*key, now.top, now.floor, now.mark, rows + len(seqs), old_duplicates + duplicates),
        )
    return now.mark
