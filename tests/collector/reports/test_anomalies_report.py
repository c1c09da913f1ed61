"""``pustaka report anomalies`` on a history that was imported."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from collector.reports.charts.model import Bars
from collector.reports.model import Report as Made
from collector.reports.render import picture
from pustaka.cli import main

MONDAY = date(2025, 1, 6)
VISIT = MONDAY + timedelta(days=7 * 18 + 1)  # a Tuesday; a school comes
DEAD = MONDAY + timedelta(days=7 * 19 + 3)  # a Thursday; nobody from noon on

Report = Callable[..., str]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The command's output for the weeks with two odd days in them."""
    folder = tmp_path_factory.mktemp("anomalies")
    rng = random.Random(7)
    rows = ["when,in,out"]
    for n in range(7 * 20):
        day = MONDAY + timedelta(days=n)
        for hour in range(8, 18):
            people = sum(rng.random() < 0.3 for _ in range(100 if day.weekday() < 5 else 40))
            people += 120 if day == VISIT and hour in (14, 15) else 0
            people = 0 if day == DEAD and hour >= 12 else people
            rows.append(f"{day} {hour:02d}:00,{people},{max(0, people - rng.randrange(2))}")
    file, store = folder / "gate.csv", str(folder / "desk.sqlite")
    file.write_text("\n".join(rows), encoding="utf-8")

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(main, [*arguments, "--store", store])
        assert result.exit_code == 0, result.output
        return result.output

    run("site", "set", "kota", "--who", "budi")
    run("site", "hours", "kota", "mon-sun 08:00-18:00", "--from", "2024-01-01", "--who", "budi")
    run("visits", "import", str(file), "--site", "kota", "--door", "pintu-1", "--who", "rina", "--yes")
    span = ("--from", "2025-05-01", "--to", "2025-05-25", "--site", "kota")

    def anomalies(*more: str) -> str:
        return run("report", "anomalies", *span, *more)

    anomalies.occupancy = lambda *more: run("report", "occupancy", "--site", "kota", *more)  # type: ignore[attr-defined]
    return anomalies


def test_two_odd_days_are_found_and_explained(report: Report) -> None:
    parts = {part["key"]: part["rows"] for part in json.loads(report("--format", "json"))["parts"]}
    (school, dead) = parts["unusual"]
    assert (school["day"], school["from_hour"], school["to_hour"], school["kind"]) == (str(VISIT), 14, 16, "more")
    assert school["low"] < 60 < school["high"] < school["in"]
    assert (dead["day"], dead["kind"], dead["from_hour"], dead["in"]) == (str(DEAD), "fewer", 12, 0)
    (suspected,) = parts["suspicions"]
    assert (suspected["kind"], suspected["from"]) == ("dead", str(DEAD))


def test_it_is_told_in_both_languages(report: Report) -> None:
    english = report()
    assert "2 times it was not as usual. One sign that a door may not count well." in english
    assert "Tue 13 May 2025 14–16: " in english
    assert " in, expected " in english
    indonesian = report("--lang", "id")
    assert "2 kali tidak seperti biasanya." in indonesian
    assert "6 jam buka sejak 12–13 tanpa seorang pun" in indonesian


def test_as_a_table_for_programs(report: Report) -> None:
    assert f"{VISIT},kota/pintu-1,14,16,more" in report("--format", "csv")


def test_a_terminal_of_100_columns_holds_it(report: Report) -> None:
    for language in ("id", "en"):
        assert max(map(len, report("--lang", language).splitlines())) <= 100


def test_its_picture_has_the_days_what_is_usual_and_the_sentences(report: Report, tmp_path: Path) -> None:
    for form, begins in (("png", b"\x89PNG"), ("pdf", b"%PDF"), ("xlsx", b"PK")):
        file = tmp_path / f"anomalies.{form}"
        report("--format", form, "--out", str(file))
        assert file.read_bytes().startswith(begins)


def test_days_with_a_finding_stand_out_of_the_usual_band(english: dict[str, Made]) -> None:
    made = english["anomalies"]
    part = made.part("unusual")
    assert isinstance(part.chart, Bars)
    marked = [bar for bar in part.chart.bars if bar.strong]
    assert [bar.label for bar in marked] == ["12 Oct"]
    assert all(bar.low is not None and bar.value is not None and bar.value < bar.low for bar in marked)
    svg = picture.svg(made, part)
    assert "usual (95 of 100 days)" in svg
    assert "expected 37–65." in svg
    assert "Bars: who came in by Palaran." in svg


def test_hours_of_another_system_do_not_tell_how_many_were_inside(report: Report) -> None:
    """They have no quarter hours: not known, and never 0."""
    day = ("--from", str(VISIT), "--to", str(VISIT))
    assert "is not known" in report.occupancy(*day)  # type: ignore[attr-defined]
