"""Power cuts at every step the disk makes: what was acknowledged is there, and nothing is there in part."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
from rig.apsw_as_sqlite3 import connecting_to
from rig.disk import Content, Disk, PowerCutError
from rig.power import Acknowledged, cut_everywhere, operations, problems_after, run_until_cut
from rig.swaps import extract_swaps, key_making

# F1 to F6 as a power cut: in the journal itself


def test_f01_to_f06_and_f14_no_power_cut_loses_what_the_journal_acknowledged() -> None:
    cuts = cut_everywhere(operations, range(1))
    assert cuts.violations == []
    assert cuts.steps > 100
    assert cuts.runs == cuts.steps


def test_control_a_journal_that_does_not_wait_for_the_disk_is_caught() -> None:
    """Without this the campaign above could be blind."""
    cuts = cut_everywhere(operations, range(1), control=True)
    assert any("was acknowledged" in violation for violation in cuts.violations)


def test_f14_a_second_cut_while_the_first_is_being_mended_changes_nothing(tmp_path: Path) -> None:
    disk, said = run_until_cut(operations, tmp_path, 300, control=False)
    assert disk.dead
    for cut_at in range(1, 30):
        assert problems_after(disk.image(cut_at), tmp_path, said, cut_at=cut_at) == []


def test_f14_a_snapshot_is_swapped_whole_or_not_at_all() -> None:
    cuts = extract_swaps(range(8))
    assert cuts.violations == []
    assert cuts.steps >= 3


def test_control_a_snapshot_written_over_the_old_one_is_caught() -> None:
    assert extract_swaps(range(8), control=True).violations


def test_the_journals_key_survives_from_its_first_use() -> None:
    cuts = key_making(range(8))
    assert cuts.violations == []
    assert cuts.steps >= 3


# the model of the disk


def test_what_was_synced_survives_every_dice() -> None:
    content = Content()
    content.write(0, b"a" * 2000)
    content.sync()
    content.write(0, b"b" * 2000)
    images = {content.after_cut(random.Random(seed)) for seed in range(100)}
    assert b"a" * 2000 in images
    assert b"b" * 2000 in images
    assert len(images) > 4  # torn ones too
    assert all(set(image) <= {97, 98} and len(image) == 2000 for image in images)


def test_an_unsynced_file_may_be_missing_and_a_deleted_one_may_be_back() -> None:
    disk = Disk({"old": b"x"})
    disk.files["new"] = Content()
    del disk.files["old"]
    names = {tuple(disk.image(seed)) for seed in range(40)}
    assert names == {("new",), ("new", "old"), ("old",), ()}
    disk.sync_directory()
    assert {tuple(disk.image(seed)) for seed in range(40)} == {("new",)}


def test_a_dead_disk_takes_nothing_more() -> None:
    disk = Disk(cut_at=3)
    with pytest.raises(PowerCutError):
        connecting_to(disk)("a.sqlite").execute("CREATE TABLE t (a)")
    before = disk.image(1)
    assert disk.dead
    assert disk.step("write") is False
    assert disk.image(1) == before


def test_the_stand_in_behaves_as_sqlite3_does_where_the_journal_cares() -> None:
    db = connecting_to(Disk())("/some/where/a.sqlite", isolation_level=None, check_same_thread=False)
    db.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT")
    db.execute("BEGIN IMMEDIATE")
    assert db.in_transaction
    db.executemany("INSERT INTO t VALUES (?, ?)", [(1, "x"), (2, None)])
    db.commit()
    rows = db.execute("SELECT a, b FROM t ORDER BY a").fetchall()
    assert [(row["a"], row[1]) for row in rows] == [(1, "x"), (2, None)]
    assert [tuple(row) for row in rows] == [(1, "x"), (2, None)]
    assert rows[0].keys() == ["a", "b"]
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("INSERT INTO t VALUES (1, 'y')")
    with pytest.raises(sqlite3.OperationalError):
        db.execute("SELECT nothing FROM t")
    db.rollback()
    db.close()


def test_a_clean_run_leaves_everything_where_it_was_put(tmp_path: Path) -> None:
    disk, said = run_until_cut(operations, tmp_path, None, control=False)
    assert isinstance(said, Acknowledged)
    assert set(disk.files) == {"journal.sqlite"}
    assert all(problems_after(disk.image(seed), tmp_path, said) == [] for seed in range(5))  # the log may be back
