"""``pustaka visits refresh --rebuild`` begins at the raw rows, whatever became of what was derived from them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from ledger_rows import count
from store_support import NOW, query, write

from collector import hands
from collector.store.sqlite import SqliteStore
from pustaka.cli import main


@pytest.mark.parametrize(
    "vandalism", [(), ("UPDATE quarter_hour SET entered = 500, seen_ms = 1", "DELETE FROM day_fact")]
)
def test_a_rebuild_comes_out_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vandalism: tuple[str, ...]
) -> None:
    monkeypatch.setattr(hands, "now", lambda: NOW)
    path = tmp_path / "desk.sqlite"
    with closing(SqliteStore(path)) as store:
        write(store, *(count(n, 2) for n in range(1, 40)))
        store.refresh(NOW, limit=None, default_zone="Asia/Makassar")
    days = "SELECT site, device, day, raw_in, visits, status FROM day_fact"
    quarters = "SELECT * FROM quarter_hour ORDER BY quarter"
    before, derived = query(str(path), days), query(str(path), quarters)
    with closing(sqlite3.connect(path)) as vandal, vandal:
        for sql in vandalism:
            vandal.execute(sql)
    done = CliRunner().invoke(main, ["visits", "refresh", "--rebuild", "--store", str(path), "--json"])
    told = json.loads(done.stdout)
    assert (told["quarters"], told["changed"] > 0) == (len(derived), True)
    assert (query(str(path), days), query(str(path), quarters)) == (before, derived)
