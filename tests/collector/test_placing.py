"""Rows without a clock lie where the rows around them leave room: in order, between what is known, and marked."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_rows import T0, count, payload

from collector.ingest import Message, sort
from collector.store.placing import EARLIEST_MS, Boot, place, spread
from collector.store.sqlite import SqliteStore
from devices.contract import ROOT, Anchor, Row, decode_rows

MINUTE, HOUR, YEAR = 60_000, 3_600_000, 31_557_600_000
LATER = T0 + 30 * 24 * HOUR
BLIND = {"t0": None, "t1": None, "clk": "none"}


def row(**more: object) -> Row:
    (item,) = decode_rows(payload(count(1, **more)))
    assert item.row is not None
    return item.row


def blind(seq: int, boot: str, bt: int, into: int = 1) -> dict[str, object]:
    return count(seq, into, boot=boot, bt0=bt, bt1=bt + 1_000, **BLIND)


def anchored(seq: int, boot: str, bt: int, utc: int) -> dict[str, object]:
    body = {"bt": bt, "utc": utc, "err": 50}
    return count(seq, boot=boot, bt0=bt, bt1=bt, t0=utc, t1=utc, kind="anchor", body=body)


def write(store: SqliteStore, *rows: object, at: int = LATER) -> None:
    store.write(sort([Message(f"{ROOT}/kota/pintu-1/records", payload(*rows), False, at)]))


def starts(store: SqliteStore) -> dict[int, tuple[int, int]]:
    """seq -> (start, estimated)"""
    found = store._connection.execute("SELECT seq, started, estimated FROM loose ORDER BY seq")
    return {seq: (start, estimated) for seq, start, estimated in found}


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "desk.sqlite")


def test_of_two_anchors_that_disagree_the_nearest_is_used() -> None:
    before, after = Anchor(bt=0, utc=T0, err=50), Anchor(bt=100_000, utc=T0 + 100_000 + HOUR, err=50)
    early = place(row(bt0=10_000, bt1=11_000, **BLIND), LATER, [after, before])
    late = place(row(bt0=90_000, bt1=91_000, **BLIND), LATER, [before, after])
    assert (early.start, early.estimated) == (T0 + 10_000, False)
    assert (late.start, late.estimated) == (T0 + 90_000 + HOUR, False)


@pytest.mark.parametrize("jump", [-10 * YEAR, 10 * YEAR])
def test_a_clock_ten_years_off_is_not_believed(jump: int) -> None:
    mad = row(bt0=5_000, bt1=6_000, t0=T0 + jump, t1=T0 + jump + 1_000, clk="synced")
    good, bad = Anchor(bt=0, utc=T0, err=50), Anchor(bt=5_000, utc=T0 + jump, err=50)
    assert place(mad, LATER, [bad, good]).start == T0 + 5_000
    found = place(mad, LATER, [bad], began=T0 + HOUR)
    assert (found.start, found.estimated) == (T0 + HOUR + 5_000, True)


def test_a_time_before_there_were_devices_is_no_time() -> None:
    old = row(t0=EARLIEST_MS - 2, t1=EARLIEST_MS - 1, clk="synced")
    assert place(old, LATER, []).start == LATER


def test_a_boot_that_never_knew_the_time_lies_between_its_neighbours(store: SqliteStore) -> None:
    write(
        store, anchored(1, "b1", HOUR, T0), count(2, at=T0 + MINUTE, boot="b1", bt0=HOUR + MINUTE, bt1=HOUR + 119_000)
    )
    write(store, blind(3, "b2", 10 * MINUTE), blind(4, "b2", 20 * MINUTE))
    write(store, anchored(5, "b3", MINUTE, T0 + 5 * HOUR))
    found = starts(store)
    assert T0 + MINUTE < found[3][0] < found[4][0] < T0 + 5 * HOUR - MINUTE
    assert found[4][0] - found[3][0] == 10 * MINUTE
    assert (found[3][1], found[4][1]) == (1, 1)


def test_three_boots_without_a_clock_keep_their_order(store: SqliteStore) -> None:
    write(store, anchored(1, "b0", 0, T0))
    write(store, *[blind(2 + n, f"b{1 + n // 2}", MINUTE * (1 + n % 2)) for n in range(6)])
    write(store, anchored(8, "b4", 0, T0 + HOUR))
    found = starts(store)
    assert [found[seq][0] for seq in range(2, 8)] == sorted(found[seq][0] for seq in range(2, 8))
    assert found[2][0] > T0
    assert found[7][0] + 1_000 < T0 + HOUR
    pauses = [found[4][0] - found[3][0], found[6][0] - found[5][0]]
    assert pauses[0] == pytest.approx(pauses[1], abs=2_000)


def test_the_arrival_is_only_a_bound(store: SqliteStore) -> None:
    """A device that is online and never learns the time: the newest row has just happened, the others before it."""
    write(store, blind(1, "b1", 0), blind(2, "b1", HOUR), at=T0)
    write(store, blind(3, "b1", 2 * HOUR), at=T0 + HOUR + 30)
    found = starts(store)
    assert [T0 - start for start, _ in found.values()] == pytest.approx([HOUR, 0, -HOUR], abs=2_000)


def test_a_late_anchor_moves_only_what_hangs_on_it(store: SqliteStore) -> None:
    write(store, anchored(1, "b1", 0, T0), blind(2, "b2", MINUTE), anchored(4, "b3", 0, T0 + 2 * HOUR))
    write(store, blind(5, "b4", MINUTE), anchored(6, "b5", 0, T0 + 4 * HOUR))
    before = starts(store)
    write(store, anchored(3, "b2", 2 * MINUTE, T0 + 10 * MINUTE))
    after = starts(store)
    assert after[2] == (T0 + 9 * MINUTE, 0)
    assert before[2] != after[2]
    assert before[5] == after[5]


def test_rows_whose_anchor_was_lost_use_a_row_that_knew_the_time(store: SqliteStore) -> None:
    write(store, blind(1, "b1", MINUTE), count(2, boot="b1", bt0=2 * MINUTE, bt1=3 * MINUTE, t0=T0, t1=T0 + MINUTE))
    assert starts(store)[1] == (T0 - MINUTE, 1)


def test_another_device_is_no_neighbour(store: SqliteStore) -> None:
    write(
        store,
        anchored(
            1,
            "b1",
            0,
            T0,
        ),
        count(2, boot="b9", epoch="e2", bt0=0, bt1=1_000, **BLIND),
        at=LATER,
    )
    assert starts(store)[2][0] == LATER - 1_000


@given(st.permutations(range(12)), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_whatever_the_order_the_places_are_the_same(order: list[int], size: int) -> None:
    rows = [
        anchored(1, "b0", 0, T0), *[blind(2 + n, f"b{1 + n // 3}", MINUTE * (1 + n % 3), n) for n in range(9)],
        anchored(11, "b4", 0, T0 + HOUR), blind(12, "b5", MINUTE),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        one, two = SqliteStore(Path(folder) / "one.sqlite"), SqliteStore(Path(folder) / "two.sqlite")
        write(one, *rows)
        for start in range(0, len(order), size):
            write(two, *[rows[n] for n in order[start : start + size]])
        assert starts(one) == starts(two)
        quarters = "SELECT * FROM quarter_hour ORDER BY quarter"
        before = two._connection.execute(quarters).fetchall()
        assert before == one._connection.execute(quarters).fetchall()
        two.rebuild()
        assert two._connection.execute(quarters).fetchall() == before
        one.close()
        two.close()


_BOOTS = st.lists(st.tuples(st.integers(0, 5 * HOUR), st.integers(0, 48 * HOUR)), min_size=1, max_size=5)


@given(_BOOTS, st.none() | st.integers(0, HOUR), st.none() | st.integers(2 * HOUR, 60 * HOUR))
def test_boots_never_overlap_and_none_begins_after_it_must_have(
    given_boots: list[tuple[int, int]], after: int | None, before: int | None
) -> None:
    boots = [Boot(length, latest) for length, latest in given_boots]
    found = spread(after, before, boots)
    for boot, began in zip(boots, found, strict=True):
        assert began <= boot.latest
        assert before is None or began + boot.length <= before
    for (boot, began), (_, following) in itertools.pairwise(zip(boots, found, strict=True)):
        assert began + boot.length <= following
    room = all(
        after is not None and latest >= after + sum(boot.length for boot in boots[:n]) for n, latest in
        enumerate(spread(None, before, boots))
    )  # fmt: skip
    assert not room or (after is not None and found[0] >= after)
