"""Which recording a file is: by its bytes, its heading, its fields, its name; and the reader of zones."""

from __future__ import annotations

from pathlib import Path

import pytest
import recorded

from devices.door.formats import Layout, recognise
from devices.door.readings import Distance
from devices.door.recordings import ReplayError, distances, edges, read_edges


@pytest.mark.parametrize("heading", [True, False])
@pytest.mark.parametrize(
    ("make", "layout"),
    [(recorded.beams, Layout.BEAMS), (recorded.zones, Layout.ZONES), (recorded.totals, Layout.TOTALS)],
)
def test_text_is_recognised_with_or_without_a_heading_whatever_its_name(
    make, layout: Layout, heading: bool, tmp_path: Path
) -> None:
    assert recognise(make(tmp_path / "recording.txt", heading)) is layout


def test_frames_are_recognised_by_their_first_bytes_whatever_their_name(tmp_path: Path) -> None:
    file = recorded.grid(tmp_path / "door.npy").rename(tmp_path / "zones.csv")
    assert recognise(file) is Layout.GRID


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("0,a,1\n5,b,0\n", Layout.BEAMS),
        ("0,A,1,7\n5,B,0,8\n", Layout.BEAMS),  # edges that are numbered
        ("0,A,2100,0\n33,B,2100,0\n", Layout.ZONES),
        ("0,A,0,255\n33,B,2100,0\n", Layout.ZONES),  # its first readings are not known
        ("# a comment\n\nt_ms , ZONE , distance_mm\n", Layout.ZONES),
        ("2026-11-29 08:00;12\n2026-11-29 09:00;14\n", Layout.TOTALS),
        ("waktu;masuk;keluar\n2026-11-29 08:00;12;9\n", Layout.TOTALS),
        ("0,12\n60000,14\n", Layout.TOTALS),
        ("", Layout.BEAMS),
    ],
)
def test_recognition(text: str, layout: Layout, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text)
    assert recognise(file) is layout


def test_a_recording_in_which_nothing_happened_goes_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "door-2.zones.csv"
    file.write_text("# nothing\n")
    assert recognise(file) is Layout.ZONES


@pytest.mark.parametrize("text", ["hello there\n", "in the morning it rained\nand then not\n", "<xml/>\n"])
def test_what_is_no_recording_is_refused_with_what_was_expected(text: str, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(text)
    with pytest.raises(ReplayError, match=r"notes\.txt: not a recording that is known here; expected .*--format"):
        recognise(file)


def test_a_file_named_like_frames_that_holds_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "frames.npy"
    file.write_text("0,A,1\n")
    with pytest.raises(ReplayError, match="named like numpy's file of frames"):
        recognise(file)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match=r"gone\.csv: cannot be read: No such file"):
        recognise(tmp_path / "gone.csv")


# -- what spreadsheets make of it


@pytest.mark.parametrize(
    "text",
    [
        "t_ms,beam,state\n1000,A,1\n1080,B,1\n",
        "time_ms,beam,state\n1000,A,1\n1080,B,1\n",
        "\ufefft_ms;beam;state\r\n1000;a;1\r\n1080;b;1\r\n",
        "t_ms\tbeam\tstate\n1000\tA\t1\n1080\tB\t1\n",
        '"t_ms","beam","state"\n"1000.0","A","1"\n1080.7,B,1\n',
        "1000;A;1\n1080;B;1\n",
    ],
)
def test_the_same_edges_however_a_spreadsheet_writes_them(text: str, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(text.encode())
    assert recognise(file) is Layout.BEAMS
    assert [(edge.t_ms, edge.beam.value, edge.broken) for edge in read_edges(file)] == [
        (1_000, "A", True),
        (1_080, "B", True),
    ]


def test_distances_with_semicolons(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("timestamp_ms;zone;distance_mm;status\n10;A;2100;0\n")
    assert recognise(file) is Layout.ZONES
    assert list(distances(file)) == [Distance(10, "A", 2_100, 0)]


def test_a_heading_of_another_kind_is_refused(tmp_path: Path) -> None:
    """A state of 1 would else be somebody 1 mm before the sensor."""
    file = tmp_path / "a.csv"
    file.write_text("t_ms,beam,state\n1000,A,1\n")
    with pytest.raises(ReplayError, match=r"line 1: 't_ms,beam,state' names the columns of beams\. Is --format right"):
        list(distances(file))
    file.write_text("t_ms,zone,distance_mm,status\n")
    with pytest.raises(ReplayError, match="the columns of zones"):
        read_edges(file)


# -- zones


def test_distances_with_statuses_fractions_and_readings_left_out(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        "\ufeff# x\nt_ms,zone,distance_mm,status\n0,A,2100,0\n33, b ,1999.6,4\n66,A,,0\n99,B,-,2\n120,A,-1,0\n130,B,7\n"
    )
    read = list(distances(file))
    assert read == [
        Distance(0, "A", 2100, 0),
        Distance(33, "B", 1999, 4),
        Distance(66, "A", 0, 255),
        Distance(99, "B", 0, 2),
        Distance(120, "A", -1, 0),
        Distance(130, "B", 7, 0),
    ]
    assert [reading.valid for reading in read] == [True, True, False, False, False, True]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("rubbish", "line 3: expected 't_ms,zone,distance_mm,status', got 'rubbish'"),
        ("x,A,2100,0", "line 3: expected milliseconds as a whole number before the first comma, got 'x'"),
        ("-5,A,2100,0", "line 3: expected milliseconds"),
        ("40,C,2100,0", "line 3: expected zone A or B, got 'C'"),
        ("40,A,near,0", "line 3: expected a distance in millimetres, got 'near'"),
        ("40,A,2100,ok", "line 3: expected the sensor's status as a whole number, got 'ok'"),
        ("9,A,2100,0", "line 3: expected a time of 10 ms or later, got 9"),
        ("40,A,1.2.3,0", "line 3: expected a distance"),
        ("t_ms,zone,distance_mm,status", "line 3: expected milliseconds"),
    ],
)
def test_a_bad_line_of_zones_is_named(line: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"t_ms,zone,distance_mm,status\n10,A,2100,0\n{line}\n")
    with pytest.raises(ReplayError, match=rf"a\.csv, {why}"):
        list(distances(file))


def test_readers_tell_how_far_they_are(tmp_path: Path) -> None:
    file = recorded.beams(tmp_path / "a.csv")
    read: list[int] = []
    assert list(edges(file, read.append)) == read_edges(file)
    assert sum(read) == file.stat().st_size


def test_a_recording_is_read_no_further_than_it_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("0,A,1\n80,B,1\nrubbish\n")
    reader = edges(file)
    assert next(reader).t_ms == 0  # nothing has looked at the third line yet
    assert next(reader).t_ms == 80
    with pytest.raises(ReplayError, match="line 3"):
        next(reader)
