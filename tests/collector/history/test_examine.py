"""Whole files of visits: what is taken in of them, and what is said about the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collector.history.entries import Shape
from collector.history.errors import HistoryError
from collector.history.examine import Examined, How, examine
from collector.history.findings import Finding, Grade, Kind
from collector.history.layout import Role
from collector.history.moments import Order
from collector.history.telling import as_json, as_text

WITA = ZoneInfo("Asia/Makassar")
NOW = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
MONDAY = date(2025, 3, 3)

Examine = Callable[..., Examined]


@pytest.fixture
def look(tmp_path: Path) -> Examine:
    """Write a file and examine it."""

    def examined(text: str | bytes, name: str = "visits.csv", **how: object) -> Examined:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return examine(path, How(**({"zone": WITA, "now": NOW} | how)))  # type: ignore[arg-type]

    return examined


def kinds(found: Examined) -> list[Kind]:
    return [finding.kind for finding in found.findings]


def the(found: Examined, kind: Kind) -> Finding:
    (finding,) = (each for each in found.findings if each.kind is kind)
    return finding


def daily(values: list[object], first: date = MONDAY) -> str:
    rows = [f"{first + timedelta(days=n)},{value}" for n, value in enumerate(values)]
    return "\n".join(["Tanggal,Pengunjung", *rows])


def ms(day: date, hour: int = 0, zone: ZoneInfo = WITA) -> int:
    return int(datetime.combine(day, time(hour), zone).timestamp() * 1000)


# -- shapes


def test_days(look: Examine) -> None:
    found = look(daily([12, 20, 0, 31]))
    assert (found.shape, found.into, found.out, found.rows) == (Shape.DAILY, 63, None, 4)
    assert (found.taken[0].start, found.taken[0].end) == (ms(MONDAY), ms(MONDAY + timedelta(1)))
    assert found.findings == ()


def test_hours_in_two_directions(look: Examine) -> None:
    found = look("Date;Hour;Entries;Exits\n03/03/2025;8;4;1\n03/03/2025;9;7;6\n13/03/2025;8;1;1\n")
    assert (found.shape, found.into, found.out) == (Shape.HOURLY, 12, 8)
    assert (found.taken[1].start, found.taken[1].end) == (ms(MONDAY, 9), ms(MONDAY, 10))


def test_half_hours_have_half_hours(look: Examine) -> None:
    found = look("when,count\n" + "\n".join(f"2025-03-03 {h:02d}:{m:02d},5" for h in range(8, 12) for m in (0, 30)))
    assert {each.end - each.start for each in found.taken} == {1_800_000}


def test_intervals_with_their_own_ends(look: Examine) -> None:
    text = "start,end,in,out\n2025-03-03 08:00,2025-03-03 08:15,3,1\n2025-03-03 23:45,2025-03-04 00:15,2,5\n"
    found = look(text)
    assert (found.shape, found.into, found.out) == (Shape.INTERVAL, 5, 6)
    assert [each.end - each.start for each in found.taken] == [900_000, 1_800_000]


def test_an_end_that_is_only_a_time_may_lie_behind_midnight(look: Examine) -> None:
    (each,) = look("start,end,in\n2025-03-03 23:30,00:30,2\n").taken
    assert (each.start, each.end) == (ms(MONDAY, 23) + 1_800_000, ms(MONDAY + timedelta(1)) + 1_800_000)


def test_weeks_as_intervals_of_whole_days(look: Examine) -> None:
    (each, _) = look("from,to,visits\n2025-03-03,2025-03-09,700\n2025-03-10,2025-03-16,650\n").taken
    assert (each.start, each.end) == (ms(MONDAY), ms(MONDAY + timedelta(7)))


def test_a_column_for_each_hour(look: Examine) -> None:
    found = look("Tanggal\t08.00-09.00\t09.00-10.00\t10:00\t11\n03/03/2025\t4\t5\t\t7\n13/03/2025\ttutup\t1\t1\t1\n")
    assert (found.shape, found.into) == (Shape.HOURLY, 19)
    assert found.taken[2].start == ms(MONDAY, 11)
    assert Kind.CLOSED in kinds(found)


def test_a_row_for_each_direction(look: Examine) -> None:
    text = "flow,date,time,count\n" + "".join(
        f"{w},07/{d}/05,0{h}:00:00,{h}\n" for d in (24, 25) for h in (7, 8) for w in (7, 9)
    )
    found = look(text, into_is="9", columns={Role.WAY: "flow"}, zone=ZoneInfo("America/Los_Angeles"))
    assert (found.into, found.out, len(found.taken)) == (30, 30, 4)
    words = look("date,direction,count\n2025-03-03,in,5\n2025-03-03,out,4\n2025-03-04,out,1\n")
    assert (words.into, words.out) == (5, 4)
    with pytest.raises(HistoryError, match=r"says '7', which is neither in nor out.*--in-is"):
        look(text)
    with pytest.raises(HistoryError, match=r"no row has the direction 'masuk'"):
        look(text, into_is="masuk")


def test_without_a_heading_columns_are_known_by_what_stands_in_them(look: Examine) -> None:
    found = look("2025-03-03,08:00,5\n2025-03-03,09:00,6\n")
    assert (found.shape, found.into, found.taken[0].start) == (Shape.HOURLY, 11, ms(MONDAY, 8))
    with pytest.raises(HistoryError, match=r"several columns hold numbers \(number 1, number 3\).*--in"):
        look("1,2025-03-03,5\n1,2025-03-04,6\n")
    assert look("1,2025-03-03,5\n1,2025-03-04,6\n", columns={Role.INTO: "3"}).into == 11


def test_a_heading_below_a_title(look: Examine) -> None:
    assert look("Perpustakaan Kota\n\nLaporan 2025\nTanggal,Jumlah\n2025-03-03,5\n2025-03-04,6\n").into == 11


def test_several_doors_below_each_other(look: Examine) -> None:
    found = look("date,door,in\n2025-03-03,Utara,5\n2025-03-03,Selatan,6\n2025-03-04,Utara,7\n")
    assert (found.doors, found.into, kinds(found)) == (("Selatan", "Utara"), 18, [])


def test_a_workbook_with_real_dates_and_times(look: Examine, tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Tanggal", "Jam", "Masuk"])
    for hour in range(8, 12):
        sheet.append([datetime.combine(MONDAY, time()), time(hour), hour])
    sheet.append([45719, time(8), "rusak"])  # 3 March 2025 as a spreadsheet counts days
    book.save(tmp_path / "b.xlsx")
    found = look((tmp_path / "b.xlsx").read_bytes(), "c.xlsx")
    assert (found.shape, found.into, found.taken[0].start) == (Shape.HOURLY, 38, ms(MONDAY, 8))
    assert Kind.UNKNOWN in kinds(found)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(look: Examine, encoding: str) -> None:
    assert look("Tanggal;Kunjungan é\n2025-03-03;5\n".encode(encoding)).into == 5


# -- running totals


def running(values: list[object], most: int | None = 999_999, **how: object) -> tuple[str, dict[str, object]]:
    return daily(values), {"most": most, **how}


def test_running_totals_are_told_by_growing(look: Examine) -> None:
    text, how = running([9816, 9832, 9839, 9844, 9855, 9893, 9904])
    found = look(text, **how)
    assert (found.shape, found.into) == (Shape.RUNNING, 9904 - 9816)
    assert (found.taken[0].start, found.taken[0].end) == (ms(MONDAY + timedelta(1)), ms(MONDAY + timedelta(2)))


def test_a_roll_over_is_unwrapped(look: Examine) -> None:
    text, how = running([999_900, 999_950, 999_990, 30, 80, 120, 200])
    found = look(text, **how)
    assert found.into == 1_000_000 + 200 - 999_900
    assert the(found, Kind.ROLL_OVER).lines == (5,)


def test_without_a_known_maximum_a_drop_is_a_new_beginning(look: Examine) -> None:
    text, how = running([999_900, 999_950, 999_990, 30, 80, 120, 200, 300, 320, 350, 400], None, shape=Shape.RUNNING)
    found = look(text, **how)
    assert found.into == 90 + 400
    assert the(found, Kind.RESET).grade is Grade.CHECK


def test_one_low_or_high_reading_is_a_mistake_and_the_sum_stays_right(look: Examine) -> None:
    text, how = running([50_000, 50_040, 3, 50_100, 50_150, 900_000, 50_200, 50_230])
    found = look(text, **how)
    assert found.into == 230
    assert [finding.lines for finding in found.findings if finding.kind is Kind.GLITCH] == [(4,), (7,)]


def test_days_without_a_reading_are_bridged(look: Examine) -> None:
    text, how = running([5000, "NA", "Gate broken", 5090, 5120, 5150, 5180, 5200, 5230])
    found = look(text, **how)
    assert found.into == 230
    (bridged,) = (each for each in found.taken if each.end - each.start > 90_000_000)
    assert (bridged.into, bridged.end - bridged.start) == (90, 3 * 86_400_000)
    assert Kind.BRIDGED in kinds(found)


def test_a_naive_difference_is_caught_by_these_files() -> None:
    """The control: what a spreadsheet's subtraction makes of the files above."""
    for values, truth in (([999_990, 30], 40), ([50_040, 3, 50_100], 60)):
        naive = sum(max(0, after - before) for before, after in pairwise(values))
        assert naive != truth


# -- quality


def test_missing_is_not_zero(look: Examine) -> None:
    rows = daily([10, 20, 30, 40, 50, 60, 70, 10, 20, 30]).splitlines()
    found = look("\n".join(rows[:4] + rows[6:]))
    missing = the(found, Kind.MISSING_DAYS)
    assert (missing.n, missing.what, missing.grade) == (2, "2025-03-06, 2025-03-07", Grade.CHECK)
    assert len(found.taken) == 8


def test_a_weekday_that_never_has_a_row_is_closed(look: Examine) -> None:
    days = [MONDAY + timedelta(days=n) for n in range(28)]
    text = "date,visits\n" + "\n".join(f"{day},{10 + day.day * 7 % 11}" for day in days if day.weekday() != 6)
    assert look(text).findings == ()


def test_missing_hours(look: Examine) -> None:
    rows = [
        f"{MONDAY + timedelta(days=n)} {h:02d}:00,{h}" for n in range(14) for h in range(8, 16) if (n, h) != (9, 11)
    ]
    found = look("when,count\n" + "\n".join(rows))
    assert the(found, Kind.MISSING_HOURS).what == "2025-03-12 11:00"


def test_duplicates_equal_and_different(look: Examine) -> None:
    rows = daily([10, 20, 30]).splitlines()
    found = look("\n".join([*rows, rows[1], "2025-03-04,25"]))
    assert the(found, Kind.DUPLICATE).lines == (2, 5)
    differs = the(found, Kind.DUPLICATE_DIFFERS)
    assert (differs.lines, differs.what, differs.grade) == ((3, 6), "2025-03-04: 20, 25", Grade.LEFT_OUT)
    assert found.into == 40


def test_words_sums_and_unreadable_dates(look: Examine) -> None:
    found = look(daily([10, "about 40", "-", 5]) + "\nTotal,15\nyesterday,3\n")
    assert found.into == 15
    assert the(found, Kind.TEXT).what == "about 40"
    assert the(found, Kind.UNKNOWN).lines == (4,)
    assert the(found, Kind.SUM_ROW).lines == (6,)
    assert the(found, Kind.DATE_UNREADABLE).what == "yesterday"


def test_a_jump_and_the_impossible(look: Examine) -> None:
    values: list[object] = [40] * 35
    values[14], values[21] = 900, 9_000_000
    found = look(daily(values))
    assert {finding.what for finding in found.findings if finding.kind is Kind.JUMP} == {
        "2025-03-17: 900, usually 40", "2025-03-24: 9000000, usually 40",
    }  # fmt: skip
    assert the(found, Kind.IMPOSSIBLE).grade is Grade.LEFT_OUT
    assert found.into == 33 * 40 + 900


def test_zeros_where_people_usually_come(look: Examine) -> None:
    values: list[object] = [40] * 35
    values[10] = values[11] = 0
    assert the(look(daily(values)), Kind.ZERO_RUN).n == 2
    hours = [
        f"{MONDAY + timedelta(days=n)} {h:02d}:00,{0 if n == 9 and 10 <= h < 13 else 6 if h > 8 else 0}"
        for n in range(21)
        for h in range(8, 16)
    ]
    run = the(look("when,count\n" + "\n".join(hours)), Kind.ZERO_RUN)
    assert (run.what, run.n) == ("2025-03-12 10:00 to 2025-03-12 13:00", 3)


def test_days_of_23_and_25_hours(look: Examine) -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    spring = look("when,in\n" + "\n".join(f"2025-03-30 {h:02d}:00,1" for h in range(24)), zone=zone)
    assert the(spring, Kind.SKIPPED_HOUR).what == "2025-03-30 02:00"
    assert spring.into == 23
    hours = [0, 1, 2, 2, *range(3, 24)]
    autumn = look(
        "when,in\n" + "\n".join(f"2025-10-26 {h:02d}:00,{n * 7 % 25}" for n, h in enumerate(hours)), zone=zone
    )
    assert the(autumn, Kind.REPEATED_HOUR).n == 2
    assert autumn.into == sum(range(25))
    assert {each.end - each.start for each in autumn.taken} == {3_600_000}
    assert [b.start - a.end for a, b in pairwise(autumn.taken)] == [0] * 24
    (day,) = look("date,in\n2025-10-26,7\n", zone=zone).taken
    assert day.end - day.start == 25 * 3_600_000


def test_a_file_with_zones_needs_none(look: Examine) -> None:
    found = look(
        "when,in\n2025-03-03T08:00:00+07:00,4\n2025-03-03T09:00:00+07:00,4\n", zone=ZoneInfo("Europe/Amsterdam")
    )
    assert found.taken[0].start == ms(MONDAY, 8, ZoneInfo("Asia/Jakarta"))


def test_the_future_and_overlaps_are_left_out(look: Examine) -> None:
    assert the(look("date,in\n2025-12-30,4\n2026-01-01,4\n"), Kind.FUTURE).grade is Grade.LEFT_OUT
    text = "start,end,in\n2025-03-03 08:00,2025-03-03 10:00,4\n2025-03-03 09:00,2025-03-03 11:00,5\n"
    found = look(text)
    assert (the(found, Kind.OVERLAP).lines, found.into) == ((3,), 4)


def test_rows_out_of_order_are_sorted_and_told(look: Examine) -> None:
    rows = daily([1, 2, 3, 4, 5]).splitlines()
    found = look("\n".join([rows[0], rows[2], rows[1], *rows[3:]]))
    assert the(found, Kind.OUT_OF_ORDER).lines == (3,)
    assert look("\n".join([rows[0], *rows[:0:-1]])).findings == ()  # newest first is an order


def test_a_step_that_no_door_allows_is_a_mistake_only_if_the_old_course_goes_on(look: Examine) -> None:
    """Two readings high up may be a new counter: then the one step is told as impossible, and counting goes on."""
    text, how = running([50_000, 50_040, 800_000, 800_050, 800_090, 800_130, 800_200])
    found = look(text, **how)
    assert the(found, Kind.IMPOSSIBLE).lines == (4,)
    assert found.into == 40 + 200


def test_two_directions_may_both_be_running_totals(look: Examine) -> None:
    text = "date,in,out\n" + "\n".join(f"{MONDAY + timedelta(n)},{5000 + 40 * n},{4000 + 39 * n}" for n in range(9))
    found = look(text)
    assert (found.shape, found.into, found.out) == (Shape.RUNNING, 320, 312)


# -- what cannot be understood


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("a,b\nc,d\n", "no column of dates was found in the first 30 rows"),
        ("date,name\n2025-03-03,Ani\n", r"no column of numbers was found. Name it with --in"),
        ("date,north,south\n2025-03-03,1,2\n2025-03-04,1,2\n", r"several columns hold numbers \('north', 'south'\)"),
        ("date,in\n01/02/2025,4\n", r"line 2: this date may be 2025-02-01 or 2025-01-02.*--dates dmy"),
        ("date,in\n2025-03-03,rusak\n", "no row of the file could be read as a day with a number of people"),
    ],
)
def test_a_sentence_says_what_to_do(look: Examine, text: str, told: str) -> None:
    with pytest.raises(HistoryError, match=told):
        look(text)


def test_a_column_that_is_not_there(look: Examine) -> None:
    with pytest.raises(HistoryError, match=r"no column is called 'masuk'; the columns are 'date', 'in'"):
        look("date,in\n2025-03-03,4\n", columns={Role.INTO: "masuk"})


def test_files_that_are_none(look: Examine, tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=r"cannot be read: No such file"):
        examine(tmp_path / "none.csv", How(zone=WITA, now=NOW))
    with pytest.raises(HistoryError, match="neither text nor a workbook"):
        look(b"\x00\x01\x02\x03" * 10)
    with pytest.raises(HistoryError, match=r"the workbook cannot be read"):
        look(b"PK\x03\x04" + b"x" * 100)


def test_the_person_says_which_number_is_the_day(look: Examine) -> None:
    assert look("date,in\n01/02/2025,4\n", order=Order.DAY_FIRST).taken[0].start == ms(date(2025, 2, 1))
    assert look("date,in\n01/02/2025,4\n", order=Order.MONTH_FIRST).taken[0].start == ms(date(2025, 1, 2))


# -- told


def test_the_report_for_people_and_for_programs(look: Examine) -> None:
    found = look(daily([10, "rusak", 5, 5]) + "\n2025-03-06,9\n")
    text = as_text(found)
    assert "5 rows, daily counts. 2 entries with 15 people in, from 2025-03-02 to 2025-03-05 (UTC)." in text
    assert "Left out, and not counted as zero:" in text
    assert "the same time with different numbers: 2025-03-06: 5, 9; line 5, 6" in text
    told = json.loads(as_json(found))
    assert (told["in"], told["out"], told["shape"], len(told["sha256"])) == (15, None, "daily", 64)
    assert {each["kind"] for each in told["findings"]} == {
        "unknown",
        "duplicate_differs",
        "missing_days",
    }
    assert "Nothing is wrong with it." in as_text(look(daily([1, 2])))


def test_a_name_with_control_characters_is_harmless(look: Examine) -> None:
    found = look("date,door,in\n2025-03-03,\x1b[31mUtara,x\n2025-03-03,B,4\n")
    assert "\x1b" not in as_text(found)
