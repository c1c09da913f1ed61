"""``pustaka visits import``: look, take in, take back."""

from __future__ import annotations

import json
import os
import pty
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pustaka.cli import main

Run = Callable[..., Result]
DAYS = "Tanggal,Pengunjung\n2025-03-03,40\n2025-03-04,rusak\n2025-03-05,60\n"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command, on a store with a site in WITA."""

    def command(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(main, [*arguments, "--store", str(tmp_path / "desk.sqlite")], input=stdin)

    assert command("site", "set", "kota", "--zone", "Asia/Makassar", "--who", "budi").exit_code == 0
    return command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "gate-2025.csv"
    path.write_text(DAYS, encoding="utf-8")
    return path


def take_in(run: Run, file: Path, *more: str) -> Result:
    return run("visits", "import", str(file), "--site", "kota", "--door", "pintu-1", "--who", "rina", "--yes", *more)


def day(run: Run, of: str, door: str = "pintu-1") -> dict[str, object]:
    (found,) = json.loads(run("visits", "explain", "kota", door, of, "--json").stdout)["day"]
    assert isinstance(found, dict)
    return found


def test_a_dry_run_reports_and_takes_nothing_in(run: Run, file: Path) -> None:
    result = run("visits", "import", str(file), "--site", "kota", "--door", "pintu-1", "--dry-run")
    assert result.exit_code == 0
    assert "2 entries with 100 people in" in result.output
    assert "no number: the counter had none: rusak; line 3" in result.output
    assert "Nothing was taken in." in result.output
    assert "Nothing was taken in yet." in run("visits", "imports").output
    told = json.loads(
        run("visits", "import", str(file), "--site", "kota", "--door", "pintu-1", "--dry-run", "--json").stdout
    )
    assert told["entries"] == 2


def test_taken_in_reported_and_taken_back(run: Run, file: Path) -> None:
    result = take_in(run, file)
    assert result.exit_code == 0, result.output
    assert "Import 1: 2 figures at pintu-1." in result.output
    found = day(run, "2025-03-03")
    assert (found["visits"], found["status"], found["raw_in"]) == (40_000, "counted", 40)
    assert day(run, "2025-03-04")["status"] == "missing"
    (batch,) = json.loads(run("visits", "imports", "kota", "--json").stdout)
    assert (batch["source"], batch["who"], len(batch["digest"])) == ("gate-2025.csv", "rina", 64)
    back = run("visits", "withdraw", "import", "1", "--why", "wrong door", "--who", "budi")
    assert back.exit_code == 0, back.output
    assert run("visits", "refresh").exit_code == 0
    assert json.loads(run("visits", "explain", "kota", "pintu-1", "2025-03-03", "--json").stdout)["day"] == []
    audit = [line["what"] for line in json.loads(run("visits", "audit", "kota", "--json").stdout)]
    assert audit[-2:] == ["import", "import withdrawn"]


def test_the_same_file_is_known_again(run: Run, file: Path) -> None:
    take_in(run, file)
    again = take_in(run, file)
    assert again.exit_code == 1
    assert "this very file was taken in already as import 1 by rina" in again.output
    assert "visits withdraw import 1" in again.output


def test_doors_by_their_names(run: Run, tmp_path: Path) -> None:
    run("site", "door", "kota", "pintu-9", "--name", "Pintu Utara", "--who", "budi")
    file = tmp_path / "two.csv"
    file.write_text(
        "date,door,in\n2025-03-03,Pintu Utara,5\n2025-03-03,Sisi Barat,6\n2025-03-03,X,7\n", encoding="utf-8"
    )
    result = run("visits", "import", str(file), "--site", "kota", "--map", "X=pintu-7", "--who", "r", "--yes", "--json")
    assert json.loads(result.stdout)["doors"] == {"Pintu Utara": "pintu-9", "Sisi Barat": "sisi-barat", "X": "pintu-7"}
    assert day(run, "2025-03-03", "sisi-barat")["visits"] == 6000
    whole = json.loads(run("visits", "explain", "kota", "", "2025-03-03", "--json").stdout)["day"]
    assert whole[0]["visits"] == 18_000


def test_a_shared_week_is_an_estimate(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "weeks.csv"
    file.write_text("from,to,visits\n2025-03-03,2025-03-09,70\n2025-03-10,2025-03-16,140\n", encoding="utf-8")
    assert take_in(run, file).exit_code == 0
    found = day(run, "2025-03-12")
    assert (found["visits"], found["estimated"], found["status"]) == (20_000, 20_000, "estimated")


def test_jumps_may_be_left_out(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "jump.csv"
    rows = [f"2025-03-{n:02d},{900 if n == 17 else 40}" for n in range(1, 29)]
    file.write_text("date,in\n" + "\n".join(rows), encoding="utf-8")
    assert take_in(run, file, "--leave-out-jumps").exit_code == 0
    assert day(run, "2025-03-17")["status"] == "missing"
    assert day(run, "2025-03-18")["visits"] == 40_000


def test_it_asks_first(run: Run, file: Path, tmp_path: Path) -> None:
    line = ["visits", "import", str(file), "--site", "kota", "--door", "pintu-1"]
    nobody = run(*line, "--yes")
    assert (nobody.exit_code, "say who does it with --who" in nobody.output) == (1, True)
    unseen = run(*line, "--who", "rina")
    assert (unseen.exit_code, "run the same again with --yes" in unseen.output) == (1, True)
    assert "Nothing was taken in yet." in run("visits", "imports").output


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["nowhere.csv", "--site", "kota"], 1, "nowhere.csv: cannot be read: No such file or directory."),
        (["FILE", "--site", "desa"], 1, "site 'desa': no such site (known: kota)"),
        (["FILE", "--site", "kota"], 1, "the file names no door. Say which one it is with --door"),
        (["FILE", "--site", "kota", "--in", "Masuk"], 1, "no column is called 'Masuk'"),
        (["FILE", "--site", "kota", "--map", "x"], 1, "--map 'x': expected NAME=DOOR"),
        (["FILE", "--site", "kota", "--dates", "ymd"], 2, "Invalid value for '--dates'"),
        (["FILE", "--site", "kota", "--max", "0"], 2, "Invalid value for '--max'"),
    ],
)
def test_bad_input_gets_one_sentence(run: Run, file: Path, arguments: list[str], code: int, told: str) -> None:
    result = run("visits", "import", *[str(file) if each == "FILE" else each for each in arguments], "--dry-run")
    assert result.exit_code == code
    assert told in result.output
    assert "Traceback" not in result.output


def test_a_door_that_is_named_is_the_one_even_if_the_file_has_a_name_for_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "gates.csv"
    file.write_text("Date,Location,In\n2025-03-03,Main Branch,4\n2025-03-04,Main Branch,5\n", encoding="utf-8")
    assert "2 figures at pintu-1." in take_in(run, file).output


def test_doors_are_neither_mixed_up_nor_doubled(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "gates.csv"
    file.write_text("Date,Door,In\n2025-03-03,Gate A,4\n2025-03-03,Gate-A,5\n2025-03-04,Gate A,6\n", encoding="utf-8")
    two = take_in(run, file)
    assert (two.exit_code, "--door pintu-1: the file has several doors ('Gate A', 'Gate-A')" in two.output) == (1, True)
    arguments = ("visits", "import", str(file), "--site", "kota", "--who", "rina", "--yes")
    one = run(*arguments)
    assert "'Gate A' and 'Gate-A' would both be the door gate-a. Give each its own with --map" in one.output
    assert "3 figures at gate-a, gate-b." in run(*arguments, "--map", "Gate-A=gate-b").output


def test_a_collector_can_write_while_somebody_reads_the_report_and_thinks(run: Run, file: Path, tmp_path: Path) -> None:
    """On a real terminal, since only there it asks."""
    store = tmp_path / "desk.sqlite"
    arguments = [str(file), "--site", "kota", "--door", "pintu-1", "--who", "rina", "--store", str(store)]
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pustaka", "visits", "import", *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as asking:
        os.close(theirs)
        assert asking.stdout is not None
        said = b""
        while b"Take it in?" not in said and (more := os.read(asking.stdout.fileno(), 4096)):
            said += more
        with closing(sqlite3.connect(store, timeout=0, isolation_level=None)) as collector:
            collector.execute("BEGIN IMMEDIATE")
            collector.execute("ROLLBACK")
        os.write(ours, b"y\n")
        rest, _ = asking.communicate(timeout=60)
        os.close(ours)
    assert (asking.returncode, b"Import 1: 2 figures" in rest) == (0, True), said + rest


def test_leaving_out_a_jump_leaves_out_its_hour_and_not_its_row(run: Run, tmp_path: Path) -> None:
    """In a file with a column for each hour a row has many."""
    file = tmp_path / "wide.csv"
    rows = [f"2025-03-{day:02},11,12,{900 if day == 20 else 13},14" for day in range(1, 29)]
    file.write_text("\n".join(["Date,8:00,9:00,10:00,11:00", *rows]), encoding="utf-8")
    result = take_in(run, file, "--leave-out-jumps")
    assert "111 figures at pintu-1" in result.output
    left_out = result.output.index("Left out, and not counted as zero:")
    assert "far more than usual: 2025-03-20 10:00: 900, usually 13; line 21" in result.output[left_out:]
