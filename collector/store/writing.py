"""What becomes of a batch: the part of writing that SQLite and PostgreSQL share.

Runs inside one transaction of the writer. Which numbers of a ledger have arrived is known from its line in ``mark`` and
its holes, so the usual row, the next one of its ledger, is inserted without looking for it first. Only a row whose
number is known already is looked up: with the same content it is a repetition, with other content a conflict.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from collector.store import copies, derived, lost, marks, states
from collector.store.db import Db, Value
from collector.store.marks import Known
from collector.store.port import Batch, Ledger, Mark, Record, Written

#: Ledger, number, arrival, problem, and the row as it came.
RawRow = tuple[int, int, int, str, str | bytes]
_LOOK_UP = 500


class Surprise(Exception):
    """The table of rows and the list of numbers do not agree: somebody else changed one of them."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How a database does what the two do differently.

    ``insert`` adds rows, leaving out those that are there, and answers how many it added; ``raw`` makes of a row's
    bytes what the database keeps; ``lock`` makes a question hold the line it finds until the end of the transaction.
    """

    insert: Callable[[list[RawRow]], int]
    raw: Callable[[bytes], str | bytes]
    lock: str = ""


def write(db: Db, batch: Batch, ways: Ways, *, careful: bool = False) -> Written:
    """Write a batch. ``careful``: look for every row, as after a :class:`Surprise`."""
    groups: dict[Ledger, list[Record]] = {}
    order: dict[Ledger, None] = {floor.ledger: None for floor in batch.floors}
    for ledger, records in _grouped(batch.records):  # a ledger's place is that of its last row: the retained ack
        groups.setdefault(ledger, []).extend(records)  # ends with the newest
        order.pop(ledger, None)
        order[ledger] = None
    if ways.lock:
        states.hold(db, _devices(batch, order), ways.lock)
    states.bury(db, batch.dead)
    for update in batch.states:
        states.apply(db, update)
    floors: dict[Ledger, int] = {}
    for floor in batch.floors:
        floors[floor.ledger] = max(floors.get(floor.ledger, 0), floor.seq)
    known = marks.read(db, order, ways.lock)

    rows: list[RawRow] = []
    news: list[tuple[int, Ledger, Sequence[Record]]] = []
    changes: list[tuple[Ledger, Known, Known]] = []
    conflicts = duplicates = 0
    disputes = copies.any_at_all(db)
    for ledger in order:
        was, records = known[ledger], groups.get(ledger, [])
        new, clashes = _sort_out(db, was, records, careful=careful)
        disputes = disputes or bool(clashes)
        if disputes:
            new, clashes = copies.quarantine(db, was.id, ledger, new, clashes)
        if records:
            states.heard(db, ledger.site, ledger.device, max(record.received for record in records))
        again = len(records) - len(new) - len(clashes)
        changes.append((ledger, was, was.after([record.seq for record in new], floors.get(ledger, 0), again)))
        duplicates, conflicts = duplicates + again, conflicts + len(clashes)
        _set_aside(db, clashes, ways.raw)
        if new:
            number, raw = was.id, ways.raw
            rows += [(number, r.seq, r.received, r.problem, raw(r.raw)) for r in new]
            news.append((number, ledger, new))

    if rows and ways.insert(rows) != len(rows):
        raise Surprise
    moved = derived.add(db, news)
    marks.save(db, changes)
    arrived = {ledger: min(record.seq for record in records) for _, ledger, records in news}
    for ledger, was, now in changes:
        lost.update(db, ledger, was, now, arrived.get(ledger), moved=ledger in moved)
    newest = {ledger: new[-1] for _, ledger, new in news}
    told = tuple(_mark(db, ledger, now, newest.get(ledger)) for ledger, _, now in changes if now.numbers.mark)
    return Written(len(rows), duplicates, conflicts, len(batch.dead), told)


def _mark(db: Db, ledger: Ledger, now: Known, last: Record | None) -> Mark:
    """The mark, and whose row it means: as a rule that of the last one that is new."""
    seq = now.numbers.mark
    if last is not None and last.seq == seq:
        return Mark(ledger, seq, "" if last.row is None else last.row.boot)
    return Mark(ledger, seq, copies.boot_of(db, now.id, seq))


def _devices(batch: Batch, ledgers: Iterable[Ledger]) -> dict[tuple[str, str], int | None]:
    """Devices in a batch, and when they were heard; ``None`` for those that are only spoken of."""
    devices: dict[tuple[str, str], int | None] = {(ledger.site, ledger.device): None for ledger in ledgers}
    devices |= {(update.site, update.device): update.received for update in batch.states}
    return devices | {(r.ledger.site, r.ledger.device): r.received for r in batch.records}


def _grouped(records: Sequence[Record]) -> Iterable[tuple[Ledger, list[Record]]]:
    """Runs of the same ledger; one message is one run, as a rule."""
    run: list[Record] = []
    for record in records:
        if run and record.ledger != run[0].ledger:
            yield run[0].ledger, run
            run = []
        run.append(record)
    if run:
        yield run[0].ledger, run


def _sort_out(db: Db, was: Known, records: Sequence[Record], *, careful: bool) -> tuple[Sequence[Record], list[Record]]:
    """Rows whose number is new, and rows whose number is known with other content (a copied card)."""
    numbers = was.numbers
    if not careful and _simply_next(numbers.top, records):
        return records, []
    wanted = {record.seq for record in records if careful or numbers.has(record.seq)}
    seen = _stored(db, was.id, sorted(wanted))
    new: list[Record] = []
    clashes: list[Record] = []
    for record in records:
        if record.seq not in seen:
            seen[record.seq] = record.raw
            new.append(record)
        elif record.raw != seen[record.seq] and _content(record.raw) != _content(seen[record.seq]):
            clashes.append(record)
    return new, clashes


def _simply_next(top: int, records: Sequence[Record]) -> bool:
    for record in records:
        if record.seq <= top:
            return False
        top = record.seq
    return True


def _stored(db: Db, ledger: int, seqs: Sequence[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for at in range(0, len(seqs), _LOOK_UP):
        part = seqs[at : at + _LOOK_UP]
        marks_ = ",".join("?" * len(part))
        sql = f"SELECT seq, raw FROM raw_row WHERE ledger = ? AND seq IN ({marks_})"
        found |= {seq: bytes_of(raw) for seq, raw in db.execute(sql, (ledger, *part))}
    return found


def bytes_of(raw: str | bytes | memoryview) -> bytes:
    """A row as it came, whatever the database made of it."""
    return raw.encode() if isinstance(raw, str) else bytes(raw)


def _content(raw: bytes) -> object:
    """What must be the same whenever a row is sent; a device may add the time once it knows it."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    if isinstance(value, dict):
        return {key: value[key] for key in value if key not in ("t0", "t1", "clk")}
    return value


def _set_aside(db: Db, clashes: Iterable[Record], raw: Callable[[bytes], Value]) -> None:
    values = [
        (*marks.key(clash.ledger), clash.seq, hashlib.sha256(clash.raw).hexdigest(), raw(clash.raw), clash.received)
        for clash in clashes
    ]
    sql = (
        "INSERT INTO conflict (site, device, epoch, seq, digest, raw, received) VALUES (?,?,?,?,?,?,?) "
        "ON CONFLICT DO NOTHING"
    )
    if values:
        db.executemany(sql, values)
