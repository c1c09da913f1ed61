"""Pictures of recordings: what is in them, by their shapes and words; pixels are looked at by people."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import recorded
from click.testing import CliRunner

from devices.door.commands import door
from devices.door.drawing.curves import Curve
from devices.door.drawing.look import HEAT, LEFT, LOST, RIGHT, SARUNG, SPAN, font_files
from devices.door.drawing.marks import Band, passage_lines, stacked
from devices.door.drawing.panels import Panel, label, scale
from devices.door.drawing.picture import bands
from devices.door.drawing.svg import Drawing
from devices.door.edges import Beam
from devices.door.events import Confidence, Direction, Fault, FaultKind, Passage

SVG = "{http://www.w3.org/2000/svg}"


def draw(file: Path, *options: object, name: str = "picture.svg") -> Path:
    picture = file.parent / name
    result = CliRunner().invoke(door, ["replay", str(file), "--plot", str(picture), *map(str, options)])
    assert result.exit_code == 0, result.output
    return picture


def drawn(file: Path, *options: object) -> ElementTree.Element:
    return ElementTree.fromstring(draw(file, *options).read_text())


def words(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def shapes(root: ElementTree.Element, tag: str, **look: str) -> list[ElementTree.Element]:
    return [
        each for each in root.iter(f"{SVG}{tag}") if all(each.get(k.replace("_", "-")) == v for k, v in look.items())
    ]


def test_beams_are_ribbons_and_passages_have_arrow_word_and_colour(tmp_path: Path) -> None:
    root = drawn(recorded.beams(tmp_path / "morning.csv"))
    said = words(root)
    assert said[0] == root.find(f"{SVG}title").text == "2 in, 1 out, 1 turned back"
    assert said[1].startswith("morning.csv  ·  beams  ·  6.3 s long  ·  14 readings  ·  no faults")
    assert {"beam A", "outside", "beam B", "inside", "time", "Time counts from the first reading (t_ms 0)."} <= set(
        said
    )
    # one word at its row, and one with each arrow (written twice: once as its own halo)
    assert (said.count("in"), said.count("out"), said.count("turned back")) == (1 + 2 * 2, 1 + 2, 1 + 2)
    arrows = [each for each in shapes(root, "polygon") if len(each.get("points", "").split()) == 7]
    filled = [each for each in arrows if each.get("fill") == each.get("stroke")]
    assert (len(filled), len(arrows) - len(filled)) == (1 + 2, 1 + 1)
    first = min(float(x) for x, _ in re.findall(r"([\d.]+),([\d.]+)", filled[1].get("points", "")))
    assert first + 9 == pytest.approx(LEFT + 400 / 6300 * SPAN, abs=1)  # where its moment is


def test_a_swapped_sensor_still_has_outside_above(tmp_path: Path) -> None:
    said = words(drawn(recorded.beams(tmp_path / "a.csv"), "--reversed"))
    assert said.index("beam B") < said.index("beam A")
    assert said[said.index("beam B") + 1] == "outside"


def test_a_fault_is_a_hatched_band_with_its_name_and_side(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(recorded.BEAMS + "10000,A,1\n80000,A,0\n")
    root = drawn(file)
    assert "blocked (outside)" in words(root)
    (band,) = shapes(root, "rect", fill="url(#fault)")
    per_ms = SPAN / 80_000
    assert float(band.get("x", 0)) == pytest.approx(LEFT + 70_000 * per_ms, abs=1)
    assert float(band.get("width", 0)) == pytest.approx(10_000 * per_ms, abs=1)
    assert "1 fault" in words(root)[1]


def test_zones_are_curves_with_the_empty_door_and_the_limit(tmp_path: Path) -> None:
    root = drawn(recorded.zones(tmp_path / "a.csv"))
    said = words(root)
    assert {"zone A, outside", "zone B, inside", "0 m"} <= set(said)
    (empty, _), (limit, _) = ([w for w in said if w.startswith(start)] for start in ("empty ", "limit "))
    assert float(limit.split()[1]) == pytest.approx(0.8 * float(empty.split()[1]), abs=0.01)
    curves = shapes(root, "polyline")
    assert len(curves) == 2
    assert all(len(curve.get("points", "").split()) > 300 for curve in curves)


def test_a_distance_that_was_not_known_is_a_gap_and_never_joined(tmp_path: Path) -> None:
    root = drawn(recorded.zones(tmp_path / "a.csv", unknown_s=(5.0, 11.5)))
    curves = shapes(root, "polyline")
    assert len(curves) == 4
    gap = LEFT + 8 / 24 * SPAN
    for curve in curves:
        xs = [float(x) for x, _ in re.findall(r"([\d.]+),([\d.]+)", curve.get("points", ""))]
        assert max(xs) < gap or min(xs) > gap
    assert any("did not know the distance" in each for each in words(root))


def test_a_grid_is_a_space_time_picture_with_tracks_from_side_to_side(tmp_path: Path) -> None:
    root = drawn(recorded.grid(tmp_path / "a.npy"), "--hz", 10, "--axis", "rows")
    tracks = shapes(root, "polyline", stroke=SARUNG)
    assert len(tracks) >= 3
    ways = []
    for track in tracks:
        ys = [float(y) for _, y in re.findall(r"([\d.]+),([\d.]+)", track.get("points", ""))]
        ways.append(ys[-1] > ys[0])
    assert ways[:3] == [True, False, True]  # down is in
    assert len([each for each in shapes(root, "rect") if each.get("fill") in HEAT[4:]]) > 20
    assert words(root)[0] == "2 in, 1 out"


def test_totals_are_curves_with_roll_over_reset_and_glitch_marked(tmp_path: Path) -> None:
    root = drawn(recorded.totals(tmp_path / "a.csv"), "--max", 65535)
    said = words(root)
    assert said[0] == "65 in"
    assert {"roll-over: counted on", "total glitch", "total reset", "counter", "people", "65,520", "65", "UTC"} <= set(
        said
    )
    assert "29 Nov" in said[1]


def test_a_png_is_written_with_our_own_typeface(tmp_path: Path) -> None:
    assert len(font_files()) == 4
    data = draw(recorded.beams(tmp_path / "a.csv"), name="picture.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(data[16:20], "big") == 1600


def test_hours_are_cut_into_panels_and_no_passage_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    starts = range(recorded.UTC, recorded.UTC + 8 * 3_600_000, 40_000)
    file.write_text("".join(f"{t},A,1\n{t + 80},B,1\n{t + 300},A,0\n{t + 400},B,0\n" for t in starts))
    root = drawn(file)
    said = words(root)
    assert said.count("beam A") == 4  # of two hours each
    assert said[0] == "720 in, 0 out"
    numbers = [int(found.group(1)) for each in said if (found := re.fullmatch(r"(\d+)(?: in)?", each))]
    singles = said.count("in") - 4
    assert sum(numbers) + singles == 2 * 720  # each label is written twice, once as its halo
    assert any("a bar's height is the share of it broken" in each for each in said)
    assert len(list(root.iter())) < 20_000


@pytest.mark.parametrize(
    ("span_ms", "panels", "length_ms"),
    [
        (500, 1, 1_000),
        (90_000, 1, 90_000),
        (120_000, 2, 60_000),
        (8 * 3_600_000, 4, 7_200_000),
        (40 * 86_400_000, 6, 7 * 86_400_000),
    ],
)
def test_how_a_recording_is_cut(span_ms: int, panels: int, length_ms: int) -> None:
    found = scale(1_000, 1_000 + span_ms)
    assert (found.panels, found.length) == (panels, length_ms)
    assert found.column(1_000) == 0
    assert found.column(1_000 + span_ms) == found.columns - 1 or span_ms < found.panels * found.length


def test_every_moment_is_in_exactly_one_panel() -> None:
    found = scale(0, 150_000)
    panels = [Panel(found, number, 0, 100) for number in range(found.panels)]
    for t_ms in (0, 59_999, 60_000, 119_999, 120_000, 150_000):
        assert sum(panel.holds(t_ms) for panel in panels) == 1


@pytest.mark.parametrize(
    ("ms", "step", "absolute", "text"),
    [
        (1_500, 500, False, "1.5 s"),
        (65_000, 5_000, False, "1:05"),
        (3_723_000, 1_000, False, "1:02:03"),
        (2 * 86_400_000, 86_400_000, False, "day 2"),
        (recorded.UTC, 3_600_000, True, "29 Nov"),
        (recorded.UTC + 61_000, 1_000, True, "00:01:01"),
        (recorded.UTC + 3_660_000, 60_000, True, "01:01"),
    ],
)
def test_the_axis_says_what_its_steps_need(ms: int, step: int, absolute: bool, text: str) -> None:
    assert label(ms, step, absolute=absolute) == text


def test_a_short_dip_of_a_long_curve_is_kept() -> None:
    curve = Curve(scale(0, 8 * 3_600_000), 1_000)
    for t_ms in range(0, 3_600_000, 1_000):
        curve.see(t_ms, 300.0 if t_ms == 1_800_000 else 2_000.0)
    lows = [value for points in curve.lines(Panel(scale(0, 8 * 3_600_000), 0, 0, 100)) for _, value in points]
    assert min(lows) == 300.0
    assert curve.lowest == 300.0


def test_faults_run_from_beginning_to_end_or_to_the_end_of_the_recording() -> None:
    found = bands(
        [
            Fault(10, FaultKind.BLOCKED, beam=Beam.B),
            Fault(20, FaultKind.CHATTER),
            Fault(30, FaultKind.BLOCKED, over=True, beam=Beam.B),
            Fault(50, FaultKind.BLOCKED, over=True),  # began before the recording
        ],
        100,
    )
    assert found == [Band(10, 30, "blocked (inside)"), Band(20, 100, "chatter")]


def test_names_of_faults_never_cover_each_other() -> None:
    panel = Panel(scale(0, 60_000), 0, 0, 100)
    lines = stacked([Band(t, t + 500, "baseline shift") for t in (0, 1_000, 2_000, 30_000)], panel)
    assert [line for line, _ in lines] == [0, 1, 2, 0]
    assert stacked([Band(70_000, 80_000, "later")], panel) == []


def test_colour_never_stands_alone(tmp_path: Path) -> None:
    """In grey a picture says the same: implausible is a cross with its word, not only red."""
    file = tmp_path / "a.csv"
    file.write_text("0,A,1\n5,B,1\n300,A,0\n400,B,0\n3000,A,1\n3100,B,1\n3400,A,0\n3401,B,0\n")
    root = drawn(file)
    said = words(root)
    assert "implausible" in said
    assert "ambiguous" in said
    crosses = shapes(root, "line", stroke=LOST, stroke_width="3.4")
    assert len(crosses) == 4  # two strokes at the row's word, two at the passage
    assert said.count("?") == 2
    assert all(LEFT - 100 < float(line.get("x1", 0)) <= RIGHT for line in crosses)


def test_a_picture_grows_with_its_pixels_and_not_with_its_passages() -> None:
    panel = Panel(scale(0, 30 * 60_000), 0, 0, 100)
    drawing = Drawing()
    passage_lines(drawing, panel, [Passage(t, Direction.IN, Confidence.SURE) for t in range(0, 300_000, 10)])
    lines = drawing.svg(1600, 400, "x").count("<line ") - 1  # one is the hatching's
    assert SPAN * 0.9 < lines <= SPAN + 1
