"""What each report says of the library in memory: figures worked out by hand, sums that add up, nothing invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from facts_in_memory import FactsInMemory, day_of, hour_of, library, missing
from reading_cells import by_key, one, whole
from sample import BACKGROUND, OCTOBER, YEAR, kiosk_loans, material

from collector.derive.background import Background
from collector.derive.facts import MILLI, Scope
from collector.derive.rounding import nearest
from collector.reports import compare, heatmap, hours, iplm, monthly, quality, survey, visits
from collector.reports.ask import Ask, Every, bucket, name, year_before
from collector.reports.charts.model import Bars, Sort, Strip
from collector.reports.figures import Figures, change, ratio, shares, total
from collector.reports.model import Kind, Mark, Report
from collector.reports.words import ReportWords

EN = ReportWords("en")
EMPTY = FactsInMemory()


# ------------------------------------------------------------------ all of them


@pytest.mark.parametrize(
    "name", ["visits", "hours", "heatmap", "compare", "quality", "loans", "survey", "monthly", "iplm"]
)  # fmt: skip
def test_sums_under_a_table_are_the_sums_of_its_rows(english: dict[str, Report], name: str) -> None:
    checked = 0
    for part in english[name].parts:
        for at, column in enumerate(part.columns):
            adds = column.kind in (Kind.COUNT, Kind.SIGNED) and not column.key.startswith(
                ("weekday", "factor", "weeks")
            )
            if len(part.totals) == 1 and adds and isinstance(part.totals[0][at].value, int):
                assert sum(whole(row[at]) for row in part.rows) == part.totals[0][at].value, (part.key, column.key)
                checked += 1
    assert checked or name in ("loans", "heatmap")


def test_the_loans_have_a_sum_for_each_operation(english: dict[str, Report]) -> None:
    part = english["loans"].part("loans")
    for row in part.totals:
        mine = [r for r in part.rows if (r[3].value, r[4].value) == (row[3].value, row[4].value)]
        assert sum(whole(r[5]) for r in mine) == row[5].value


def test_all_reports_agree_on_the_month(english: dict[str, Report], facts: FactsInMemory) -> None:
    days = facts.days(OCTOBER.together, OCTOBER.first, OCTOBER.last)
    expected = nearest(sum(day.visits for day in days))
    assert {
        whole(english["visits"].parts[0].totals[0][8]),
        whole(english["hours"].parts[0].totals[0][1]),
        whole(english["quality"].part("doors").totals[0][15]),
        whole(english["monthly"].part("days").totals[0][1]),
        whole(english["monthly"].part("doors").totals[0][5]),
        whole(english["monthly"].part("service").rows[0][1]),
    } == {expected}


@pytest.mark.parametrize("language", ["id", "en"])
def test_an_empty_period_is_no_data_and_not_zero(language: str) -> None:
    words = ReportWords(language)
    for made in (
        hours.hours(EMPTY, OCTOBER, words, BACKGROUND), heatmap.heatmap(EMPTY, OCTOBER, words, BACKGROUND),
        compare.compare(EMPTY, OCTOBER, words, BACKGROUND), quality.quality(EMPTY, OCTOBER, words, BACKGROUND),
        survey.survey(EMPTY, OCTOBER, words, BACKGROUND), monthly.monthly(EMPTY, None, OCTOBER, words, BACKGROUND),
        iplm.iplm(EMPTY, None, OCTOBER, words, BACKGROUND, iplm.Told()),
        visits.visits(material(EMPTY, OCTOBER, Every.DAY), OCTOBER, Every.DAY, words, BACKGROUND),
    ):  # fmt: skip
        assert (made.data, made.parts) == (False, ())
        assert ("bukan nol" if language == "id" else "not zero") in made.sentence


# ------------------------------------------------------------------ figures


def test_shares_of_open_time_are_a_hundred_together() -> None:
    for parts in ((1, 1, 1), (0, 0, 7), (3600 * 9 * 30 - 1, 1, 0), (2, 3, 5)):
        assert sum(shares(parts)) == 1000
    assert shares((0, 0, 0)) == [0, 0, 0]


def test_rates_and_changes_are_rounded_to_the_nearest() -> None:
    assert (ratio(1, 2), ratio(-1, 2), ratio(1, 3), change(106, 100), change(5, 0)) == (1, -1, 0, 60, None)


def test_a_sum_says_what_it_is_worth(facts: FactsInMemory) -> None:
    def mark(device: str, *days: int, site: str = "palaran") -> Mark:
        scope = Scope(site, device)
        return total([one(facts, scope, date(2026, 10, day)) for day in days]).mark

    assert mark("pintu-depan", 20, 21) is Mark.MISSING
    assert mark("pintu-depan", 19, 20) is Mark.LOWER
    assert mark("pintu-depan", 18) is Mark.CLOSED
    assert mark("pintu-depan", 12) is Mark.NONE  # open, watched, nobody came
    assert mark("pintu-utama", 24, site="kota") is Mark.ESTIMATED
    assert Figures().mark is Mark.MISSING


def test_a_rate_of_a_day_with_missing_hours_is_a_lower_bound() -> None:
    hours_ = [hour_of("kota", "pintu-anak", date(2026, 10, 5), hour) for hour in range(6, 19)]
    half = [missing(h) if h.hour >= 12 else h for h in hours_]
    whole_day, part_day = total([day_of(hours_, MILLI)]), total([day_of(half, MILLI)])
    assert whole_day.per_open_hour == ratio(whole_day.visits * 36, 9 * 3600)
    assert part_day.per_open_hour is not None
    assert whole_day.per_open_hour is not None
    assert part_day.per_open_hour < whole_day.per_open_hour


# ------------------------------------------------------------------ periods


def test_buckets_and_their_names() -> None:
    day = date(2027, 1, 2)  # a Saturday, in the last week of 2026
    assert [name(bucket(day, every), every) for every in (Every.DAY, Every.WEEK, Every.MONTH, Every.YEAR)] == [
        "2027-01-02", "2026-W53", "2027-01", "2027",
    ]  # fmt: skip
    assert year_before(day).weekday() == day.weekday()


# ------------------------------------------------------------------ visits


def test_raw_corrected_and_reported_stand_side_by_side(english: dict[str, Report]) -> None:
    part = english["visits"].parts[0]
    row = next(r for r in range(len(part.rows)) if by_key(part, r)["door"].value == "pintu-utama")
    cells = by_key(part, row)
    assert cells["raw"].value == cells["in"].value == 310
    assert (cells["corrected"].value, cells["reported"].value) == (
        323,
        323,
    )  # 310 × 1.04 = 322.4, in a column that adds up
    assert cells["open_hours"].value == 90


def test_visits_by_hour_leave_out_the_night_and_by_site_have_no_door(facts: FactsInMemory) -> None:
    ask = Ask(date(2026, 10, 5), date(2026, 10, 5), "Asia/Makassar", date(2026, 11, 19))
    made = visits.visits(material(facts, ask, Every.HOUR), ask, Every.HOUR, EN, BACKGROUND, by_site=True)
    part = made.parts[0]
    assert [c.key for c in part.columns][:3] == ["from", "site", "in"]
    assert len(part.rows) == 2 * 9
    assert part.rows[0][0].value == "2026-10-05 08.00"
    day = visits.visits(material(facts, ask, Every.DAY), ask, Every.DAY, EN, BACKGROUND, by_site=True)
    assert whole(part.totals[0][7]) == whole(day.parts[0].totals[0][7])


def test_a_door_inside_is_listed_and_not_summed(facts: FactsInMemory) -> None:
    inside = replace(BACKGROUND, inside=frozenset({("kota", "pintu-anak")}))
    ask = replace(OCTOBER, site="kota")
    part = visits.visits(material(facts, ask, Every.MONTH), ask, Every.MONTH, EN, inside).parts[0]
    rows = {by_key(part, at)["door"].value: by_key(part, at) for at in range(len(part.rows))}
    total_in = dict(zip([c.key for c in part.columns], part.totals[0], strict=True))["in"]
    assert total_in.value == rows["pintu-utama"]["in"].value
    assert "pintu-anak" in rows


# ------------------------------------------------------------------ quality


def test_coverage_balance_and_factors_of_the_doors(english: dict[str, Report]) -> None:
    part = english["quality"].part("doors")
    for row in range(len(part.rows)):
        cells = by_key(part, row)
        assert whole(cells["counted"]) + whole(cells["estimated"]) + whole(cells["missing"]) == 1000
        assert whole(cells["corrected"]) + whole(cells["beyond"]) == whole(cells["reported"])
    notes = english["quality"].notes
    assert "20–23 October 2026, Palaran: 36 h missing." in notes
    assert "12 October 2026, Palaran: open, nobody came." in notes
    assert any("41 records will never come" in note for note in notes)
    assert any("more than six months ago" in note for note in notes)
    assert any("is not used" in note for note in notes)
    assert any("adjustment +21" in note for note in notes)


def test_the_strip_has_a_mark_a_day_and_door(english: dict[str, Report]) -> None:
    chart = english["quality"].part("doors").chart
    assert isinstance(chart, Strip)
    palaran = next(row for row in chart.rows if row.label == "Palaran")
    assert len(palaran.days) == 31
    assert [palaran.days[day - 1].sort for day in (12, 18)] == [Sort.ZERO, Sort.CLOSED]
    assert (palaran.days[19].counted, palaran.days[19].estimated) == (0, 0)
    assert palaran.worry == (False, False, True, False)


# ------------------------------------------------------------------ survey


def test_the_typical_week_is_found_by_rule(facts: FactsInMemory) -> None:
    made = survey.survey(facts, replace(OCTOBER, site="palaran"), EN, BACKGROUND)
    row = by_key(made.part("projection"))
    # Of the weeks from 5, 12, 19 and 26 October (the last ends in November) one has a day without data.
    assert row["candidates"].value == 2
    week = facts.days(Scope("palaran", ""), row["from"].value, row["to"].value)  # type: ignore[arg-type]
    assert row["week"].value == nearest(sum(day.visits for day in week))
    assert (row["year"].value, row["year"].mark) == (whole(row["week"]) * 52, Mark.ESTIMATED)
    assert made.extra["reporting_method"] == "ES"


def test_a_holiday_week_is_never_typical(facts: FactsInMemory) -> None:
    first = date(2026, 8, 17)
    ask = Ask(first, first + timedelta(days=6), "Asia/Makassar", date(2026, 11, 19), "kota")
    made = survey.survey(facts, ask, EN, BACKGROUND)
    assert made.parts == ()
    assert "no week is wholly counted" in made.notes[0]
    plain = replace(ask, first=first + timedelta(days=7), last=first + timedelta(days=13))
    assert survey.survey(facts, plain, EN, BACKGROUND, 50).part("projection").rows[0][4].value == 50


def test_where_the_year_was_counted_the_count_is_said(facts: FactsInMemory) -> None:
    ask = Ask(date(2025, 1, 1), date(2025, 12, 31), "Asia/Makassar", date(2026, 11, 19), "palaran")
    assert "Report the count." in survey.survey(facts, ask, EN, BACKGROUND).notes[0]


# ------------------------------------------------------------------ month and year


def test_the_month_is_compared_shown_and_signed(english: dict[str, Report], facts: FactsInMemory) -> None:
    made = english["monthly"]
    assert made.sentence.startswith("At least 11,104 visits in 27 open days")
    assert "6 % more than on the same days a year before" in made.sentence
    assert (made.printed.revision, made.printed.digest) == ("Revision 2, 3 November 2026", "7f3a 91c2 0be4 55d8")
    draft = monthly.monthly(facts, None, OCTOBER, EN, Background())
    assert (draft.printed.revision, draft.printed.digest) == ("Draft, not published", "")
    assert [row[1].text for row in draft.part("service").rows if row[1].value is None] == ["not known"] * 5
    months = made.part("months").chart
    assert isinstance(months, Bars)
    assert ([bar.strong for bar in months.bars].count(True), len(months.bars)) == (1, 10)
    assert all(bar.before for bar in months.bars)


def test_days_of_the_month_have_their_marks(english: dict[str, Report]) -> None:
    chart = english["monthly"].part("days").chart
    assert isinstance(chart, Bars)
    assert [at + 1 for at, bar in enumerate(chart.bars) if bar.sort is Sort.CLOSED] == [4, 11, 18, 25]
    assert [at + 1 for at, bar in enumerate(chart.bars) if bar.gap] == [8, 20, 21, 22, 23]
    assert [at + 1 for at, bar in enumerate(chart.bars) if bar.estimated] == [24]


def test_what_nobody_told_is_not_known(facts: FactsInMemory) -> None:
    told = iplm.Told(861_000, None, {"participants": 316})
    part = iplm.iplm(facts, None, YEAR, EN, BACKGROUND, told).part("lines")
    lines = {row[1].value: row for row in part.rows}
    assert (lines["participants"][2].value, lines["participants"][3].value) == (316, "given")
    for key in ("kiosk_loans", "lent", "digital_uses", "per_member", "kiosk_users"):
        assert (lines[key][2].value, lines[key][3].value) == (None, "unknown"), key
    assert lines["visits"][2].mark is Mark.LOWER
    visits_ = whole(lines["visits"][2])
    assert lines["per_head"][2].value == ratio(visits_ * 100, 861_000)


def test_lent_altogether_needs_both_desk_and_kiosks(english: dict[str, Report]) -> None:
    lines = {row[1].value: row[2].value for row in english["iplm"].part("lines").rows}
    assert lines["lent"] == lines["kiosk_loans"] + lines["desk_loans"]  # type: ignore[operator]
    assert lines["kiosk_loans"] == kiosk_loans(YEAR).total.done("checkout")


def test_loans_for_each_hundred_visits_only_of_complete_visits(
    english: dict[str, Report], facts: FactsInMemory
) -> None:
    assert english["loans"].extra["per_hundred_visits"] is None  # hours are missing in October
    complete = library(date(2026, 9, 1), date(2026, 9, 30), events=False)
    ask = Ask(date(2026, 9, 1), date(2026, 9, 30), "Asia/Makassar", date(2026, 11, 19))
    from collector.reports import loans

    made = loans.loans(
        kiosk_loans(ask), complete.days(ask.together, ask.first, ask.last), ask, Every.WEEK, EN, BACKGROUND
    )
    lent = kiosk_loans(ask).total.done("checkout")
    seen = nearest(sum(day.visits for day in complete.days(ask.together, ask.first, ask.last)))
    assert made.extra["per_hundred_visits"] == ratio(lent * 1000, seen) / 10
    assert made.parts[0].rows[0][0].value == "2026-W36"


def test_checkouts_per_visit_leave_out_what_is_not_known(english: dict[str, Report]) -> None:
    part = english["loans"].part("conversion")
    keys = [column.key for column in part.columns]
    rows = {str(row[0].value): dict(zip(keys, row, strict=True)) for row in part.rows}
    known, dead = rows["2026-10-07"], rows["2026-10-08"]  # on the 8th a door of the site did not count
    lent, visits = known["checkouts"].value, known["visits"].value
    assert isinstance(lent, int)
    assert isinstance(visits, int)
    assert known["per_visit"].value == ratio(lent * 100, visits)
    assert (dead["per_visit"].value, dead["per_visit"].text, dead["left_out"].value) == (None, "not known", 1)
    month = next(row for row in english["monthly"].part("service").rows if row[0].value == "per_visit")
    total = dict(zip(keys, part.totals[0], strict=True))
    assert (month[1].value, month[0].text) == (
        total["per_visit"].value, f"Checkouts at the kiosks per visit ({total['days'].value} days)",
    )  # fmt: skip
