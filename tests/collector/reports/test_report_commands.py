"""``pustaka report`` from outside, on a store whose figures are derived."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from datetime import date
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from click.testing import CliRunner, Result
from derived_desk import fill
from facts_in_memory import FactsInMemory, library

from collector.derive.facts import Scope
from collector.store.view import SqliteReader
from pustaka.cli import main

FIRST, LAST = date(2025, 9, 1), date(2026, 10, 31)


@pytest.fixture(scope="module")
def few() -> FactsInMemory:
    return library(FIRST, LAST)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, few: FactsInMemory) -> Path:
    path = tmp_path_factory.mktemp("derived") / "desk.sqlite"
    fill(path, few)
    return path


def report(store: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ("report", *arguments), env={"PUSTAKA_STORE": str(store)})


def done(store: Path, *arguments: str) -> str:
    result = report(store, *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_facts_read_from_a_store_are_those_put_in(store: Path, few: FactsInMemory) -> None:
    with SqliteReader(store).snapshot() as reading:
        facts = reading.facts()
        for scope in (Scope(None, ""), Scope("kota", None), Scope("kota", "pintu-anak")):
            first, last = date(2026, 3, 1), date(2026, 5, 31)
            assert list(facts.days(scope, first, last)) == list(few.days(scope, first, last))
            assert list(facts.months(scope, first, last)) == list(few.months(scope, first, last))
            assert sorted(facts.day_visits(scope, first, last)) == sorted(few.day_visits(scope, first, last))
            by = {(w.site, w.device, w.weekday, w.hour): w for w in facts.profile(scope, first, last)}
            assert by == {(w.site, w.device, w.weekday, w.hour): w for w in few.profile(scope, first, last)}


def test_the_background_is_read(store: Path) -> None:
    with SqliteReader(store).snapshot() as reading:
        known = reading.background("kota", date(2026, 10, 1), date(2026, 10, 31), date(2026, 10, 1))
    assert (known.site("kota"), known.door("kota", "pintu-anak")) == ("Perpustakaan Kota Samarinda", "Ruang anak")
    assert {s.name for s in known.special_days("kota", date(2026, 1, 1), LAST)} == {"Idulfitri", "Hari Kemerdekaan"}
    (factor,) = known.factors
    assert (factor.factor, factor.passages, factor.used) == (1040, 212, True)
    (correction,) = known.corrections
    assert (correction.what, correction.who, correction.approved) == ("+21", "budi", "rina")
    assert known.published is None


@pytest.mark.parametrize("name", ["visits", "hours", "heatmap", "compare", "quality", "survey", "monthly", "iplm"])
def test_every_report_in_every_format(store: Path, tmp_path: Path, name: str) -> None:
    period = ("--month", "2026-10", "--site", "kota")
    assert json.loads(done(store, name, *period, "--format", "json"))["data"] is True
    assert len(list(csv.reader(io.StringIO(done(store, name, *period, "--format", "csv"))))) > 1
    assert done(store, name, *period, "--lang", "id") != done(store, name, *period, "--lang", "en")
    for form in ("xlsx", "png", "pdf"):
        if form == "pdf" and name not in ("monthly", "heatmap"):
            continue  # layout is slow; each template once
        out = tmp_path / f"{name}.{form}"
        assert done(store, name, *period, "--format", form, "--out", str(out)) == ""
        head = {"xlsx": b"PK", "png": b"\x89PNG", "pdf": b"%PDF"}[form]
        assert out.read_bytes().startswith(head)
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_numbers_are_the_same_in_each_format(store: Path, tmp_path: Path, few: FactsInMemory) -> None:
    arguments = ("monthly", "--month", "2026-10", "--site", "kota", "--prepared", "Rina, Pustakawan")
    found = json.loads(done(store, *arguments, "--format", "json"))
    days = next(part for part in found["parts"] if part["key"] == "days")
    total = days["sums"][0]["visits"]
    scope = Scope("kota", "")
    assert total == round(sum(d.visits for d in few.days(scope, date(2026, 10, 1), LAST)) / 1000)
    rows = csv.DictReader(io.StringIO(done(store, *arguments, "--format", "csv")))
    assert sum(int(row["visits"] or 0) for row in rows) == total
    out = tmp_path / "month.xlsx"
    done(store, *arguments, "--format", "xlsx", "--out", str(out))
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert (
        sum(row[1] for row in sheet.iter_rows(min_row=4, max_row=34, values_only=True) if isinstance(row[1], int))
        == total
    )
    done(store, *arguments, "--format", "pdf", "--out", str(out))
    page = pypdfium2.PdfDocument(out)[0].get_textpage().get_text_bounded()
    assert f"{total:,}".replace(",", ".") in page
    assert "Rina" in page
    assert "Draf, belum diterbitkan" in page


def test_all_sites_are_a_table_by_site(store: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(done(store, "visits", "--month", "2026-10", "--by", "month", "--per", "site",
                                                "--format", "csv"))))  # fmt: skip
    assert [row["site"] for row in rows] == ["kota", "palaran"]
    assert [row["status"] for row in rows] == ["partly", "partly"]


def test_the_exports(store: Path, tmp_path: Path) -> None:
    uk = report(store, "visits", "--month", "2026-10", "--by", "month", "--format", "uk", "--authority", "Samarinda")
    assert "Samarinda,Palaran,2026-10-01,2026-10-31,automatic," in uk.output
    out = tmp_path / "gates.csv"
    done(store, "visits", "--from", "2026-08-01", "--to", "2026-10-31", "--by", "hour", "--site", "palaran", "--format",
         "libinsight", "--out", str(out))  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gates-1.csv", "gates-2.csv"]
    assert (tmp_path / "gates-2.csv").read_text().startswith("date,gate_start,gate_end\n2026-")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("heatmap", "--site", "nowhere"), "'nowhere': no such site (known: kota, palaran)"),
        (("heatmap", "--door", "nowhere"), "no such door (known: gudang"),
        (("heatmap", "--month", "2026-10", "--year", "2026"), "only one of these"),
        (("heatmap", "--month", "October"), "does not match"),
        (("compare", "--from", "2026-02-02", "--to", "2026-02-01"), "is before"),
        (("monthly", "--from", "2026-10-02", "--to", "2026-10-20"), "one whole month"),
        (("visits", "--format", "uk"), "needs --authority"),
        (("visits", "--format", "libinsight", "--by", "month"), "--by hour or --by day"),
        (("heatmap", "--format", "svg"), "is not one of"),
        (("iplm", "--participants", "-1"), "-1"),
        (("visits", "--zone", "Mars/Base"), "no such time zone"),
    ],
)
def test_bad_usage_is_one_sentence_and_status_2(store: Path, arguments: tuple[str, ...], sentence: str) -> None:
    result = report(store, *arguments)
    assert (result.exit_code, sentence in result.output) == (2, True), result.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("visits", "--month", "2026-10", "--format", "libinsight"), "say which one with --site"),
        (("heatmap", "--month", "2020-01", "--format", "pdf"), "That is not zero."),
        (("visits", "--month", "2020-01", "--format", "libinsight"), "That is not zero."),
        (("hours", "--month", "2026-10", "--out", "/nonexistent/x.txt"), "/nonexistent/x.txt: cannot be written"),
    ],
)
def test_what_cannot_be_made_is_one_sentence_and_status_1(
    store: Path, arguments: tuple[str, ...], sentence: str
) -> None:  # fmt: skip
    result = report(store, *arguments)
    assert (result.exit_code, sentence in result.output, result.output.count("\n")) == (1, True, 1), result.output


def test_an_empty_period_is_no_data_in_every_text(store: Path) -> None:
    for name in ("visits", "hours", "heatmap", "compare", "quality", "survey", "monthly", "iplm"):
        assert "itu bukan nol" in done(store, name, "--month", "2019-01", "--lang", "id")
        assert json.loads(done(store, name, "--month", "2019-01", "--format", "json"))["data"] is False


def test_a_picture_is_not_written_to_a_terminal(store: Path) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-c", "from pustaka.cli import main; main()", "report", "heatmap", "--month", "2026-10"]
    try:
        ended = subprocess.run(
            [*command, "--format", "png"], stdout=slave, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
            env=os.environ | {"PUSTAKA_STORE": str(store)},
        )  # fmt: skip
    finally:
        os.close(slave)
        os.close(master)
    assert ended.returncode == 1
    assert "name a file with --out, for example --out heatmap.png" in ended.stderr


def test_into_a_pipe_a_picture_goes(store: Path) -> None:
    result = report(store, "heatmap", "--month", "2026-10", "--format", "png")
    assert result.stdout_bytes.startswith(b"\x89PNG")


def test_reading_the_commands_loads_none_of_the_heavy_libraries() -> None:
    heavy = "weasyprint", "xlsxwriter", "resvg_py", "jinja2", "openpyxl", "sqlite_utils", "starlette"
    code = f"import collector.report_commands, sys; print([m for m in {heavy!r} if m in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "name", ["visits", "hours", "heatmap", "compare", "quality", "loans", "survey", "monthly", "iplm"]
)  # fmt: skip
def test_help_has_an_example(name: str) -> None:
    result = CliRunner().invoke(main, ("report", name, "--help"))
    assert "Example: pustaka report" in result.output
    assert "--lang" in result.output


def test_each_report_has_an_example_and_a_shell_names_them_all() -> None:
    for group in ("report", "visits"):
        env = {"_PUSTAKA_COMPLETE": "bash_complete", "COMP_WORDS": f"pustaka {group} ", "COMP_CWORD": "2"}
        named = (
            CliRunner(env=env).invoke(main, [], prog_name="pustaka", complete_var="_PUSTAKA_COMPLETE").output.split()
        )
        names = [name.partition(",")[2] for name in named]
        assert ("occupancy" if group == "report" else "publish") in names
        for name in names:
            assert f"Example: pustaka {group} {name}" in CliRunner().invoke(main, [group, name, "--help"]).output, name
