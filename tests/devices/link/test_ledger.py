"""The ledger keeps what it was given: through kill -9, damage, and two programs that want it."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from devices.contract import Ack, Anchor, Count, Kind, Transaction, body
from devices.contract import Clock as Quality
from devices.link.anchor import anchor_due
from devices.link.clock import Moment
from devices.link.errors import AckError, LedgerDamaged, LedgerError
from devices.link.ledger import Ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.sqlite"


def counts(ledger: Ledger) -> list[Count]:
    found = [body(row) for row in ledger.after(0, 10_000)]
    return [one for one in found if isinstance(one, Count)]


def test_rows_are_numbered_from_one_without_gaps(path: Path, clock) -> None:
    ledger = Ledger(path, clock)
    rows = [ledger.append(Kind.COUNT, Count(into=1)) for _ in range(3)]
    assert [row.seq for row in rows] == [1, 2, 3]
    assert {row.epoch for row in rows} == {ledger.epoch}
    assert (ledger.last_seq, ledger.backlog) == (3, 3)
    assert ledger.after(1, 1) == [rows[1]]


def test_a_row_carries_the_totals_after_it_whatever_the_caller_wrote(path: Path, clock) -> None:
    ledger = Ledger(path, clock)
    ledger.append(Kind.COUNT, Count(into=2, out=1, turned_back=1))
    ledger.append(Kind.COUNT, Count(into=3, total_in=999))
    assert [(one.total_in, one.total_out) for one in counts(ledger)] == [(2, 1), (5, 1)]
    assert ledger.totals() == {"in": 5, "out": 1, "turned_back": 1}


def test_only_done_transactions_raise_their_total(path: Path, clock) -> None:
    ledger = Ledger(path, clock)
    for result in ("done", "refused", "done"):
        ledger.append(Kind.TRANSACTION, Transaction(op="checkout", result=result))
    bodies = [body(row) for row in ledger.after(0, 9)]
    assert [one.total for one in bodies if isinstance(one, Transaction)] == [1, 1, 2]
    assert ledger.totals() == {"checkout": 2}


def test_epoch_numbers_and_totals_live_through_a_restart_even_when_all_rows_are_gone(path: Path, clock) -> None:
    ledger = Ledger(path, clock)
    epoch = ledger.epoch
    for _ in range(3):
        ledger.append(Kind.COUNT, Count(into=1))
    assert ledger.prune(Ack(epoch=epoch, seq=3)) == 3
    ledger.close()
    again = Ledger(path, clock)
    assert (again.epoch, again.last_seq, again.acked, again.backlog) == (epoch, 3, 3, 0)
    assert again.append(Kind.COUNT, Count(into=1)).seq == 4
    assert again.totals() == {"in": 4}


def test_nothing_is_pruned_but_what_was_acknowledged(path: Path, clock) -> None:
    ledger = Ledger(path, clock)
    for _ in range(5):
        ledger.append(Kind.COUNT, Count(into=1))
    assert ledger.prune(Ack(epoch="of another ledger", seq=5)) == 0
    assert ledger.prune(Ack(epoch=ledger.epoch, seq=2)) == 2
    assert ledger.prune(Ack(epoch=ledger.epoch, seq=1)) == 0
    assert [row.seq for row in ledger.after(0, 9)] == [3, 4, 5]


def test_an_ack_above_the_last_row_is_refused_and_deletes_nothing(path: Path, clock) -> None:
    ledger = Ledger(path, clock)
    ledger.append(Kind.COUNT, Count(into=1))
    with pytest.raises(AckError, match="row 2, but the last one written is 1"):
        ledger.prune(Ack(epoch=ledger.epoch, seq=2))
    assert ledger.backlog == 1


def test_an_ack_for_another_devices_row_deletes_nothing(path: Path, clock) -> None:
    """The other one has the card that this one is a copy of: same epoch, same numbers, other rows."""
    ledger = Ledger(path, clock)
    for _ in range(3):
        ledger.append(Kind.COUNT, Count(into=1))
    with pytest.raises(AckError, match=r"row 2 that another device wrote\. This card is a copy"):
        ledger.prune(Ack(epoch=ledger.epoch, seq=2, boot="boot of the other"))
    assert (ledger.backlog, ledger.acked) == (3, 0)
    assert ledger.prune(Ack(epoch=ledger.epoch, seq=2, boot="boot1")) == 2


def test_a_held_interval_becomes_one_row_at_the_next_start(path: Path, clock) -> None:
    ledger = Ledger(path, clock)
    ledger.hold(Kind.COUNT, Count(into=1), 100, 200)
    ledger.hold(Kind.COUNT, Count(into=3), 100, 300)
    assert ledger.last_seq == 0
    ledger.close()
    clock.boot = "boot2"
    again = Ledger(path, clock)
    (row,) = again.after(0, 9)
    assert (row.boot, row.bt0, row.bt1) == ("boot1", 100, 300)
    assert again.totals() == {"in": 3}
    assert again.settle() is None


def test_settling_leaves_nothing_held(path: Path, clock) -> None:
    ledger = Ledger(path, clock)
    ledger.hold(Kind.COUNT, Count(into=3), 100, 300)
    assert ledger.settle() is not None
    ledger.close()
    assert Ledger(path, clock).totals() == {"in": 3}


def test_utc_is_left_out_until_it_is_known_and_then_an_anchor_ties_both_clocks(path: Path, clock) -> None:
    ledger = Ledger(path, clock)
    early = ledger.append(Kind.COUNT, Count(into=1), 9_000, 10_000)
    assert (early.t0, early.t1, early.clk) == (None, None, Quality.NONE)
    clock.pass_ms(5_000)
    clock.utc = 1_800_000_000_000
    late = ledger.append(Kind.COUNT, Count(into=1), 14_000, 15_000)
    assert (late.t0, late.t1, late.clk) == (1_799_999_999_000, 1_800_000_000_000, Quality.SYNCED)
    anchor = ledger.after(1, 1)[0]
    assert body(anchor) == Anchor(bt=15_000, utc=1_800_000_000_000, err=50)
    assert ledger.anchor() is None


def test_each_boot_gets_its_own_anchor(path: Path, clock) -> None:
    clock.utc = 1_800_000_000_000
    ledger = Ledger(path, clock)
    ledger.append(Kind.COUNT, Count())
    ledger.close()
    clock.boot, clock.bt = "boot2", 50
    again = Ledger(path, clock)
    again.append(Kind.COUNT, Count())
    assert [(row.kind, row.boot) for row in again.after(0, 9)] == [
        ("anchor", "boot1"), ("count", "boot1"), ("anchor", "boot2"), ("count", "boot2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("elapsed", "utc_elapsed", "due"),
    [(1_000, 1_000, False), (1_000, 3_100, True), (86_400_000, 86_400_000 + 10_000, False), (1_000, -5_000, True)],
)
def test_a_step_of_the_clock_needs_another_anchor_and_drift_does_not(elapsed: int, utc_elapsed: int, due: bool) -> None:
    first = Anchor(bt=0, utc=1_800_000_000_000, err=50)
    now = Moment(elapsed, 1_800_000_000_000 + utc_elapsed, Quality.SYNCED, 50)
    assert anchor_due(first, now) is due


def test_a_battery_clock_is_no_anchor() -> None:
    assert not anchor_due(None, Moment(0, 1_800_000_000_000, Quality.RTC, 5_000))


def test_a_second_writer_is_told_who_is_in_the_way(path: Path, clock) -> None:
    first = Ledger(path, clock)
    with pytest.raises(LedgerError, match="another process is using it"):
        Ledger(path, clock)
    first.close()
    Ledger(path, clock).close()


def test_a_row_too_big_for_a_message_is_refused_and_leaves_no_gap(path: Path, clock) -> None:
    ledger = Ledger(path, clock)
    with pytest.raises(LedgerError, match="at most"):
        ledger.append(Kind.TRANSACTION, Transaction(op="x" * 9_000, result="done"))
    assert ledger.append(Kind.COUNT, Count()).seq == 1
    assert ledger.totals() == {}


def damage_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"not a database at all, whatever it was before")


def damage_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 4096)


def lose_a_row(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM row WHERE seq = 2")
    db.close()


def lose_the_epoch(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM meta WHERE name = 'epoch'")
    db.close()


def lose_a_table(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE total")
    db.close()


@pytest.mark.parametrize("damage", [damage_header, damage_page, lose_a_row, lose_the_epoch, lose_a_table])
def test_a_damaged_file_is_set_aside_and_a_new_epoch_begins_loudly(
    path: Path, clock, caplog: pytest.LogCaptureFixture, damage: Callable[[Path], None]
) -> None:
    ledger = Ledger(path, clock)
    for _ in range(3):
        ledger.append(Kind.COUNT, Count(into=1))
    epoch = ledger.epoch
    ledger.close()
    damage(path)
    clock.utc = 1_795_000_000_000
    again = Ledger(path, clock)
    assert again.epoch != epoch
    assert (again.last_seq, again.totals()) == (0, {})
    (kept,) = path.parent.glob("ledger.sqlite.damaged-20261118T*Z")
    assert kept.name in again.alert
    assert again.alert in caplog.text


def test_what_can_be_read_in_a_damaged_ledger_is_kept_under_its_old_epoch(path: Path, clock) -> None:
    """The page of some rows is gone; the others, and the interval that was open, are not."""
    ledger = Ledger(path, clock)
    for n in range(300):
        ledger.append(Kind.COUNT, Count(into=n))
    ledger.prune(Ack(epoch=ledger.epoch, seq=10))
    ledger.hold(Kind.COUNT, Count(into=7), 100, 200)
    epoch, rows = ledger.epoch, ledger.after(0, 1_000)
    ledger.close()
    data = bytearray(path.read_bytes())
    where = data.find(msgspec.json.encode(Count(into=150, total_in=sum(range(151)))))
    page = where - where % 4096
    data[page : page + 4096] = b"\xa5" * 4096
    path.write_bytes(data)
    again = Ledger(path, clock)
    assert again.epoch != epoch
    saved = again.after(0, 1_000, epoch)
    assert 200 < len(saved) < 290
    assert [row for row in rows if row in saved] == saved  # as they were, none made up
    assert again.older() == {epoch: (11, 300)}
    assert f"of 290 rows that the collector lacks, {len(saved)} could be read" in again.alert
    assert counts(again) == [Count(into=7, total_in=7)]
    assert again.prune(Ack(epoch=epoch, seq=100)) == 90
    again.close()
    assert Ledger(path, clock).older()[epoch][0] > 100


def test_a_ledger_of_garbage_gives_nothing_and_says_so(path: Path, clock) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"rubbish" * 1000)
    ledger = Ledger(path, clock)
    assert ledger.older() == {}
    assert "nothing could be read in it" in ledger.alert


def test_eight_weeks_offline_fit_on_a_small_card(tmp_path: Path, clock) -> None:
    """A row each minute of ten hours, a heartbeat each quarter of an hour of the night: one week is measured."""
    path = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else tmp_path)) / "ledger.sqlite"
    clock.utc = 1_800_000_000_000
    ledger = Ledger(path, clock)
    for minute in range(7 * 600):
        clock.pass_ms(60_000)
        ledger.append(
            Kind.COUNT, Count(into=minute % 9, out=3, turned_back=1, ambiguous=1), clock.bt - 60_000, clock.bt
        )
    for _ in range(7 * 56):
        ledger.append(Kind.HEARTBEAT, Count(), clock.bt - 900_000, clock.bt)
    ledger.close()
    size = sum(file.stat().st_size for file in path.parent.glob("ledger.sqlite*"))
    shutil.rmtree(path.parent)
    assert 8 * size < 16_000_000


def test_two_damages_in_one_second_keep_both_files(path: Path, clock) -> None:
    for _ in range(2):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"rubbish" * 1000)
        Ledger(path, clock).close()
    assert len(list(path.parent.glob("*.damaged-*"))) == 2


def test_an_unwritable_folder_is_a_sentence(tmp_path: Path, clock) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="another folder"):
        Ledger(tmp_path / "file" / "ledger.sqlite", clock)


def test_a_file_damaged_in_use_is_told_apart_from_a_disk_that_is_busy(path: Path, clock) -> None:
    ledger = Ledger(path, clock)
    ledger.append(Kind.COUNT, Count(into=1))
    ledger._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger._db.execute("PRAGMA cache_size = 0")
    path.write_bytes(b"\xa5" * path.stat().st_size)
    with pytest.raises(LedgerDamaged, match="cannot be written"):
        ledger.append(Kind.COUNT, Count(into=1))


_WRITER = """
    import sys
    from pathlib import Path
    from devices.contract import Count, Kind
    from devices.link.clock import SystemClock
    from devices.link.ledger import Ledger

    ledger = Ledger(Path(sys.argv[1]), SystemClock())
    for into in range(1, 1_000_000):
        row = ledger.append(Kind.COUNT, Count(into=into % 7))
        print(row.seq, into % 7, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 40, 400])
def test_kill_9_between_rows_loses_none_that_was_reported(path: Path, clock, lines: int) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_WRITER), str(path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    told = [child.stdout.readline() for _ in range(lines)]
    child.send_signal(signal.SIGKILL)
    told += child.stdout.read().splitlines()
    child.wait()
    child.stdout.close()
    reported = [tuple(map(int, line.split())) for line in told if len(line.split()) == 2]
    ledger = Ledger(path, clock)
    assert ledger.alert == ""
    rows = ledger.after(0, 1_000_000)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) - len(reported) in (0, 1)  # at most the row whose report was cut off
    into = [one.into for one in counts(ledger)]
    assert into[: len(reported)] == [n for _, n in reported]
    assert ledger.totals()["in"] == sum(into)
    assert counts(ledger)[-1].total_in == sum(into)
