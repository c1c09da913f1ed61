"""Rows that can never come, and rows of a copied card: totals are right, and nobody can overlook what is uncertain."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from ledger_rows import count
from store_support import NOW, tell, write

from collector.store.sqlite import SqliteStore
from pustaka.cli import main


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Rows 1 to 39 of two people each; 20 to 29 are gone for ever, and a clone sent its own number 5 and 6."""
    path = tmp_path / "desk.sqlite"
    with closing(SqliteStore(path)) as made:
        write(made, *(count(n, 2, 1) for n in range(1, 40) if not 20 <= n < 30))
        write(made, count(5, 9, 9), count(6, 8, 8))
        tell(made, "health", b'{"uptime_s":1,"epoch":"e1","oldest":30}')
        made.refresh(NOW, limit=None, default_zone="Asia/Makassar")
    return path


def run(store: Path, *arguments: str) -> str:
    done = CliRunner().invoke(main, [*arguments, "--store", str(store)])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_fleet_says_how_many_records_are_lost(store: Path) -> None:
    (line,) = (line for line in run(store, "devices", "list").splitlines() if "pintu-1" in line)
    assert "29 · 10 lost" in line
    assert "2 rows came twice with different content" in line


def test_the_quality_report_says_what_is_lost_doubtful_and_without_hour(store: Path) -> None:
    day = ("report", "quality", "--site", "kota", "--from", "2026-11-19", "--to", "2026-11-19")
    english, indonesian = run(store, *day), run(store, *day, "--lang", "id")
    assert "pintu-1: 10 records will never come." in english
    assert "pintu-1: 2 record numbers came twice with other content." in english
    assert "19 November 2026, pintu-1: 20 visits are known by the day only, not by the hour." in english
    assert "19 November 2026, pintu-1: 20 kunjungan hanya diketahui harinya, bukan jamnya." in indonesian


def test_the_total_has_them_all_the_same(store: Path) -> None:
    (day,) = json.loads(run(store, "visits", "explain", "kota", "pintu-1", "2026-11-19", "--json"))["day"]
    assert (day["raw_in"], day["untimed"]) == (2 * 39, 2 * 10 * 1000)
