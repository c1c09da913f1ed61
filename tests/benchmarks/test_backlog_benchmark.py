"""The backlog's benchmark: that it runs, and that a store with a row missing is called wrong."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from benchmarks import backlog
from benchmarks.feed import Login
from benchmarks.result import Outcome, Table, in_words, plain
from broker_config.private import PrivateBroker

_GONE = "UPDATE quarter_hour SET gone ="
ROOT = Path(__file__).parents[2]


def test_a_quick_backlog_is_caught_up_and_its_sums_are_right(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "backlog", "--quick", "--markdown", "--out", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| run | caught up | rows/s | figures current | peak memory |" in done.stdout
    assert "1 of 1 runs within 60 s and 200 MiB" in done.stdout
    kept = json.loads((tmp_path / "backlog.json").read_text())
    assert kept["raw"]["seconds"][0] > 0
    assert kept["raw"]["peak MiB"][0] > 20


def test_a_store_with_something_missing_is_wrong(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("c", encoding="utf-8")
    users = {"collector": "c", "watch": "p", "pintu-1": "p", "pintu-2": "p"}
    with PrivateBroker(tmp_path / "broker", users) as broker:
        doors = backlog.Doors(broker, Login(broker.port, secret), ("pintu-1", "pintu-2"), 40)
        path = tmp_path / "desk.sqlite"
        assert backlog._run(path, Login(broker.port, secret), doors).wrong == ""
        doors.close()
    for damage, mend in (
        ("UPDATE mark SET seq = 39 WHERE id = 2", "UPDATE mark SET seq = 40 WHERE id = 2"),
        (
            f"{_GONE} gone + 1 WHERE rowid = 1",
            "UPDATE quarter_hour SET gone = gone - 1 WHERE rowid = 1",
        ),
        ("DELETE FROM raw_row WHERE seq = 7 AND ledger = 1", ""),
    ):
        _change(path, damage)
        assert "instead of" in doors.wrong(path)
        if mend:
            _change(path, mend)
            assert doors.wrong(path) == ""


def _change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement).rowcount == 1


def test_a_wrong_outcome_without_comparisons_is_void() -> None:
    table = Table(("run",), (("1",),))
    assert not Outcome("x", {}, table).void
    wrong = Outcome("x", {}, table, wrong="a row is missing")
    assert wrong.void
    assert "void: a result was wrong: a row is missing" in in_words(wrong, plain)
