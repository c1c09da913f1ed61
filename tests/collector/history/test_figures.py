"""From counts of any length to whole local hours and days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from collector.derive.calendar import Calendar
from collector.history.figures import Figure, figures
from collector.history.findings import Kind
from collector.history.quality import Taken

WITA = Calendar(ZoneInfo("Asia/Makassar"))
MONDAY = int(datetime(2025, 3, 2, 16, tzinfo=UTC).timestamp() * 1000)  # 3 March, 00.00 WITA
HOUR, DAY = 3_600_000, 86_400_000


def row(start: int, end: int, into: int, out: int | None = None, line: int = 2) -> Taken:
    return Taken("", MONDAY + start, MONDAY + end, into, out, line)


def kept(*rows: Taken) -> list[tuple[int, int, int, int, bool]]:
    found, _ = figures(rows, WITA)
    return [(f.begins - MONDAY, f.ends - MONDAY, f.entered, f.gone, f.shared) for f in found]


def said(*rows: Taken) -> list[tuple[Kind, str, tuple[int, ...]]]:
    return [(finding.kind, finding.what, finding.lines) for finding in figures(rows, WITA)[1]]


def test_hours_and_days_stay_what_they_are() -> None:
    assert kept(row(8 * HOUR, 9 * HOUR, 4, 3)) == [(8 * HOUR, 9 * HOUR, 4, 3, False)]
    assert kept(row(0, DAY, 40)) == [(0, DAY, 40, 0, False)]
    assert said(row(8 * HOUR, 9 * HOUR, 4), row(DAY, 2 * DAY, 40)) == []


def test_quarters_of_an_hour_are_added_up() -> None:
    quarters = [row(8 * HOUR + n * HOUR // 4, 8 * HOUR + (n + 1) * HOUR // 4, 2, 1) for n in range(4)]
    assert kept(*quarters) == [(8 * HOUR, 9 * HOUR, 8, 4, False)]


def test_a_part_of_an_hour_is_not_the_hour() -> None:
    half = row(8 * HOUR, 8 * HOUR + HOUR // 2, 5, line=7)
    assert kept(half) == []
    assert said(half) == [(Kind.PART_OF_HOUR, "2025-03-03 08:00", (7,))]
    assert kept(row(8 * HOUR, 9 * HOUR - 1000, 5)) == [(8 * HOUR, 9 * HOUR, 5, 0, False)]  # 08:59:59


def test_rows_longer_than_an_hour_are_the_days_sum() -> None:
    morning, afternoon = row(8 * HOUR, 12 * HOUR, 30, 20, 3), row(12 * HOUR, 17 * HOUR, 40, 45, 4)
    assert kept(morning, afternoon) == [(0, DAY, 70, 65, False)]
    assert said(morning, afternoon) == [(Kind.DAY_SUM, "2025-03-03", (3, 4))]


def test_a_week_is_shared_out_and_marked() -> None:
    found = kept(row(0, 7 * DAY, 702, 7))
    assert [each[2] for each in found] == [101, 101, 100, 100, 100, 100, 100]
    assert {each[4] for each in found} == {True}
    assert sum(each[3] for each in found) == 7


def test_a_day_of_25_hours_is_one_day() -> None:
    amsterdam = Calendar(ZoneInfo("Europe/Amsterdam"))
    start, end = amsterdam.bounds(date(2025, 10, 26))
    assert figures([Taken("", start, end, 9, None, 2)], amsterdam) == ([Figure("", start, end, 9, 0)], [])


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 200), st.integers(0, 500)), max_size=12))
def test_nobody_is_lost_or_made_up(spans: list[tuple[int, int, int]]) -> None:
    """Rows end to end, of any number of hours: what is kept and what is left out make the whole."""
    rows: list[Taken] = []
    at = 0
    for gap, length, into in spans:
        rows.append(row(at + gap * HOUR // 4, at + (gap + length) * HOUR // 4, into, line=len(rows) + 2))
        at += (gap + length) * HOUR // 4
    found, findings = figures(rows, WITA)
    left_out = {line for finding in findings if finding.kind is Kind.PART_OF_HOUR for line in finding.lines}
    assert sum(f.entered for f in found) + sum(r.into for r in rows if r.line in left_out) == sum(r.into for r in rows)
    spans_found = [(f.begins, f.ends) for f in found]
    assert all(end - begin in (HOUR, DAY) for begin, end in spans_found)
