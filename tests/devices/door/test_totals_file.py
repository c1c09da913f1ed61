"""Recorded totals: every way of writing time and number that is accepted, and a sentence for what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from door_support import as_list

from devices.door.readings import Total
from devices.door.sensors.replay import ReplayError
from devices.door.totals import Totals, read_totals

T0 = 1_772_328_600_000  # 2026-03-01 01:30:00 UTC


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "gate.csv"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "first",
    [
        "2026-03-01 01:30", "2026-03-01 01:30:00", "2026-03-01T01:30:00", "2026-03-01T01:30:00Z",
        "2026-03-01T09:30:00+08:00", "2026-03-01 01:30:00.000", str(T0 // 1000), f"{T0 // 1000}.0", str(T0),
    ],
)  # fmt: skip
def test_times_as_people_and_programs_write_them(tmp_path: Path, first: str) -> None:
    assert read_totals(written(tmp_path, f"timestamp,total\n{first},17\n")) == [Total(T0, 17)]


def test_headings_separators_and_grouped_numbers(tmp_path: Path) -> None:
    text = '\ufeff# gate 2\n\nOut;Waktu;Masuk\n5;2026-03-01 01:30;"1,017"\n6;2026-03-01 01:31;1018.0\n'
    assert read_totals(written(tmp_path, text)) == [Total(T0, 1017, 5), Total(T0 + 60_000, 1018, 6)]


def test_ms_from_anywhere_and_three_columns_without_a_heading(tmp_path: Path) -> None:
    assert read_totals(written(tmp_path, "t_ms,total\n0,5\n250,6\n")) == [Total(0, 5), Total(250, 6)]
    assert read_totals(written(tmp_path, "0,5,1\n60,6,2\n")) == [Total(0, 5, 1), Total(60_000, 6, 2)]


@pytest.mark.parametrize("cell", ["", "-", "n/a", "GAGAL", "null", "-1", "offline"])
def test_a_cell_that_says_nothing_was_read_is_no_zero(tmp_path: Path, cell: str) -> None:
    readings = read_totals(written(tmp_path, f"timestamp,total\n0,500\n60,{cell}\n120,510\n"))
    assert readings == [Total(0, 500), Total(120_000, 510)]
    said = as_list(Totals(), readings)
    assert [e for e in said if getattr(e, "into", 0)] == said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("timestamp,total\n0,12a\n", r"line 2: expected a total as a whole number, or '-' for none, got '12a'"),
        ("0,5\n1 March,6\n", r"line 2: expected a time such as .*got '1 March'"),
        ("60,5\n0,6\n", r"line 2: the time is before that of the line above"),
        ("0,5\n60\n", r"line 2: expected 'timestamp,total', got '60'"),
        ("timestamp,total\n", r"holds no reading"),
        ("0,5\n60,-7\n", r"line 2: expected a total"),
        ("0,5\n60,٣\n", r"line 2: expected a total"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ReplayError, match=rf"gate\.csv.*{why}"):
        read_totals(written(tmp_path, text))


def test_a_missing_file_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="No such file"):
        read_totals(tmp_path / "none.csv")
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReplayError, match="not a text file"):
        read_totals(tmp_path / "x.csv")
