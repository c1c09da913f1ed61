"""When people come, and a year beside the one before: figures worked out by hand, nothing invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from facts_in_memory import FactsInMemory, closed, hour_of, missing
from reading_cells import by_key, column, one, whole
from sample import BACKGROUND, OCTOBER, YEAR

from collector.derive.facts import MILLI, Scope, Status
from collector.derive.rounding import nearest
from collector.reports import compare, heatmap, hours
from collector.reports.ask import Ask, Every, year_before
from collector.reports.charts.model import Heat, Lines, Sort
from collector.reports.cube import slots
from collector.reports.figures import ratio
from collector.reports.model import Kind, Mark, Report
from collector.reports.words import ReportWords

EN = ReportWords("en")
EMPTY = FactsInMemory()


# ------------------------------------------------------------------ heat map and hours


def test_the_peak_is_framed_and_said(english: dict[str, Report]) -> None:
    made = english["heatmap"]
    chart = made.part("map").chart
    assert isinstance(chart, Heat)
    peaks = [
        (row.label, h, cell.shown)
        for row in chart.rows
        for h, cell in zip(chart.hours, row.cells, strict=True)
        if cell.peak
    ]
    assert len(peaks) == 1
    weekday, hour, shown = peaks[0]
    assert made.sentence == f"Busiest {weekday} {hour}–{int(hour) + 1}: {shown} visits." == chart.alt
    assert {cell.step for row in chart.rows for cell in row.cells} <= set(range(8))


def test_a_mean_is_over_days_with_a_number_and_rows_add_up(facts: FactsInMemory) -> None:
    ask = replace(OCTOBER, site="palaran")
    made = heatmap.heatmap(facts, ask, EN, BACKGROUND)
    found = [
        h
        for h in facts.hours(Scope("palaran", ""), OCTOBER.first, OCTOBER.last)
        if h.day.weekday() == 1 and h.hour == 10
    ]
    known = [h.visits for h in found if h.status is not Status.MISSING]
    assert len(known) == len(found) - 1  # the 20th has no data
    listed = {(whole(r[0]), whole(r[1])): r for r in made.part("cells").rows}
    assert listed[2, 10][2].value == ratio(ratio(sum(known), len(known)), 100)
    for row in made.part("map").rows:
        assert sum(whole(cell) for cell in row[1:-1]) == whole(row[-1])


def test_marks_of_the_map(facts: FactsInMemory) -> None:
    ask = Ask(date(2026, 10, 19), date(2026, 10, 25), "Asia/Makassar", date(2026, 11, 19), "palaran")
    chart = heatmap.heatmap(facts, ask, EN, BACKGROUND).part("map").chart
    assert isinstance(chart, Heat)
    sorts = {row.label: {cell.sort for cell in row.cells} for row in chart.rows}
    assert sorts["Tue"] == {Sort.MISSING}
    assert sorts["Sun"] == {Sort.CLOSED}
    assert sorts["Mon"] == {Sort.COUNTED}
    assert next(row.total for row in chart.rows if row.label == "Tue") == "–"
    kota = replace(ask, site="kota", door="pintu-utama")
    chart = heatmap.heatmap(facts, kota, EN, BACKGROUND).part("map").chart
    assert isinstance(chart, Heat)
    assert {cell.sort for row in chart.rows if row.label == "Sat" for cell in row.cells} == {
        Sort.ESTIMATED,
        Sort.CLOSED,
    }


def test_whole_months_from_the_cube_and_edges_from_hours_are_the_same_as_hours_alone(facts: FactsInMemory) -> None:
    class HoursAlone(FactsInMemory):
        def week_hours(self, scope: Scope, first: date, last: date) -> list:  # type: ignore[type-arg]
            raise AssertionError("not asked")

    scope = Scope(None, "")
    for first, last in ((date(2026, 8, 20), date(2026, 10, 12)), (date(2026, 9, 1), date(2026, 9, 30))):
        mixed = slots(facts, scope, first, last)
        alone: dict[tuple[str, int, int], int] = {}
        for fact in facts.hours(scope, first, last):
            key = (fact.site, fact.day.weekday(), fact.hour)
            alone[key] = alone.get(key, 0) + fact.visits
        assert {key: slot.visits for key, slot in mixed.items()} == alone
    within = slots(HoursAlone(facts.hour_facts), scope, date(2026, 9, 3), date(2026, 9, 20))
    assert sum(slot.visits for slot in within.values()) > 0


def test_few_visits_are_shown_in_tenths() -> None:
    day = date(2026, 10, 5)
    few = FactsInMemory(
        [
            replace(hour_of("palaran", "pintu-depan", day + timedelta(days=7 * n), 10), device="", visits=MILLI * n)
            for n in range(4)
        ]
    )
    made = heatmap.heatmap(few, replace(OCTOBER, site="palaran"), EN, BACKGROUND)
    assert made.sentence == "Busiest Mon 10–11: 1.5 visits."
    assert made.part("map").columns[1].kind is Kind.TENTHS


def test_nothing_open_is_said_so() -> None:
    day = date(2026, 10, 5)
    never = FactsInMemory(
        [replace(missing(hour_of("palaran", "pintu-depan", day, hour)), device="") for hour in range(6, 19)]
    )
    assert heatmap.heatmap(never, OCTOBER, EN, BACKGROUND).sentence == "No open hour has data."
    assert hours.hours(never, OCTOBER, EN, BACKGROUND).sentence == "No open hour has data."
    shut = FactsInMemory([replace(closed(hour_of("palaran", "pintu-depan", day, 10)), device="", visits=5 * MILLI)])
    assert "5 visits outside opening hours" in " ".join(heatmap.heatmap(shut, OCTOBER, EN, BACKGROUND).notes)


# ------------------------------------------------------------------ comparison


def test_only_days_complete_in_both_years_are_compared(facts: FactsInMemory) -> None:
    ask = Ask(date(2026, 10, 19), date(2026, 10, 25), "Asia/Makassar", date(2026, 11, 19), "palaran")
    made = compare.compare(facts, ask, EN, BACKGROUND)
    scope = Scope("palaran", "")
    good = [date(2026, 10, 19), date(2026, 10, 24), date(2026, 10, 25)]
    row = by_key(made.parts[0])
    assert row["visits"].value == nearest(sum(one(facts, scope, day).visits for day in good))
    assert row["year_before"].value == nearest(sum(one(facts, scope, year_before(day)).visits for day in good))
    assert (row["days"].value, row["left_out"].value) == (3, 4)
    assert made.notes[0].startswith("4 days are left out")


def test_a_moved_holiday_and_a_fixed_one_are_named(english: dict[str, Report]) -> None:
    notes = " ".join(english["compare"].notes)
    assert "Idulfitri began on 20 March 2026, 11 days earlier than the year before (31 March 2025)." in notes
    assert "Hari Kemerdekaan, 17 August 2026 and 17 August 2025, fell on different weekdays." in notes
    chart = english["compare"].parts[0].chart
    assert isinstance(chart, Lines)
    assert {h.name for h in chart.happenings} == {"Idulfitri", "Hari Kemerdekaan"}


def test_days_without_a_year_before_are_a_gap(facts: FactsInMemory) -> None:
    ask = Ask(date(2025, 11, 1), date(2026, 2, 28), "Asia/Makassar", date(2026, 11, 19), "kota")
    made = compare.compare(facts, ask, EN, BACKGROUND, Every.MONTH)
    part = made.parts[0]
    assert [c.mark for c in column(part, "year_before")][:2] == [
        Mark.MISSING,
        Mark.NONE,
    ]  # 31 December has its Wednesday
    assert isinstance(part.chart, Lines)
    assert [p.value for p in part.chart.before.points][:2] == [None, None]
    assert part.chart.now.points[0].value is not None


def test_a_week_cut_by_the_period_is_in_the_table_and_not_in_the_picture(english: dict[str, Report]) -> None:
    part = english["compare"].parts[0]
    assert isinstance(part.chart, Lines)
    assert len(part.chart.now.points) == len(part.rows) - 2
    assert YEAR.first.weekday() != 0
