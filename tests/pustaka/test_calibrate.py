"""``pustaka door calibrate`` where door and desk meet: replay's JSON, the desk's rows, and the factor entered there."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collector.hands import author, editing, looking
from collector.store import edits, sites
from collector.store.port import Batch, Ledger, Record
from collector.store.sqlite import SqliteStore
from devices.contract import decode_rows
from pustaka.calibrate import session_clock
from pustaka.cli import main

#: 2026-11-29 00:00 UTC: 08.00 in Samarinda.
T = 1_795_910_400_000


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["door", "calibrate", *map(str, arguments)])


def at_the_door(folder: Path, people: int = 200, miss: float = 0.3) -> tuple[Path, list[tuple[int, str]]]:
    """A tally's file, and what the counter saw of it: (UTC ms, direction)."""
    rng = random.Random(21)
    t, taps, seen = T, [], []
    for _ in range(people):
        t += int(rng.expovariate(1 / 10) * 1_000) + 300
        way = "in" if rng.random() < 0.8 else "out"
        taps.append(f"{t},{way},Budi\n")
        if rng.random() >= miss:
            seen.append((t - 350, way))
    file = folder / "pintu.csv"
    file.write_text(f"# door: Pintu utama\nt_ms,what,who\n{T},start,Budi\n{''.join(taps)}{t + 1_000},end,Budi\n")
    return file, seen


def as_replayed(file: Path, seen: list[tuple[int, str]], less: int = 0) -> Path:
    passages = [{"t_ms": t - less, "direction": way, "confidence": "sure"} for t, way in seen]
    passages.append({"t_ms": seen[5][0] - less, "direction": "turned_back", "confidence": "sure"})
    fault = {"t_ms": seen[9][0] - less, "kind": "edges_lost", "over": False, "beam": None}
    file.write_text(json.dumps({"in": 0, "out": 0, "faults": [fault], "passages": passages}))
    return file


def as_a_desk(file: Path, seen: list[tuple[int, str]]) -> Path:
    """A store with the counter's rows, one a minute."""
    store = SqliteStore(file)
    total = {"in": 0, "out": 0}
    records = []
    for seq in range(1, (seen[-1][0] - T) // 60_000 + 2):
        start = T + (seq - 1) * 60_000
        here = [way for t, way in seen if start <= t < start + 60_000]
        now = {way: here.count(way) for way in total}
        total = {way: total[way] + now[way] for way in total}
        flags = ["chatter"] if seq == 3 else []
        body = {"in": now["in"], "out": now["out"], "IN": total["in"], "OUT": total["out"], "flags": flags}
        row = {
            "epoch": "e1", "seq": seq, "boot": "b1", "bt0": seq * 60_000, "bt1": (seq + 1) * 60_000,
            "t0": start, "t1": start + 59_999, "clk": "synced", "kind": "count", "v": 1, "body": body,
        }  # fmt: skip
        raw = json.dumps(row).encode()
        (item,) = decode_rows(b"[" + raw + b"]")
        records.append(Record(Ledger("kota", "pintu-1", "e1"), seq, raw, item.row, item.problem, start + 61_000))
    store.write(Batch(records=tuple(records)))
    store.close()
    with editing(str(file)) as db:
        sites.set_site(db, sites.Site("kota", "Kota", "Asia/Makassar"), author("rina"))
        sites.set_door(db, sites.DoorEntry("kota", "pintu-1", "Pintu utama", sites.Role.PERIMETER), author("rina"))
    return file


def test_with_replays_json(tmp_path: Path) -> None:
    tally, seen = at_the_door(tmp_path)
    result = run("--tally", tally, "--passages", as_replayed(tmp_path / "p.json", seen), "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert found["tallied"]["passages"] == 200
    assert found["counted"]["passages"] == len(seen)
    assert found["recall"]["value"] == pytest.approx(len(seen) / 200, abs=1e-4)
    assert found["factor"]["low"] > 1
    assert found["used"]
    assert found["faults"] == ["edges_lost"]
    assert found["door"] == "Pintu utama"
    assert json.loads((tmp_path / "pintu.calibration.json").read_text()) == found


def test_a_recording_on_the_sensors_own_clock_needs_its_beginning(tmp_path: Path) -> None:
    tally, seen = at_the_door(tmp_path)
    passages = as_replayed(tmp_path / "p.json", seen, less=T - 1_000)
    result = run("--tally", tally, "--passages", passages)
    assert result.exit_code == 1
    assert "say when its ms 0 was with --starts" in result.output
    result = run("--tally", tally, "--passages", passages, "--starts", "2026-11-29T07:59:59+08:00")
    assert result.exit_code == 0, result.output
    assert "The factor is used" in result.output


def test_with_the_desks_rows_and_the_factor_entered_there(tmp_path: Path) -> None:
    tally, seen = at_the_door(tmp_path)
    store = as_a_desk(tmp_path / "desk.sqlite", seen)
    result = run("--tally", tally, "--store", store, "--site", "kota", "--device", "pintu-1", "--save", "--who", "Rina")
    assert result.exit_code == 0, result.output
    assert "Entered at the desk as factor 1, from 2026-11-29: used." in result.output
    assert "The counter reported in this time: chatter." in result.output
    with looking(str(store)) as db:
        (factor,) = edits.factors(db, "kota", "pintu-1")
        said = db.execute("SELECT who, what FROM audit WHERE what = 'factor'").fetchall()
    data = json.loads((tmp_path / "pintu.calibration.json").read_text())
    assert data["alignment"]["by"] == "row"
    assert factor.allowed
    assert (factor.factor, factor.sample) == (round(data["factor"]["value"] * 1000), 200)
    assert factor.low <= data["factor"]["low"] * 1000 <= data["factor"]["high"] * 1000 <= factor.high
    assert (factor.digest, factor.who, factor.method) == (
        data["tally_sha256"],
        "Rina",
        "guided tally, ratio by minutes",
    )
    assert "tallied by Budi" in factor.why
    assert [tuple(row) for row in said] == [("Rina", "factor")]


def test_a_factor_that_may_not_be_used_is_kept_and_said_to_be(tmp_path: Path) -> None:
    tally, seen = at_the_door(tmp_path, people=60)
    store = as_a_desk(tmp_path / "desk.sqlite", seen)
    result = run("--tally", tally, "--store", store, "--site", "kota", "--device", "pintu-1", "--save", "--who", "Rina")
    assert result.exit_code == 0, result.output
    assert "from 2026-11-29: kept, not used." in result.output


def test_the_desks_rows_of_another_hour_are_refused(tmp_path: Path) -> None:
    _, seen = at_the_door(tmp_path)
    store = as_a_desk(tmp_path / "desk.sqlite", seen)
    moved = tmp_path / "later.csv"
    moved.write_text("t_ms,what\n" + "".join(f"{t + 3_600_000},{way}\n" for t, way in seen))
    result = run("--tally", moved, "--store", store, "--site", "kota", "--device", "pintu-1", "--save", "--who", "Rina")
    assert result.exit_code == 1
    assert "these do not belong together" in result.output
    with sqlite3.connect(store) as db:
        assert db.execute("SELECT count(*) FROM factor").fetchone() == (0,)
    assert not (tmp_path / "later.calibration.json").exists()


def test_a_counter_the_desk_does_not_know(tmp_path: Path) -> None:
    tally, seen = at_the_door(tmp_path)
    store = as_a_desk(tmp_path / "desk.sqlite", seen)
    result = run("--tally", tally, "--store", store, "--site", "kota", "--device", "pintu-9")
    assert result.exit_code == 1
    assert "kota/pintu-9: the desk has no rows of this counter" in result.output
    result = run("--tally", tally, "--store", tmp_path / "no.sqlite", "--site", "kota", "--device", "pintu-1")
    assert result.exit_code == 1
    assert "no such store" in result.output


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--site", "kota"], "named by both --site and --device"),
        (["--device", "pintu-1"], "named by both --site and --device"),
        (["--starts", "2026-11-29T08:00:00+08:00"], "--starts belongs to --passages"),
        (["--passages", "p.json", "--save", "--who", "x"], "--save needs the door at the desk"),
        (["--site", "kota", "--device", "pintu-1", "--save"], "--save needs a name"),
        (["--passages", "p.json", "--starts", "08:00"], "expected a time with its zone"),
        (["--passages", "p.json", "--starts", "2026-11-29T08:00:00"], "expected a time with its zone"),
        ([], "go on tallying with --resume, or compare it"),
    ],
)
def test_bad_usage(options: list[str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUSTAKA_WHO", raising=False)
    tally, _ = at_the_door(tmp_path)
    result = run("--tally", tally, *options)
    assert result.exit_code == 2
    assert why in result.output


@pytest.mark.parametrize(
    ("tally", "passages", "why"),
    [
        ("rubbish\n", "{}", "line 1: expected 't_ms,what,who'"),
        (f"{T},in,x\n", "rubbish", "expected what 'pustaka door replay --json' prints"),
        (f"{T},in,x\n", '{"in": 3}', "expected what 'pustaka door replay --json' prints"),
        (f"{T},in,x\n", None, "cannot be read: No such file"),
        ("t_ms,what,who\n", '{"passages": []}', "the tally holds nobody"),
    ],
)
def test_bad_files_are_one_sentence(tally: str, passages: str | None, why: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(tally)
    if passages is not None:
        (tmp_path / "p.json").write_text(passages)
    result = run("--tally", tmp_path / "a.csv", "--passages", tmp_path / "p.json")
    assert result.exit_code == 1
    assert why in result.output
    assert result.output.count("\n") == 1


def test_the_doors_own_commands_need_nothing_of_the_desk() -> None:
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom pustaka.cli import main\n"
        "result = CliRunner().invoke(main, ['door', '--help'])\nassert 'calibrate' in result.output\n"
        "assert CliRunner().invoke(main, ['door', 'calibrate', '--help']).exit_code == 0\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert not {"collector", "sqlite_utils", "numpy", "paho", "serial"} & set(done.stdout.split())


def test_a_session_has_its_length_although_the_clock_was_put_back() -> None:
    steady = iter([5_000_000_000, 5_000_000_000, 5_012_000_000])
    clock = session_clock(wall_ms=1_000, last_ms=1_500, steady_ns=lambda: next(steady))
    assert (clock(), clock()) == (1_500, 1_512)
    assert session_clock(2_000, None, lambda: 0)() == 2_000
