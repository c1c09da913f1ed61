"""Each format read back with a program that did not write it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pypdfium2
import pytest
from facts_in_memory import FactsInMemory
from sample import BACKGROUND, OCTOBER, PRINTED, kiosk_loans

from collector.derive.background import Background
from collector.derive.facts import Scope
from collector.errors import ReportError
from collector.reports import common, monthly, render
from collector.reports.ask import Every
from collector.reports.charts import paint
from collector.reports.charts.draw import draw
from collector.reports.charts.model import Bar, Bars, Heat, HeatCell, HeatRow, Sort, round_step
from collector.reports.exports import libinsight, uk
from collector.reports.model import Cell, Column, Kind, Mark, Part, Report
from collector.reports.palette import HEAT
from collector.reports.render import paper, picture
from collector.reports.words import ReportWords

SVG = "{http://www.w3.org/2000/svg}"


def marks(svg: str) -> dict[str, int]:
    """How often each mark is drawn."""
    found: dict[str, int] = {}
    for element in ElementTree.fromstring(svg).iter():
        mark = element.get("data-mark")
        if mark:
            found[mark] = found.get(mark, 0) + 1
    return found


def odd() -> Report:
    """A report of names that mean harm."""
    words = ReportWords("en")
    part = Part(
        "visits", "=cmd()|' /C calc'!A0", (Column("door", "door"), Column("visits", "visits", Kind.COUNT)),
        ((Cell("=1+1", text="=1+1"), Cell(3)), (Cell("<b>&'\"", text="<b>&'\""), Cell(None, Mark.MISSING))),
        ((Cell("total"), Cell(3, Mark.LOWER)),), chart=Bars((Bar("<i>", 3),), (0,), "<script>"),
    )  # fmt: skip
    return common.frame("visits", OCTOBER, words, Background(sites={}), [part], "<script>alert(1)</script>")


# ------------------------------------------------------------------ text


def test_a_terminal_shows_marks_and_columns_line_up(english: dict[str, Report]) -> None:
    lines = render.text(english["monthly"], "table").splitlines()
    day = next(line for line in lines if line.startswith("Thu 8 Oct"))
    assert "≥ 375" in day
    assert next(line for line in lines if line.startswith("Sun 4 Oct")).split()[4] == "–"
    assert next(line for line in lines if line.startswith("Sat 24 Oct")).split()[4] == "≈"
    assert any("not known" in line for line in render.text(english["iplm"], "table").splitlines())


def test_json_has_raw_corrected_reported_and_what_they_are_worth(english: dict[str, Report]) -> None:
    found = json.loads(render.text(english["visits"], "json"))
    rows = found["parts"][0]["rows"]
    main = next(row for row in rows if row["door"] == "pintu-utama")
    assert (main["raw"], main["corrected"], main["reported"], main["status"]) == (310, 323, 323, "counted")
    assert (
        next(r for r in rows if r["from"] == "2026-10-20" and r["door"] == "pintu-depan")["marks"]["reported"]
        == "missing"
    )
    doors = {door["device"]: door for door in found["doors"]}
    assert doors["pintu-utama"]["corrected"] == pytest.approx(doors["pintu-utama"]["in"] * 1.04)
    assert found["method"]
    monthly_ = json.loads(render.text(english["monthly"], "json"))
    assert (monthly_["revision"], monthly_["digest"]) == ("Revision 2, 3 November 2026", "7f3a91c20be455d8")


def test_csv_has_plain_numbers_and_no_formulas(english: dict[str, Report]) -> None:
    rows = list(csv.DictReader(io.StringIO(render.text(english["visits"], "csv"))))
    assert len(rows) == 31 * 3
    assert {"raw", "corrected", "reported"} <= rows[0].keys()
    assert sum(int(row["reported"] or 0) for row in rows) == 11_104
    assert next(row for row in rows if row["status"] == "missing")["reported"] == ""
    assert render.text(odd(), "csv").splitlines()[1] == "'=1+1,3"


def test_a_report_in_indonesian_has_the_same_numbers_in_programs_hands(
    english: dict[str, Report], indonesian: dict[str, Report]
) -> None:
    for name in english:
        assert render.text(english[name], "csv") == render.text(indonesian[name], "csv"), name
    assert "1.465" not in render.text(indonesian["visits"], "csv")


# ------------------------------------------------------------------ spreadsheet


def book(report: Report) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(render.binary(report, "xlsx")))


def test_a_spreadsheet_has_real_numbers_and_days_that_add_up(english: dict[str, Report]) -> None:
    sheets = book(english["monthly"])
    days = sheets["Visits by day"]
    assert days.freeze_panes == "B4"
    rows = list(days.iter_rows(min_row=4, max_row=4 + 31, values_only=True))
    assert rows[0][0] == datetime(2026, 10, 1)  # noqa: DTZ001 - a spreadsheet has no time zones
    assert rows[3][1] == "–"
    assert sum(row[1] for row in rows[:31] if isinstance(row[1], (int, float))) == rows[31][1] == 11_104
    assert days["B11"].number_format == '"≥ "#,##0'
    assert sheets.sheetnames[-1] == "Notes"
    assert len(days._charts) == 1
    assert any("ISO 2789" in str(row[0]) for row in sheets["Notes"].iter_rows(values_only=True))


@pytest.mark.parametrize("name", ["visits", "hours", "heatmap", "compare", "quality", "loans", "survey", "iplm"])
def test_every_report_makes_a_spreadsheet(indonesian: dict[str, Report], name: str) -> None:
    sheets = book(indonesian[name])
    assert len(sheets.sheetnames) == len(indonesian[name].parts) + 1
    if name == "compare":
        cell = sheets.worksheets[0]["E5"]
        assert isinstance(cell.value, float)
        assert cell.number_format.startswith("+0.0")


def test_names_that_look_like_formulas_stay_text() -> None:
    sheets = book(odd())
    assert sheets.worksheets[0]["A4"].value == "=1+1"
    assert sheets.worksheets[0]["A4"].data_type != "f"
    assert sheets.worksheets[0]["B6"].value == 3


# ------------------------------------------------------------------ paper


def pages(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    return [page.get_textpage().get_text_bounded() for page in document]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("id", ("Kunjungan dan layanan, Oktober 2026", "Revisi 2, 3 November 2026", "Halaman 1 dari 1", "≥ 11.104",
                "Disusun oleh", "Mengetahui", "Sidik laporan", "7f3a 91c2 0be4 55d8", "Cara menghitung", "perkiraan")),
        ("en", ("Visits and services, October 2026", "Revision 2, 3 November 2026", "Page 1 of 1", "≥ 11,104",
                "Prepared by", "Seen by", "Fingerprint", "7f3a 91c2 0be4 55d8", "How it is counted", "estimated")),
    ],
)  # fmt: skip
def test_the_month_is_one_page_with_all_that_an_auditor_looks_for(
    language: str, words: tuple[str, ...], facts: FactsInMemory
) -> None:
    done = kiosk_loans(OCTOBER).total
    made = monthly.monthly(facts, done, OCTOBER, ReportWords(language), BACKGROUND, PRINTED)
    data = render.binary(made, "pdf")
    (page,) = pages(data)
    for word in (*words, "Rina Wulandari", "Budi Santoso", "Dinas Perpustakaan dan Kearsipan"):
        assert word in page, word
    size = pypdfium2.PdfDocument(data)[0].get_size()
    assert size == pytest.approx((595.3, 841.9), abs=0.5)


def test_the_fonts_are_ours_and_inside(english: dict[str, Report]) -> None:
    data = render.binary(replace(english["heatmap"], parts=english["heatmap"].parts[:1]), "pdf")
    document = pypdfium2.PdfDocument(data)
    names = set()
    for thing in document[0].get_objects():
        if isinstance(thing, pypdfium2.PdfTextObj):
            font = thing.get_font()
            names.add(font.get_base_name())
            assert font.is_embedded
    assert names
    assert all("Atkinson" in name for name in names), names


def test_a_wide_table_lies_and_runs_over_pages(english: dict[str, Report]) -> None:
    data = render.binary(english["quality"], "pdf")
    width, height = pypdfium2.PdfDocument(data)[0].get_size()
    assert width > height
    assert not paper.lies(english["monthly"])
    text = "".join(pages(render.binary(english["compare"], "pdf")))
    assert text.count("Days compared") >= 2  # the head again on each page


def test_markup_in_names_is_text_on_paper() -> None:
    made = paper.html(odd())
    assert "<script>alert" not in made
    assert "&lt;script&gt;alert(1)" in made
    assert "<b>&" not in made
    ElementTree.fromstring(draw(odd().parts[0].chart, 400))  # type: ignore[arg-type]


def test_nothing_is_printed_or_drawn_of_nothing(facts: FactsInMemory) -> None:
    empty = monthly.monthly(FactsInMemory(), None, OCTOBER, ReportWords("en"), BACKGROUND)
    for form in ("pdf", "png"):
        with pytest.raises(ReportError, match="not zero"):
            render.binary(empty, form)


# ------------------------------------------------------------------ pictures


@pytest.mark.parametrize(
    "name", ["visits", "hours", "heatmap", "compare", "quality", "loans", "survey", "monthly", "iplm"]
)  # fmt: skip
def test_a_picture_is_twice_its_size(english: dict[str, Report], name: str) -> None:
    data = render.binary(english[name], "png")
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20]) == 1920
    part = next(part for part in english[name].parts if part.chart)
    assert english[name].sentence.split()[0] in picture.svg(english[name], part)


def test_the_five_marks_differ_in_shape() -> None:
    bars = (
        Bar("1", 10), Bar("2", 10, estimated=4), Bar("3", 0), Bar("4", None, sort=Sort.MISSING),
        Bar("5", None, sort=Sort.CLOSED), Bar("6", 8, gap=True, before=9),
    )  # fmt: skip
    svg = draw(Bars(bars, (), ""), 400, 100)
    assert marks(svg) == {"counted": 3, "estimated": 1, "zero": 1, "missing": 2, "closed": 1, "before": 1}
    assert set(picture.marks(Bars(bars, (), ""))) == {
        "counted", "estimated", "zero", "missing", "closed", "gap", "before",
    }  # fmt: skip


def test_a_missing_bar_has_no_height_and_zero_is_no_gap() -> None:
    svg = draw(Bars((Bar("1", None, sort=Sort.MISSING), Bar("2", 5)), (), ""), 200, 100)
    tall = [float(r.get("height", "0")) for r in ElementTree.fromstring(svg).iter(f"{SVG}rect")]
    assert len(tall) == 1


def test_hatching_stays_inside_its_rectangle() -> None:
    for width, height in ((20.0, 3.0), (3.0, 20.0), (12.0, 12.0), (1.0, 1.0)):
        drawn = paint.hatched(10, 20, width, height)
        for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", drawn):
            assert 10 - 0.06 <= float(x) <= 10 + width + 0.06
            assert 20 - 0.06 <= float(y) <= 20 + height + 0.06


def test_a_heat_map_has_a_number_in_every_cell_and_frames_the_peak(english: dict[str, Report]) -> None:
    chart = english["heatmap"].part("map").chart
    assert isinstance(chart, Heat)
    svg = draw(chart, 690)
    found = marks(svg)
    counted = [cell for row in chart.rows for cell in row.cells if cell.sort is Sort.COUNTED]
    assert (found["counted"], found["peak"], found["scale"]) == (len(counted), 1, 8)
    texts = [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert all(cell.shown in texts for cell in counted)


def test_marks_of_a_heat_map() -> None:
    cells = (
        HeatCell(Sort.COUNTED, 1, "3"),
        HeatCell(Sort.ESTIMATED, 7, "9"),
        HeatCell(Sort.MISSING),
        HeatCell(Sort.CLOSED),
    )
    found = marks(draw(Heat(("08", "09", "10", "11"), (HeatRow("Mon", cells, "12"),), ("0",) * 8, "Day", ""), 400))
    assert found == {"counted": 1, "estimated": 1, "missing": 1, "closed": 1, "scale": 8}


def test_a_gap_in_the_data_is_a_gap_in_the_line(english: dict[str, Report]) -> None:
    from collector.reports.charts.model import Line, Lines, Point

    def strokes(values: list[int | None]) -> int:
        points = tuple(Point(value) for value in values)
        svg = draw(Lines(Line("a", "", points), Line("b", "", ()), (), (), (), ""), 600)
        (_, now) = [g for g in ElementTree.fromstring(svg).iter(f"{SVG}g") if g.get("data-mark") == "line"]
        return len(list(now.iter(f"{SVG}path")))

    assert strokes([1, 2, 3, 4]) == 3
    assert strokes([1, 2, None, 4, 5]) == 2


def grey(colour: str) -> float:
    """Relative luminance (WCAG 2)."""

    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.03928 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_heat_falls_evenly_in_grey_and_its_numbers_can_be_read() -> None:
    from collector.reports.palette import on_heat

    steps = [grey(colour) for colour in HEAT]
    assert steps == sorted(steps, reverse=True)
    for step, colour in enumerate(HEAT):
        light, dark = sorted((grey(colour), grey(on_heat(step))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 5.0, step


def test_hairlines_are_few_and_round() -> None:
    for top in (0, 1, 7, 99, 510, 2580, 123_456):
        step = round_step(top)
        assert top // step <= 5
        assert str(step).rstrip("0") in ("1", "2", "5")


# ------------------------------------------------------------------ exports


def test_the_british_table_has_its_six_columns(facts: FactsInMemory) -> None:
    days = facts.days(OCTOBER.together, OCTOBER.first, OCTOBER.last)
    made = uk(days, OCTOBER, Every.WEEK, "Samarinda", BACKGROUND)
    rows = list(csv.DictReader(io.StringIO(made.files[0])))
    assert list(rows[0]) == ["Local authority", "Library name", "Count start", "Count end", "Count type", "Visits"]
    assert (rows[0]["Count start"], rows[0]["Count end"]) == ("2026-10-01", "2026-10-04")  # cut to the period
    assert sum(int(row["Visits"]) for row in rows) == 11_104
    assert "lower bound" in made.remarks[0]
    by_day = uk(days, OCTOBER, Every.DAY, "Samarinda", BACKGROUND)
    assert "4 rows have no data" in by_day.remarks[0]
    assert "Palaran,2026-10-12,2026-10-12,automatic,0" in by_day.files[0]  # zero is a number


def test_libinsight_takes_one_library_in_batches_of_like_size(facts: FactsInMemory) -> None:
    from facts_in_memory import ZONE

    scope = Scope("palaran", "")
    hours_ = facts.hours(scope, date(2026, 8, 1), date(2026, 10, 31))
    made = libinsight(hours_, ZONE)
    rows = [row for file in made.files for row in csv.DictReader(io.StringIO(file))]
    assert list(rows[0]) == ["date", "gate_start", "gate_end"]
    assert rows[0]["date"] == "2026-08-01 08:00"
    assert [len(file.splitlines()) - 1 for file in made.files] == [len(rows) // 2 + len(rows) % 2, len(rows) // 2]
    assert "36 rows have no data" in made.remarks[0]
    with pytest.raises(ReportError, match="--site"):
        libinsight(facts.days(OCTOBER.together, OCTOBER.first, OCTOBER.last), ZONE)


def test_paper_leaves_pillow_as_strict_as_it_was() -> None:
    """In a process of its own: WeasyPrint changes Pillow when it is imported, once."""
    code = (
        "import sys\n"
        "from PIL import ImageFile\n"
        "from facts_in_memory import library\n"
        "from sample import everything\n"
        "from datetime import date\n"
        "from collector.reports.render import paper\n"
        "paper.render(everything(library(date(2025, 9, 1), date(2026, 10, 31)), 'en')['hours'])\n"
        "assert 'weasyprint' in sys.modules\n"
        "assert ImageFile.LOAD_TRUNCATED_IMAGES is False\n"
    )
    here = Path(__file__).parent
    root = str(here.parents[2])
    subprocess.run([sys.executable, "-c", code], check=True, cwd=here, env={**os.environ, "PYTHONPATH": root})
