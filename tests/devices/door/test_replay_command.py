"""``pustaka door replay``: every format end to end, and every sort of bad usage and bad input."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import recorded
from click.testing import CliRunner, Result

from devices.door.commands import door

KEYS = ["in", "out", "turned_back", "ambiguous", "implausible", "faults", "passages"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(door, ["replay", *map(str, arguments)])


def answer(*arguments: object) -> dict:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert list(found) == KEYS
    return found


def directions(found: dict) -> list[str]:
    return [passage["direction"] for passage in found["passages"]]


def test_beams(tmp_path: Path) -> None:
    found = answer(recorded.beams(tmp_path / "a.csv"))
    assert (found["in"], found["out"], found["turned_back"]) == (2, 1, 1)
    assert found["passages"][0] == {"t_ms": 400, "direction": "in", "confidence": "sure"}
    assert directions(found) == ["in", "out", "in", "turned_back"]


def test_zones(tmp_path: Path) -> None:
    found = answer(recorded.zones(tmp_path / "a.csv"))
    assert (found["in"], found["out"], found["turned_back"]) == (2, 1, 1)
    assert directions(found) == ["in", "out", "turned_back", "in"]


def test_zones_that_are_not_known_for_long_are_a_fault_and_count_nobody(tmp_path: Path) -> None:
    found = answer(recorded.zones(tmp_path / "a.csv", unknown_s=(5.0, 11.5)))
    assert "unreadable" in [fault["kind"] for fault in found["faults"]]
    assert found["out"] == 0  # nobody was invented either


@pytest.mark.parametrize("mm", [False, True])
def test_grid(mm: bool, tmp_path: Path) -> None:
    found = answer(
        recorded.grid(tmp_path / "a.npy", mm=mm), "--hz", 10, "--unit", "mm" if mm else "c", "--axis", "rows"
    )
    assert directions(found) == ["in", "out", "in"]
    assert 10_000 < found["passages"][0]["t_ms"] < 13_000


def test_grid_along_its_columns(tmp_path: Path) -> None:
    assert directions(answer(recorded.grid(tmp_path / "a.npy", cols=True), "--hz", 10, "--axis", "cols")) == [
        "in",
        "out",
        "in",
    ]


def test_totals(tmp_path: Path) -> None:
    found = answer(recorded.totals(tmp_path / "a.csv"), "--max", 65535)
    # 20, 20 across the highest number, 10, nothing for the 0, 10, then 0 + 2 + 3 after the reset
    assert (found["in"], found["out"]) == (65, 0)
    assert found["passages"] == []  # nobody knows the moments
    assert {fault["kind"] for fault in found["faults"]} == {"total_glitch", "total_reset"}


@pytest.mark.parametrize(
    ("make", "more"),
    [(recorded.beams, []), (recorded.zones, []), (recorded.grid, ["--hz", 10, "--axis", "rows"])],
)
def test_reversed_changes_in_and_out_and_nothing_else(make, more: list[object], tmp_path: Path) -> None:
    file = make(tmp_path / "a.npy" if make is recorded.grid else tmp_path / "a.csv")
    one, other = answer(file, *more), answer(file, *more, "--reversed")
    assert (one["in"], one["out"]) == (other["out"], other["in"])
    assert one["in"] != one["out"]  # or the line above would say little
    assert [p["t_ms"] for p in one["passages"]] == [p["t_ms"] for p in other["passages"]]


def test_reversed_totals(tmp_path: Path) -> None:
    assert answer(recorded.totals(tmp_path / "a.csv"), "--max", 65535, "--reversed")["out"] == 65


def test_a_format_that_is_given_is_believed(tmp_path: Path) -> None:
    file = recorded.beams(tmp_path / "a.csv")
    assert answer(file, "--format", "beams")["in"] == 2
    assert run(file, "--format", "zones").exit_code == 1  # its heading says what it is
    assert run(file, "--format", "totals").exit_code == 1
    assert run(file, "--format", "grid", "--hz", 10).exit_code == 1
    recorded.beams(file, heading=False)
    assert answer(file, "--format", "zones")["in"] == 0  # 0 and 1 mm are no readings


def test_a_summary_for_people(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(recorded.BEAMS + "10000,A,1\n90000,A,0\n")
    lines = run(file).output.splitlines()
    assert lines[0] == "2 in, 1 out in 1:30 (beams, 16 readings)."
    assert lines[1] == "Beside them: 1 turned back, 0 ambiguous, 0 implausible."
    assert "       0.4 s  in          sure" in lines
    assert "       6.3 s  turned back sure" in lines
    assert "        1:10  blocked: something stands in the door (outside)" in lines
    assert "        1:31  over: blocked: something stands in the door (outside)" in lines


def test_a_long_list_is_cut_for_people_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("".join(f"{t},A,1\n{t + 80},B,1\n{t + 300},A,0\n{t + 400},B,0\n" for t in range(0, 60_000, 2_000)))
    assert "  … and 10 more; --json lists them all." in run(file).output.splitlines()


def test_a_recording_without_readings_is_no_silence(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("t_ms,beam,state\n")
    assert run(file).output.startswith("The recording holds no reading")


# -- bad usage: 2


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--hz", "10"], "--hz belongs to recordings of grid, and this one holds beams."),
        (["--axis", "rows"], "--axis belongs to recordings of grid"),
        (["--unit", "c"], "--unit belongs to recordings of grid"),
        (["--max", "65535"], "--max belongs to recordings of totals, and this one holds beams."),
        (["--format", "pictures"], "'pictures' is not one of 'beams', 'zones', 'grid', 'totals'"),
        (["--hz", "0"], "--hz"),
        (["--max", "many"], "--max"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: list[str], why: str, tmp_path: Path) -> None:
    result = run(recorded.beams(tmp_path / "a.csv"), *options)
    assert result.exit_code == 2
    assert why in result.output


def test_frames_need_their_rate(tmp_path: Path) -> None:
    result = run(recorded.grid(tmp_path / "a.npy"))
    assert result.exit_code == 2
    assert "say how many there are a second with --hz" in result.output


def test_the_recording_is_never_overwritten_by_its_picture(tmp_path: Path) -> None:
    file = recorded.beams(tmp_path / "a.csv")
    assert run(file, "--plot", file).exit_code == 2
    assert file.read_text().endswith(recorded.BEAMS)


# -- bad files: 1


@pytest.mark.parametrize(
    ("layout", "text", "why"),
    [
        ("beams", "0,A,1\nrubbish\n", "line 2: expected 't_ms,beam,state', got 'rubbish'"),
        ("zones", "0,A,2000,0\n5,B\n", "line 2: expected 't_ms,zone,distance_mm,status', got '5,B'"),
        ("totals", "2026-11-29 08:00,5\n2026-11-29 09:00,lots\n", "line 2: expected a total as a whole number"),
        ("totals", "yesterday,5\n", "line 1: expected a time such as"),
    ],
)
def test_a_bad_line_is_one_sentence_with_its_number(layout: str, text: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text)
    result = run(file, "--format", layout, "--json")
    assert result.exit_code == 1
    assert f"Error: {file}, {why}" in result.output
    assert result.output.count("\n") == 1


def test_a_file_that_is_not_there_not_text_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00\x01")
    for name in ("gone.csv", "b.csv", "."):
        for more in ([], ["--format", "beams"]):
            result = run(tmp_path / name, *more)
            assert result.exit_code == 1, (name, more)
            assert result.output.startswith(f"Error: {tmp_path / name}: ")
            assert result.output.count("\n") == 1


@pytest.mark.parametrize("array", [np.zeros((5, 8)), np.zeros((0, 8, 8)), np.full((5, 8, 8), np.nan), np.array(["a"])])
def test_an_array_that_is_no_recording(array: np.ndarray, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", array)
    result = run(tmp_path / "a.npy", "--hz", 10)
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {tmp_path / 'a.npy'}: ")
    assert result.output.count("\n") == 1


def test_a_picture_that_cannot_be_written(tmp_path: Path) -> None:
    result = run(recorded.beams(tmp_path / "a.csv"), "--plot", tmp_path / "no" / "where.png")
    assert result.exit_code == 1
    assert "the picture cannot be written: No such file" in result.output


# -- costs


def test_replaying_text_loads_no_numpy_no_serial_no_network_and_no_renderer(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom devices.door.commands import door\n"
        "assert CliRunner().invoke(door, ['replay', sys.argv[1]]).exit_code == 0\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))\n"
    )
    for make in (recorded.beams, recorded.zones, recorded.totals):
        file = make(tmp_path / "a.csv")
        done = subprocess.run(
            [sys.executable, "-c", code, str(file)], capture_output=True, text=True, timeout=60, check=True
        )
        loaded = set(done.stdout.split())
        assert "devices" in loaded
        assert not loaded & {"numpy", "serial", "paho", "gpiod", "pymodbus", "resvg_py", "sqlite_utils"}


def test_long_work_shows_its_progress_on_a_terminal_and_cleans_up(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    with file.open("w") as out:
        for t in range(0, 250_000 * 2_000, 2_000):
            out.write(f"{t},A,1\n{t + 80},B,1\n{t + 300},A,0\n{t + 400},B,0\n")
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "pustaka", "door", "replay", str(file)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=follower)
    os.close(follower)
    said = b""
    try:
        while b"%" not in said:
            said += os.read(leader, 1024)
    finally:
        running.kill()
        running.wait()
        os.close(leader)
    assert b"\r\x1b[Kreading a.csv: " in said
