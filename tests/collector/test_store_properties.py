"""The store as a whole: the same set of rows leaves the same tables, and they are those that a few lines work out."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_rows import T0, count, transaction
from postgres_server import PostgresServer
from store_support import AnyStore, query, tell, write

from collector.store.open import open_store
from collector.store.port import Ledger, Mark

QUARTER = 900_000
_LOOSE = "SELECT m.epoch, l.seq, l.boot, l.started, l.ended, l.estimated FROM loose l JOIN mark m ON m.id = l.ledger"
_TABLES = {
    name: f"SELECT * FROM {name}"
    for name in ("record", "hole", "lost", "anchor", "quarter_hour", "transaction_quarter", "conflict")
} | {"loose": _LOOSE}


def _body(into: int, total: int, **more: object) -> dict[str, object]:
    return {"in": into, "IN": total, **more}


#: Rows before the clock was known, an anchor that dates them, transactions, an unreadable row, a sensor that was blind,
#: a row across a quarter hour; 7 and 8 never come; another epoch at the same time.
_UNTIMED = {"t0": None, "t1": None, "clk": "none"}
_ROWS = [
    count(1, 2, 1), count(2, 3, **_UNTIMED), count(3, 1, **_UNTIMED),
    count(4, kind="anchor", body={"bt": 180_000, "utc": T0 + 3_600_000, "err": 50}),
    transaction(5, "checkout"), transaction(6, "checkin", "refused", "held"),
    count(9, 4, body=_body(4, 40)), count(10, kind=3), count(11, 2, boot="b2", **_UNTIMED),
    count(12, kind="novel", body=[]), count(13, body=_body(1, 41, flags=["blocked"])),
    count(14, at=T0 + 7_200_000, body=_body(2, 43, flags=["edges_lost"])),
    count(15, at=T0 + 7_200_000 + QUARTER - 30_000, body=_body(1, 44)), transaction(16, "checkout", **_UNTIMED),
    count(1, 5, epoch="e2", at=T0 + 60_000), count(2, 5, epoch="e2", at=T0 + 7_200_000, kind="heartbeat"),
]  # fmt: skip
_OLDEST = b'{"uptime_s":1,"epoch":"e1","oldest":9}'
_INDEXES = st.sampled_from(range(len(_ROWS)))

Change = Callable[[AnyStore], object]


@contextmanager
def _new(name: str) -> Iterator[AnyStore]:
    store = open_store(name)
    try:
        yield store
    finally:
        store.close()


def _tables(name: str) -> dict[str, list[tuple[object, ...]]]:
    return {table: sorted(query(name, sql), key=repr) for table, sql in _TABLES.items()}


def _compare(
    plain: str, other: str, noise: Sequence[Sequence[int]], order: Sequence[int], size: int, when: int
) -> None:
    with _new(plain) as one, _new(other) as two:
        write(one, *_ROWS)
        tell(one, "health", _OLDEST)
        for batch in noise:
            write(two, *[_ROWS[i] for i in batch])
        for start in range(0, len(order), size):
            if start <= when < start + size:
                tell(two, "health", _OLDEST)
            write(two, *[_ROWS[i] for i in order[start : start + size]])
        marks = [write(store, count(1, 2, 1), count(1, 5, epoch="e2", at=T0 + 60_000)).marks for store in (one, two)]
        ends = (Mark(Ledger("kota", "pintu-1", "e1"), 16), Mark(Ledger("kota", "pintu-1", "e2"), 2))
        assert marks == [ends, ends]
        before = _tables(other)
        assert _tables(plain) == before
        two.rebuild()
        assert _tables(other) == before


_STORIES = given(
    st.lists(st.lists(_INDEXES, min_size=1, max_size=6), max_size=6),
    st.permutations(range(len(_ROWS))),
    st.integers(1, 5),
    st.integers(0, len(_ROWS) - 1),
)


@_STORIES
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_order_repetition_and_batches_do_not_matter(
    noise: list[list[int]], order: list[int], size: int, when: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _compare(f"{folder}/plain.sqlite", f"{folder}/other.sqlite", noise, order, size, when)


@_STORIES
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_postgresql_has_the_same_tables_as_sqlite(
    postgres: PostgresServer, noise: list[list[int]], order: list[int], size: int, when: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _compare(f"{folder}/plain.sqlite", postgres.new(), noise, order, size, when)


# --- worked out by hand -------------------------------------------------------------------------------------------

_FLAGS = st.sampled_from([[], ["blocked"], ["chatter"]])
_LENGTHS = st.sampled_from([0, 1, 59_000, 60_000, QUARTER, 2 * QUARTER])
_SOME = st.lists(
    st.tuples(
        st.integers(0, 4 * QUARTER),
        _LENGTHS,
        st.integers(0, 9),
        st.sampled_from([[], ["blocked"], ["chatter"]]),
    ),
    max_size=12,
)


@given(_SOME)
@settings(max_examples=40, deadline=None)
def test_quarter_hours_are_what_a_few_lines_work_out(some: list[tuple[int, int, int, list[str]]]) -> None:
    entered: Counter[int] = Counter()
    watched: Counter[int] = Counter()
    rows: Counter[int] = Counter()
    sent: list[dict[str, Any]] = []
    for seq, (at, length, into, flags) in enumerate(some, 1):
        start = T0 + at
        body = {"in": into, "flags": flags}
        sent.append({**count(seq, at=start), "t1": start + length, "body": body})
        entered[start // QUARTER] += into
        rows[start // QUARTER] += 1
        for quarter in range(start // QUARTER, (start + length) // QUARTER + 1):
            inside = min(start + length, (quarter + 1) * QUARTER) - max(start, quarter * QUARTER)
            watched[quarter] += 0 if flags == ["blocked"] else max(0, inside)
    expected = {
        (quarter * QUARTER, rows[quarter], entered[quarter], min(QUARTER, watched[quarter]))
        for quarter in {*rows, *watched}
        if rows[quarter] or watched[quarter]
    }
    with tempfile.TemporaryDirectory() as folder:
        name = str(Path(folder) / "desk.sqlite")
        with _new(name) as store:
            for row in sent:
                write(store, row)
        assert set(query(name, "SELECT quarter, rows, entered, seen_ms FROM quarter_hour")) == expected


@given(st.permutations(range(len(_ROWS))), st.integers(1, 5), st.integers(0, len(_ROWS) - 1))
@settings(max_examples=15, deadline=None)
def test_what_changed_is_dirty_and_nothing_else(order: list[int], size: int, when: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        name = str(Path(folder) / "desk.sqlite")
        with _new(name) as store:
            changes: list[Change] = [
                lambda s, part=order[start : start + size]: write(s, *[_ROWS[i] for i in part])  # type: ignore[misc]
                for start in range(0, len(order), size)
            ]
            changes.insert(when % (len(changes) + 1), lambda s: tell(s, "health", _OLDEST))
            seen, lost = _quarters(name), query(name, "SELECT * FROM lost")
            for change in changes:
                store._connection.execute("DELETE FROM dirty")  # type: ignore[union-attr]
                change(store)
                now = _quarters(name)
                changed = {quarter for _, quarter, *_ in seen ^ now}
                dirty = {quarter for (quarter,) in query(name, "SELECT quarter FROM dirty")}
                assert changed <= dirty
                lost_now = query(name, "SELECT * FROM lost")
                if lost_now == lost:
                    assert dirty == changed
                else:  # the days in which the lost passages may lie, too
                    for moments in (line[5:7] for line in {*lost_now} ^ {*lost}):  # after_ms and before_ms
                        assert {at // QUARTER * QUARTER for at in moments} <= dirty  # type: ignore[operator]
                seen, lost = now, lost_now


def _quarters(name: str) -> set[tuple[object, ...]]:
    counted = query(name, "SELECT 'c', quarter, rows, entered, gone, est_entered, covered_ms FROM quarter_hour")
    return {*counted, *query(name, "SELECT 't', quarter, op, result, n FROM transaction_quarter")}
