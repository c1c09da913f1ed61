"""Files as they come: nothing of them may vanish without a word, and nothing be taken for what it is not."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from collector.derive.calendar import Calendar
from collector.history.entries import Shape
from collector.history.errors import HistoryError
from collector.history.examine import Examined, How, examine
from collector.history.figures import figures
from collector.history.findings import Finding, Kind

WITA = ZoneInfo("Asia/Makassar")
NEW_YORK = ZoneInfo("America/New_York")
NOW = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
MONDAY = date(2025, 3, 3)

Look = Callable[..., Examined]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Write a file and examine it."""

    def examined(data: str | bytes, **how: object) -> Examined:
        path = tmp_path / "visits.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return examine(path, How(**({"zone": WITA, "now": NOW} | how)))  # type: ignore[arg-type]

    return examined


def daily(values: list[int], step: int = 1) -> str:
    return "Date,Visits\n" + "".join(f"{MONDAY + timedelta(n * step)},{value}\n" for n, value in enumerate(values))


def the(found: Examined, kind: Kind) -> Finding:
    (finding,) = (each for each in found.findings if each.kind is kind)
    return finding


def kept(found: Examined, zone: ZoneInfo = WITA) -> list[tuple[str, float, int, bool]]:
    """Figures: when they begin on the wall clock, their hours, people in, and whether they are a share."""
    return [
        (f"{datetime.fromtimestamp(f.begins / 1000, zone):%d %H}", (f.ends - f.begins) / 3_600_000, f.entered, f.shared)
        for f in figures(found.taken, Calendar(zone))[0]
    ]


# -- counts or running totals


@pytest.mark.parametrize(
    ("values", "step"),
    [
        pytest.param([210, 220, 205, 230, 240, 215, 250], 1, id="a steady week"),
        pytest.param([700, 720, 710, 730, 750, 760], 7, id="a few weeks"),
        pytest.param([200 + (n * 7) % 11 for n in range(60)], 1, id="two steady months"),
    ],
)
def test_steady_counts_are_no_running_totals(look: Look, values: list[int], step: int) -> None:
    found = look(daily(values, step))
    assert (found.shape, found.into) == (Shape.DAILY, sum(values))


def test_a_running_total_may_slip_and_roll_over_and_be_reset(look: Look) -> None:
    values = [5000 + 40 * n for n in range(60)]
    values[30:] = [7 + 40 * n for n in range(30)]
    values[50] = values[49] - 1  # read before it was read
    assert look(daily(values)).shape is Shape.RUNNING


def test_too_few_rows_to_tell_are_not_guessed(look: Look) -> None:
    with pytest.raises(HistoryError, match=r"too few to tell counts from running totals\. Say which"):
        look(daily([120_000, 120_400, 120_900]))
    assert look(daily([120_000, 120_400, 120_900]), shape=Shape.RUNNING).into == 900
    assert look(daily([400, 410, 425])).into == 1235


# -- when a total was read


def test_a_total_is_read_at_its_time(look: Look) -> None:
    rows = "".join(f"2025-03-03 {hour:02}:00,{1000 + 10 * hour}\n" for hour in range(8, 14))
    found = look("timestamp,total\n" + rows)
    assert [figure[0] for figure in kept(found)] == ["03 08", "03 09", "03 10", "03 11", "03 12"]
    assert the(found, Kind.FIRST_READING).lines == (2,)


def test_a_total_read_in_the_evening_is_that_days_and_one_read_in_the_morning_the_day_befores(look: Look) -> None:
    for at, first in (("18:00", "04 00"), ("08:00", "03 00")):
        rows = "".join(f"{MONDAY + timedelta(n)},{at},{5000 + 50 * n}\n" for n in range(6))
        found = kept(look("Date,Time,Total\n" + rows))
        assert [each[1:] for each in found] == [(24, 50, False)] * 5
        assert found[0][0] == first


def test_a_weekend_between_two_evenings_is_shared_by_its_own_days(look: Look) -> None:
    days = [0, 1, 2, 3, 4, 7, 8, 9]  # nobody read on Saturday and Sunday
    rows = "".join(f"{MONDAY + timedelta(n)},18:00,{5000 + 60 * n}\n" for n in days)
    found = kept(look("Date,Time,Total\n" + rows))
    assert [each[0] for each in found] == [f"{day:02} 00" for day in range(4, 13)]
    assert [(each[2], each[3]) for each in found[4:7]] == [(60, True)] * 3
    assert sum(each[2] for each in found) == 60 * 9


def test_no_two_figures_are_of_one_day(look: Look) -> None:
    text = "Start,End,In\n2025-03-03 18:00,2025-03-05 18:00,20\n2025-03-05 18:00,2025-03-05 20:00,5\n"
    assert kept(look(text)) == [("04 00", 24, 10, True), ("05 00", 24, 15, True)]


def test_totals_read_through_the_hour_that_comes_twice(look: Look) -> None:
    """A day of 25 hours with ten people in each."""
    hours = [0, 1, 1, *range(2, 24)]
    rows = "".join(f"2025-11-02 {hour:02}:00,{5000 + 10 * n}\n" for n, hour in enumerate(hours))
    found = kept(look("timestamp,total\n" + rows, zone=NEW_YORK), NEW_YORK)
    assert [(each[0], each[2]) for each in found[:4]] == [("02 00", 10), ("02 01", 10), ("02 01", 10), ("02 02", 10)]
    assert sum(each[2] for each in found) == 240


# -- what the rows say of themselves


def test_a_date_in_the_title_is_not_the_first_row(look: Look) -> None:
    title = "Gate report,\nGenerated,2025-04-01\nPeriod,2025-03-01 - 2025-03-31\n"
    found = look(title + daily([40, 60, 30]))
    assert (found.rows, found.into, found.findings) == (3, 130, ())


def test_times_up_to_24_name_the_ends_of_their_hours(look: Look) -> None:
    rows = "".join(f"2025-03-03,{hour:02}:00,{hour % 5}\n" for hour in range(1, 25))
    found = look("Date,Time,In\n" + rows)
    assert (kept(found)[0], kept(found)[-1]) == (("03 00", 1, 1, False), ("03 23", 1, 4, False))
    assert Kind.HOUR_ENDS in [finding.kind for finding in found.findings]


@pytest.mark.parametrize("number", ["1,234.00", "1.234,00", "1 234,0", "1.234", "1234.0"])
def test_thousands_with_a_fraction_of_nothing(look: Look, number: str) -> None:
    assert look(f"Date;In\n2025-03-03;{number}\n2025-03-04;7\n2025-03-05;{number}\n").into == 2 * 1234 + 7


def test_one_row_a_week_may_be_the_weeks_sum(look: Look) -> None:
    assert the(look(daily([700, 650, 710, 600, 750], 7)), Kind.FAR_APART).what == "7 days"


def test_columns_of_two_doors_are_not_mixed_up_or_forgotten(look: Look) -> None:
    text = ",Main door,,Back door,\nDate,In,Out,In,Out\n2025-03-03,10,9,3,4\n2025-03-04,11,12,3,4\n"
    with pytest.raises(HistoryError, match=re.escape("'In' (column 2), 'In' (column 4). Say which one with --in")):
        look(text)
    with pytest.raises(HistoryError, match=r"'Number' \(column 1\), 'Visits' \(column 3\)"):
        look("Number,Date,Visits\n1,2025-03-03,40\n2,2025-03-04,60\n")


# -- nothing vanishes


def test_a_row_without_a_number_or_with_its_end_first_is_told(look: Look) -> None:
    found = look("Date,In,Out\n2025-03-03,40,38\n2025-03-04,,\n2025-03-05,,7\n2025-03-06,5,4\n")
    assert [f.lines for f in found.findings if f.kind is Kind.NO_NUMBER] == [(3,), (4,)]
    found = look("Start,End,In\n2025-03-03 12:00,2025-03-01 12:00,20\n2025-03-05 12:00,2025-03-05 13:00,10\n")
    assert the(found, Kind.ENDS_EARLY).lines == (2,)
    found = look("Date,Direction,Count\n2025-03-03,in,5\n2025-03-03,out,4\n2025-03-04,out,7\n")
    assert (the(found, Kind.NO_NUMBER).lines, found.into, found.out) == ((4,), 5, 4)


def test_a_workbook_with_a_wrong_size_in_it_is_read_whole(look: Look) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Date", "In"), ("2025-03-03", 5), ("2025-03-04", 6)):
        sheet.append(row)
    written, wrong = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(wrong, "w") as new:
        for name in old.namelist():
            data = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', old.read(name))
            new.writestr(name, data)
    assert look(wrong.getvalue()).into == 11


def test_a_formula_that_was_never_worked_out_is_told(look: Look) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Date", "In"), ("2025-03-03", 5), ("2025-03-04", "=2+3"), ("2025-03-05", 7)):
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    found = look(written.getvalue())
    assert (found.into, the(found, Kind.NO_NUMBER).lines) == (12, (3,))
