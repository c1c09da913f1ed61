"""The benchmarks themselves: that they run, and that a fast wrong result is called wrong."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks import ingest, paired, result, row, start
from benchmarks.__main__ import BENCHMARKS, main
from broker_config.private import PrivateBroker
from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.journal import Journal
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import PatronRef

ROOT = Path(__file__).parents[2]


def test_list_names_every_benchmark_and_its_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(BENCHMARKS)
    assert all(line.endswith("?") for line in lines)


def test_an_unknown_name_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["speed"])
    assert ended.value.code == 2
    assert "'speed'; there are start, row, ingest" in capsys.readouterr().err


def test_a_quick_ingest_prints_its_tables_and_keeps_every_sample(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "ingest", "--quick", "--markdown", "--out", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| rows in a message | side | rows/s |" in done.stdout
    assert "too few samples for any figure to be quoted" in done.stdout
    kept = json.loads((tmp_path / "ingest.json").read_text())
    assert len(kept["reports"]) == 8
    for report in kept["reports"].values():
        assert {part: len(pairs) for part, pairs in report["samples"].items()} == {"same": 2, "ratio": 2, "control": 2}
    assert {"processor", "disk", "mosquitto", "commit"} <= set(kept["facts"])
    assert [path.name for path in tmp_path.iterdir()] == ["ingest.json"]  # nothing else is left behind


def test_a_quick_derive_prints_what_a_new_day_costs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "derive", "--quick", "--out", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = [line.split("  ") for line in done.stdout.splitlines() if " days  1  " in line]
    statements = [[cell.strip() for cell in line if cell.strip()][2] for line in lines]
    assert len(statements) == 3
    assert statements[0] == statements[1]  # twice the history, the same work


# --- ingest: what a run leaves is looked at -----------------------------------------------------------------------

LOAD = ingest.Load(20, 100)
MakeSide = Callable[[ingest.Bench], paired.Side]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("ingest")
    with (
        PrivateBroker(folder / "broker", {"collector": "c", "pintu-1": "p"}) as broker,
        ingest.Feed(folder, broker.port) as feed,
    ):
        yield ingest.Bench(folder, feed)


def _drop(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement).rowcount == 1


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM raw_row WHERE seq = 37", "(99, 100, 100, "),
        ("DELETE FROM raw_row WHERE seq = 100", "(99, 99, 100, "),
        ("UPDATE mark SET seq = 99 WHERE rows = 100", "(100, 100, 99, "),
        ("UPDATE quarter_hour SET entered = entered + 1 WHERE rowid = 1", "(100, 100, 100, "),
    ],
)
def test_a_row_that_the_collector_dropped_makes_its_run_wrong(bench: ingest.Bench, statement: str, found: str) -> None:
    side = bench.collecting(LOAD)
    side.before()
    collecting = side.run()
    assert side.check(collecting) == ""
    _drop(collecting.path, statement)
    assert found in ingest.wrong_store(collecting.path, bench.feed, LOAD)


def test_a_row_that_the_short_way_dropped_makes_its_run_wrong(bench: ingest.Bench) -> None:
    side = bench.one_by_one(LOAD)
    side.before()
    naive = side.run()
    assert side.check(naive) == ""
    _drop(naive.path, "DELETE FROM record WHERE seq = 37")
    assert side.check(naive) == "99 rows of 100 were stored"


def test_a_message_that_was_not_counted_makes_the_run_wrong(bench: ingest.Bench) -> None:
    side = bench.counting(LOAD)
    side.before()
    counting = side.run()
    assert side.check(counting) == ""
    assert ingest.wrong_count(counting.counted - 1, LOAD) == "4 messages of 5 were counted"


def test_the_running_totals_of_the_feed_are_those_of_its_rows(bench: ingest.Bench) -> None:
    into = out = 0
    for seq in range(1, 40):
        body: Any = bench.feed.row(seq)["body"]
        into, out = into + body["in"], out + body["out"]
        assert (body["IN"], body["OUT"]) == (into, out) == bench.feed.sums(seq)


# --- row ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def visited(tmp_path: Path) -> Path:
    """A kiosk's data after one visit of ten checkouts, without a screen."""
    data = row.make_kiosk(tmp_path / "kiosk", 1).parent / "data"
    library = EmbeddedLibrary.open(data / "library.sqlite")
    journal = Journal.open(data / "journal.sqlite", kiosk="device")
    desk = CirculationDesk(library, journal)
    for book in range(row.BOOKS):
        desk.checkout(PatronRef(row.member(1)), row.item(1, book))
    journal.close()
    library.close()
    return data


def test_ten_checkouts_are_found_right(visited: Path) -> None:
    assert row.wrong(row.loans_in(visited / "library.sqlite", row.member(1))) == ""
    assert row.wrong_journal(visited / "journal.sqlite", row.BOOKS) == ""


def test_a_loan_that_is_missing_makes_a_visit_wrong(visited: Path) -> None:
    _drop(visited / "library.sqlite", f"DELETE FROM loans WHERE item = '{row.item(1, 4)}'")
    assert row.wrong(row.loans_in(visited / "library.sqlite", row.member(1))) == "9 loans of 10 are on record"


def test_a_checkout_that_is_missing_in_the_journal_makes_the_run_wrong(visited: Path) -> None:
    assert "10 finished checkouts of 20" in row.wrong_journal(visited / "journal.sqlite", 20)


def test_a_visit_that_the_screen_never_showed_whole_is_void() -> None:
    visits = row.Visits(child=None, lent=lambda _: row.BOOKS)  # type: ignore[arg-type]
    side = visits.side("kiosk")
    answer = {"member": "1", "problem": "not every book was shown as borrowed", "seen": [], "borrowed": []}
    assert side.check(answer) == "not every book was shown as borrowed"
    assert side.told(answer)["wall"] > 0  # and the report can still be made


def test_the_scans_of_a_visit_are_spread_evenly_over_a_frame() -> None:
    moments = row.moments(Random(1))
    assert moments == sorted(moments)
    phases = sorted((at - row.GAP_S * (book + 1)) / row.FRAME_S for book, at in enumerate(moments))
    gaps = [later - earlier for earlier, later in pairwise(phases)]
    assert gaps == pytest.approx([1 / row.BOOKS] * (row.BOOKS - 1))


# --- start --------------------------------------------------------------------------------------------------------


def test_a_window_with_a_word_in_it_is_a_first_frame_and_an_empty_one_is_not() -> None:
    started = start.start("bare")
    assert start.check(started) == ""
    assert started.used["peak_kib"] > 10_000
    assert "it is empty" in start.wrong(1)


def test_a_program_that_ends_before_its_first_frame_is_wrong(tmp_path: Path) -> None:
    started = start.start("kiosk", "--config", str(tmp_path / "missing.toml"), "--headless")
    assert start.check(started) == "the program ended before its first frame"


# --- printing -----------------------------------------------------------------------------------------------------


def test_quantiles_are_samples() -> None:
    values = [float(n) for n in range(1, 201)]
    assert [result.quantile(values, part) for part in (0.5, 0.99, 1.0)] == [100, 198, 200]
    assert result.quantile([3.0], 0.5) == 3.0


def test_a_void_report_makes_the_outcome_void() -> None:
    side = paired.Side("peer", lambda: sum(range(50_000)), lambda _: "")
    meters = paired.Meters(settle=lambda: None)
    report = paired.compare(side, side, pairs=2, warmup=0, random=Random(1), meters=meters)
    fine = result.Outcome("x", {"a": report}, result.Table(("side",), ()))
    bad = result.Outcome("x", {"a": report, "b": report.voided("199 of 200")}, fine.table)
    assert (fine.void, bad.void) == (False, True)
    assert "void: a result was wrong: 199 of 200" in result.in_words(bad, result.plain)
