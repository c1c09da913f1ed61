"""The ledger: what a device has counted, numbered, on disk, until the collector has it.

The rules:

* A row is written together with the totals after it in one transaction, with ``synchronous=FULL``: when
  :meth:`Ledger.append` returns, a power cut cannot take the row back, and totals never come from memory.
* ``seq`` runs from 1 without gaps inside an ``epoch``; the epoch is made with the file and never changes.
* Only :meth:`Ledger.prune` deletes, and only what the collector acknowledged.
* A damaged file is set aside under another name and a new epoch begins, loudly; it is never silently reset. What can
  still be read in it is delivered under its old epoch.

One interval may be *held*: a row still growing, rewritten as it grows. It becomes a numbered row by
:meth:`Ledger.settle`, or by itself at the next opening if the process died before that.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from devices.contract import Ack, Anchor, Count, Kind, Row
from devices.contract import Clock as Quality
from devices.contract import body as read_body
from devices.link.anchor import anchor_due
from devices.link.clock import Clock, Moment
from devices.link.errors import AckError, LedgerDamaged, LedgerError
from devices.link.salvage import Salvage, salvage
from devices.link.store import Damaged, connect, lock, set_aside
from devices.link.tally import tally

log = logging.getLogger(__name__)

#: Bytes of one row's body, at most; 200 rows must have a chance to fit into one message.
MAX_BODY: Final = 8_192


class _Draft(msgspec.Struct, frozen=True):
    """A row before it has a number."""

    boot: str
    bt0: int
    bt1: int
    t0: int | None
    t1: int | None
    clk: Quality
    kind: str


class Source(msgspec.Struct, frozen=True):
    """What a counter that is not ours showed when the newest row that tells of it was written.

    ``boot``, ``bt`` and ``t`` are that row's: boot id, boot-clock ms and UTC ms (``None``: not known) of its end.
    """

    values: tuple[int, ...]
    boot: str
    bt: int
    t: int | None


class Ledger:
    """A device's durable rows; safe to use from several threads, one process at a time.

    ``alert`` is empty, or says what was set aside at opening; publish it until staff have seen it.

    Raises:
        LedgerError: another process has it open, or it cannot be written; the message says which.
    """

    def __init__(self, path: Path | str, clock: Clock, connect: Callable[[Path], sqlite3.Connection] = connect) -> None:
        self.path = Path(path)
        self._connect = connect
        self.alert = ""
        self._clock = clock
        self._guard = threading.RLock()
        self._lock = lock(self.path)
        try:
            self._db = self._open()
            self.epoch = self._meta("epoch")
            self._last = int(self._meta("last"))
            self._acked = int(self._meta("acked"))
            self.settle()
        except sqlite3.Error as error:
            self._lock.close()
            raise LedgerError(f"ledger {self.path}: cannot be opened: {error}") from error

    # -- writing

    def append(
        self,
        kind: Kind,
        body: msgspec.Struct,
        bt0: int | None = None,
        bt1: int | None = None,
        t0: int | None = None,
        t1: int | None = None,
    ) -> Row:
        """Write one row and its totals; durable when this returns.

        ``bt0``, ``bt1`` are boot-clock ms of this boot (default: now); ``t0``, ``t1`` UTC ms (default: what the clock
        makes of the boot-clock times, or nothing). An anchor row goes before it when the clock became synced.

        Raises:
            LedgerError: the disk is full, failing or read-only; nothing was written, and it can be tried again.
            LedgerDamaged: the file was damaged in use; end, and open it anew.
        """
        now = self._clock.now()
        bt1 = now.bt if bt1 is None else bt1
        draft = _draft(self._clock.boot, kind, now, bt1 if bt0 is None else bt0, bt1, t0, t1)
        with self._transaction():
            self._anchor(now)
            return self._insert(draft, body)

    def hold(self, kind: Kind, body: msgspec.Struct, bt0: int, bt1: int) -> None:
        """Keep the interval that is still open; replaces what was held. Durable when this returns.

        Raises:
            LedgerError: see :meth:`append`.
        """
        draft = _draft(self._clock.boot, kind, self._clock.now(), bt0, bt1, None, None)
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO held VALUES (1,?,?,?,?,?,?,?,?)",
                (*msgspec.structs.astuple(draft), msgspec.json.encode(body)),
            )

    def settle(self) -> Row | None:
        """Turn the held interval into a numbered row, in one transaction; ``None`` if nothing is held.

        Raises:
            LedgerError: see :meth:`append`.
        """
        with self._guard:
            found = self._db.execute("SELECT boot,bt0,bt1,t0,t1,clk,kind,body FROM held").fetchone()
            if found is None:
                return None
            *fields, body = found
            draft = msgspec.convert(dict(zip(_Draft.__struct_fields__, fields, strict=True)), _Draft)
            row = Row(epoch="", seq=0, boot="", bt0=0, bt1=0, kind=draft.kind, body=msgspec.Raw(body))
            with self._transaction():
                if draft.boot == self._clock.boot:
                    self._anchor(self._clock.now())
                self._db.execute("DELETE FROM held")
                typed = read_body(row)
                assert typed is not None, draft.kind  # hold() takes only kinds of the contract
                return self._insert(draft, typed)

    def anchor(self) -> Row | None:
        """Write an anchor row if the clock became synced or stepped since the last one; call it now and then."""
        with self._transaction():
            return self._anchor(self._clock.now())

    def prune(self, ack: Ack) -> int:
        """Delete what the collector has; return how many rows went. Another epoch's ack deletes nothing.

        Raises:
            AckError: the mark is above the highest row ever written here, or its row is not ours; nothing was deleted.
            LedgerError: see :meth:`append`.
        """
        with self._guard:
            if ack.epoch in self.older():
                with self._transaction():
                    sql = "DELETE FROM old WHERE epoch = ? AND seq <= ?"
                    return self._db.execute(sql, (ack.epoch, ack.seq)).rowcount
            if ack.epoch != self.epoch or ack.seq <= self._acked:
                return 0
            if ack.seq > self._last:
                raise AckError(
                    f"ledger {self.path}: the collector acknowledged row {ack.seq}, but the last one written is "
                    f"{self._last}. Is this a copy of another device's card?"
                )
            if ack.boot not in ("", self.boot_of(ack.seq)):
                raise AckError(
                    f"ledger {self.path}: the collector acknowledged a row {ack.seq} that another device wrote. "
                    "This card is a copy: stop one of the two, and begin a new ledger on its card."
                )
            with self._transaction():
                gone = self._db.execute("DELETE FROM row WHERE seq <= ?", (ack.seq,)).rowcount
                self._db.execute("UPDATE meta SET value = ? WHERE name = 'acked'", (str(ack.seq),))
            self._acked = ack.seq
            return gone

    def close(self) -> None:
        """Close the file and let another process have it."""
        with self._guard:
            self._db.close()
            self._lock.close()

    # -- reading

    def after(self, seq: int, limit: int, epoch: str = "") -> list[Row]:
        """At most ``limit`` rows with a higher number than ``seq``, oldest first; of an older ``epoch`` if given."""
        columns = "seq,boot,bt0,bt1,t0,t1,clk,kind,body"
        sql, values = f"SELECT {columns} FROM row WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
        if epoch not in ("", self.epoch):
            sql = f"SELECT {columns} FROM old WHERE seq > ? AND epoch = ? ORDER BY seq LIMIT ?"
            values = (seq, epoch, limit)  # type: ignore[assignment]
        with self._guard:
            found = self._db.execute(sql, values).fetchall()
        return [
            Row(epoch=epoch or self.epoch, seq=n, boot=boot, bt0=bt0, bt1=bt1, t0=t0, t1=t1, clk=Quality(clk),
                kind=kind, body=msgspec.Raw(body))
            for n, boot, bt0, bt1, t0, t1, clk, kind, body in found
        ]  # fmt: skip

    def older(self) -> dict[str, tuple[int, int]]:
        """Older epochs of which rows are still here, with the lowest and the highest number."""
        with self._guard:
            found = self._db.execute("SELECT epoch, min(seq), max(seq) FROM old GROUP BY epoch").fetchall()
        return {epoch: (first, last) for epoch, first, last in found}

    def boot_of(self, seq: int) -> str:
        """The boot in which row ``seq`` was written; empty if the row is not here."""
        with self._guard:
            found = self._db.execute("SELECT boot FROM row WHERE seq = ?", (seq,)).fetchone()
        return str(found[0]) if found else ""

    def totals(self) -> dict[str, int]:
        """Running totals by name, of all rows of this epoch, deleted ones included."""
        with self._guard:
            return dict(self._db.execute("SELECT name, value FROM total ORDER BY name").fetchall())

    def source(self, of: str) -> Source | None:
        """Where the counter ``of`` (its address: any text) stood in the newest row, to go on from there.

        Kept in the row's own transaction, so that who is in the rows and who is in the counter never part. ``None``
        when no row told yet, or when the rows tell of another counter; that one is forgotten then.

        Raises:
            LedgerError: see :meth:`append`.
        """
        with self._guard:
            found = dict(
                self._db.execute("SELECT name, value FROM meta WHERE name IN ('source', 'source of')").fetchall()
            )
            if found.get("source of") != of:
                with self._transaction():
                    if "source of" in found:
                        self._db.execute("DELETE FROM meta WHERE name = 'source'")
                        found.pop("source", None)
                    self._db.execute("INSERT OR REPLACE INTO meta VALUES ('source of', ?)", (of,))
            return msgspec.json.decode(found["source"], type=Source) if "source" in found else None

    @property
    def boot(self) -> str:
        """Id of the boot that rows written now belong to."""
        return self._clock.boot

    @property
    def last_seq(self) -> int:
        """Highest number ever given in this epoch; 0 before the first row."""
        return self._last

    @property
    def acked(self) -> int:
        """Highest number the collector has acknowledged."""
        return self._acked

    @property
    def backlog(self) -> int:
        """Rows the collector has not acknowledged yet."""
        return self._last - self._acked

    # -- inside

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect(self.path)
        except Damaged as damage:
            kept = set_aside(self.path, self._clock.now())
            db = self._connect(self.path)
            saved = salvage(kept)
            what = "nothing could be read in it" if saved is None else _take_over(db, saved)
            self.alert = (
                f"The ledger was damaged ({damage}); it is kept as {kept.name} and a new one was begun: {what}."
            )
            log.error("ledger %s: %s", self.path, self.alert)
            return db

    def _insert(self, draft: _Draft, body: msgspec.Struct) -> Row:
        full, changed = tally(body, self.totals())
        raw = msgspec.json.encode(full)
        if len(raw) > MAX_BODY:
            raise LedgerError(f"ledger {self.path}: a row body of {len(raw)} bytes; at most {MAX_BODY} are allowed")
        seq = self._last + 1
        self._db.execute("INSERT INTO row VALUES (?,?,?,?,?,?,?,?,?)", (seq, *msgspec.structs.astuple(draft), raw))
        self._db.executemany("INSERT OR REPLACE INTO total VALUES (?,?)", changed.items())
        self._db.execute("UPDATE meta SET value = ? WHERE name = 'last'", (str(seq),))
        if isinstance(body, Count) and body.n_src is not msgspec.UNSET:
            source = Source(body.n_src, draft.boot, draft.bt1, draft.t1)
            self._db.execute(
                "INSERT OR REPLACE INTO meta VALUES ('source', ?)", (msgspec.json.encode(source).decode(),)
            )
        self._last = seq
        return Row(epoch=self.epoch, seq=seq, body=msgspec.Raw(raw), **msgspec.structs.asdict(draft))

    def _anchor(self, now: Moment) -> Row | None:
        raw = self._db.execute("SELECT value FROM meta WHERE name = 'anchor ' || ?", (self._clock.boot,)).fetchone()
        previous = msgspec.json.decode(raw[0], type=Anchor) if raw else None
        if not anchor_due(previous, now) or now.utc is None:
            return None
        body = Anchor(bt=now.bt, utc=now.utc, err=now.err)
        self._db.execute("DELETE FROM meta WHERE name LIKE 'anchor %'")  # one boot's is enough
        self._db.execute(
            "INSERT INTO meta VALUES ('anchor ' || ?, ?)", (self._clock.boot, msgspec.json.encode(body).decode())
        )
        return self._insert(_draft(self._clock.boot, Kind.ANCHOR, now, now.bt, now.bt, None, None), body)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._guard:
            before = self._last
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield
                self._db.execute("COMMIT")
            except BaseException as error:
                self._last = before
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    broken = isinstance(error, sqlite3.DatabaseError) and not isinstance(
                        error, sqlite3.OperationalError
                    )
                    raise (LedgerDamaged if broken else LedgerError)(
                        f"ledger {self.path}: cannot be written: {error}"
                    ) from error
                raise

    def _meta(self, name: str) -> str:
        return str(self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()[0])


def _draft(boot: str, kind: Kind, now: Moment, bt0: int, bt1: int, t0: int | None, t1: int | None) -> _Draft:
    t0 = now.utc_at(bt0) if t0 is None else t0
    t1 = now.utc_at(bt1) if t1 is None else t1
    return _Draft(boot, bt0, bt1, t0, t1, now.clk, str(kind))


def _take_over(db: sqlite3.Connection, saved: Salvage) -> str:
    """Keep what was read in a damaged ledger until the collector has it; says how much that is."""
    db.execute("BEGIN IMMEDIATE")
    db.executemany(
        "INSERT INTO old VALUES (?,?,?,?,?,?,?,?,?,?)", [(saved.epoch, seq, *row) for seq, row in saved.rows.items()]
    )
    if saved.held is not None:
        db.execute("INSERT INTO held VALUES (1,?,?,?,?,?,?,?,?)", saved.held)
    db.execute("COMMIT")
    return f"of {saved.wanted} rows that the collector lacks, {len(saved.rows)} could be read and will be sent"
