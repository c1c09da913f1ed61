"""Months at the desk by its commands, once on a file and once on PostgreSQL: the same figures and fingerprints."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ledger_rows import count
from postgres_server import PostgresServer
from store_support import query, write

from collector import hands
from collector.derive.calendar import QUARTER_MS
from collector.errors import EditError
from collector.store import audit
from collector.store.audit import Author
from collector.store.open import open_store
from pustaka.cli import main

#: 2026-10-01 08.00 in Samarinda, and what the clock says: noon of 2 November there.
FIRST, NOW = 1_790_812_800_000, 1_793_592_000_000
DAY = 86_400_000
LATE = range(641, 650)


def rows() -> list[dict[str, object]]:
    """October from 8 to 16, a row each quarter hour; a few rows come later, and a day is missing."""
    found = []
    for day in range(31):
        for quarter in range(32):
            at = FIRST + day * DAY + quarter * QUARTER_MS
            if day != 27:
                seq = len(found) + 1
                found.append(count(seq, 3, 2, t0=at, t1=at + QUARTER_MS))
    return found


@pytest.fixture(params=["file", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return str(tmp_path / "desk.sqlite")
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new()


def run(store: str, *arguments: str) -> Result:
    done = CliRunner().invoke(main, [*arguments, "--store", store], env={"PUSTAKA_WHO": ""})
    assert done.exit_code == 0, (arguments, done.output)
    return done


def autumn(store: str, folder: Path) -> Iterator[Any]:
    """What each step says, or leaves."""
    sent = rows()
    with closing(open_store(store)) as opened:
        early = [row for row in sent if row["seq"] not in LATE]
        for at in range(0, len(early), 200):
            write(opened, *early[at : at + 200], at=NOW)
    run(store, "site", "set", "kota", "--name", "Perpustakaan Kota", "--zone", "Asia/Makassar", "--who", "rina")
    run(store, "site", "hours", "kota", "mon-sun 08:00-16:00", "--who", "rina")
    file = folder / "gate.csv"
    file.write_text("Tanggal,Masuk\n" + "".join(f"2026-09-{day:02},{90 + day * 7 % 13}\n" for day in range(1, 31)))
    imported = ("visits", "import", str(file), "--site", "kota", "--door", "pintu-1", "--who", "rina", "--yes")
    yield json.loads(run(store, *imported, "--json").stdout)
    adjusted = (
        "kota",
        "pintu-1",
        "--method",
        "add",
        "--from",
        "2026-10-03",
        "--value",
        "12",
        "--why",
        "door held open",
    )
    yield json.loads(run(store, "visits", "adjust", *adjusted, "--who", "rina", "--json").stdout)
    run(store, "visits", "approve", "1", "--who", "budi")
    run(store, "visits", "refresh")
    published = json.loads(
        run(store, "visits", "publish", "kota", "--month", "2026-10", "--who", "rina", "--json").stdout
    )
    assert len(published["digest"]) == 64
    yield published
    for name in ("visits", "hours", "heatmap", "compare", "quality"):
        asked = ("--site", "kota", "--from", "2026-09-01", "--to", "2026-10-31", "--format", "json")
        yield json.loads(run(store, "report", name, *asked).stdout)
    yield json.loads(run(store, "visits", "explain", "kota", "pintu-1", "2026-10-28", "--json").stdout)
    with closing(open_store(store)) as opened:
        assert write(opened, *(row for row in sent if row["seq"] in LATE), at=NOW).inserted == len(LATE)
    run(store, "visits", "refresh")
    changed = json.loads(run(store, "visits", "published", "kota", "--json").stdout)
    assert changed[0]["changed"]["reasons"] == ["late records: raw counts changed on 2026-10-21"]
    yield changed
    again = json.loads(run(store, "visits", "publish", "kota", "--month", "2026-10", "--who", "budi", "--json").stdout)
    assert again["revision"] == 2
    yield again
    for table in ("hour_fact", "day_fact", "week_hour", "estimate", "publication"):
        yield sorted(query(store, f"SELECT * FROM {table}"), key=repr)
    before = query(store, "SELECT * FROM day_fact ORDER BY site, day, device")
    run(store, "visits", "refresh", "--rebuild")
    assert query(store, "SELECT * FROM day_fact ORDER BY site, day, device") == before


def test_both_stores_say_the_same(postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "now", lambda: NOW)
    both = zip(autumn(str(tmp_path / "desk.sqlite"), tmp_path), autumn(postgres.new(), tmp_path), strict=True)
    for file, server in both:
        assert file == server


def test_two_people_may_edit_at_the_same_moment(store: str) -> None:
    """Each edit gets a number of its own, and none fails."""
    with closing(open_store(store)):
        pass
    ready = threading.Barrier(4)

    def edit(who: str) -> None:
        with closing(open_store(store)) as opened:
            ready.wait(30)
            for at in range(10):
                with opened.edit() as db:
                    audit.write(db, Author(who, at), "try", "kota", "", {})

    with ThreadPoolExecutor(4) as people:
        for done in [people.submit(edit, who) for who in ("rina", "budi", "sari", "tono")]:
            done.result(60)
    with open_store(store).edit() as db:
        assert [line.id for line in audit.lines(db)] == list(range(1, 41))


def test_an_edit_without_a_name_leaves_nothing(store: str) -> None:
    with closing(open_store(store)) as opened:
        with pytest.raises(EditError, match="needs a name"), opened.edit() as db:
            audit.write(db, Author(" ", 1), "try", "kota", "", {})
        with opened.edit() as db:
            assert audit.lines(db) == []
