"""``report occupancy``: levels with ±, days that are not known, today, and the command."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from derived_desk import fill
from facts_in_memory import FactsInMemory, start_of
from sample import A_DAY, BACKGROUND, OCTOBER, inside, quarter_hours

from collector.reports import occupancy, render
from collector.reports.ask import Ask, Every
from collector.reports.charts.model import Bars, Sort
from collector.reports.model import Mark, Part, Report
from collector.reports.words import ReportWords
from collector.store.port import QuarterHour
from collector.store.sqlite import SqliteStore
from pustaka.cli import main

EN = ReportWords("en")


def made(facts: FactsInMemory, ask: Ask, every: Every = Every.HOUR) -> Report:
    return occupancy.occupancy(inside(facts, ask), ask, every, EN, BACKGROUND)


def column(part: Part, key: str) -> list[object]:
    at = [c.key for c in part.columns].index(key)
    return [row[at].value for row in part.rows]


def test_an_hour_shows_its_fullest_quarter_and_the_day_its_fullest_hour(facts: FactsInMemory) -> None:
    hours, quarters = made(facts, A_DAY).part("levels"), made(facts, A_DAY, Every.QUARTER).part("levels")
    levels = [int(str(n)) for n in column(quarters, "inside")]
    assert column(hours, "inside") == [max(levels[at : at + 4]) for at in range(0, len(levels), 4)]
    assert column(made(facts, A_DAY).part("days"), "peak") == [max(levels)]
    assert sum(map(int, map(str, column(hours, "in")))) == sum(map(int, map(str, column(quarters, "in"))))


def test_whoever_is_inside_is_so_more_or_less(facts: FactsInMemory) -> None:
    part = made(facts, A_DAY, Every.QUARTER).part("levels")
    for inside_, band, low, high in zip(*(column(part, key) for key in ("inside", "band", "low", "high")), strict=True):
        assert band or not inside_
        assert int(str(low)) <= int(str(inside_)) <= int(str(high))
    shown = render.text(made(facts, A_DAY), "table")
    assert "± 1" in shown
    assert "people were inside" in shown


def test_a_day_with_a_blind_door_is_not_known_and_says_so(facts: FactsInMemory) -> None:
    ask = replace(OCTOBER, site="palaran")
    report = made(facts, ask, Every.DAY)
    (days,) = report.parts
    known = dict(zip(column(days, "day"), days.rows, strict=True))
    assert known[date(2026, 10, 20)][5].mark is Mark.MISSING
    assert known[date(2026, 10, 4)][5].mark is Mark.CLOSED
    assert known[date(2026, 10, 12)][5].value == 0  # open, watched, and nobody came
    assert any("20–23 October 2026: a door did not count" in note for note in report.notes)


def test_all_sites_together_are_known_only_when_each_is(facts: FactsInMemory) -> None:
    chart = made(facts, OCTOBER, Every.DAY).parts[0].chart
    assert isinstance(chart, Bars)
    by_day = dict(zip(OCTOBER.days(), chart.bars, strict=True))
    assert by_day[date(2026, 10, 21)].sort is Sort.MISSING
    assert by_day[date(2026, 10, 18)].sort is Sort.CLOSED
    both = by_day[date(2026, 10, 1)].value
    assert both is not None
    sites = [made(facts, replace(OCTOBER, site=site), Every.DAY).parts[0] for site in ("kota", "palaran")]
    alone = [part.rows[0][5].value for part in sites]
    assert max(map(int, map(str, alone))) < both <= sum(map(int, map(str, alone)))


def test_today_is_scaled_as_the_days_before_since_people_are_still_inside(facts: FactsInMemory) -> None:
    today = date(2026, 11, 11)
    ask = replace(A_DAY, today=today)
    noon = start_of(today, 12)
    material = inside(facts, ask)
    so_far = replace(material, quarters=[q for q in material.quarters if q.start < noon])
    report = occupancy.occupancy(so_far, ask, Every.QUARTER, EN, BACKGROUND)
    levels = column(report.part("levels"), "inside")
    assert int(str(levels[-1])) > 30  # scaled to its own ins it would be nobody
    whole = column(made(facts, A_DAY, Every.QUARTER).part("levels"), "inside")
    assert all(abs(int(str(a)) - int(str(b))) <= 3 for a, b in zip(levels, whole, strict=False))
    assert column(report.part("days"), "imbalance") == [None]
    assert report.notes[-1].endswith("outs are scaled as on the 5 days before.")


def test_today_without_days_before_is_not_known(facts: FactsInMemory) -> None:
    today = date(2026, 11, 11)
    ask = replace(A_DAY, today=today)
    only = [q for q in quarter_hours(facts, ask) if q.start >= start_of(today, 0)]
    report = occupancy.occupancy(occupancy.Material(only, (), ()), ask, Every.HOUR, EN, BACKGROUND)
    assert set(column(report.part("levels"), "inside")) == {None}
    assert "is not known for 11 November 2026; that is not zero." in report.sentence


def test_a_counter_of_one_direction_has_no_occupancy() -> None:
    one_way = [QuarterHour("kota", "pintu-utama", start_of(A_DAY.first, 9), 1, 20, 0, 0, 0, 0, 0, 0)]
    report = occupancy.occupancy(occupancy.Material(one_way, (), ()), A_DAY, Every.HOUR, EN, BACKGROUND)
    assert "only one direction was counted" in report.notes[0]
    assert set(column(report.part("days"), "peak")) == {None}


def test_doors_inside_the_building_bring_nobody_in(facts: FactsInMemory) -> None:
    material = inside(facts, A_DAY)
    start = start_of(A_DAY.first, 10)
    more = [*material.quarters, QuarterHour("kota", "gudang", start, 1, 500, 1, 0, 0, 0, 0, 0)]
    known = replace(BACKGROUND, inside=frozenset({("kota", "gudang")}))
    report = occupancy.occupancy(replace(material, quarters=more), A_DAY, Every.HOUR, EN, known)
    assert report.parts == made(facts, A_DAY).parts


def test_the_command(tmp_path: Path, facts: FactsInMemory) -> None:
    store = tmp_path / "desk.sqlite"
    fill(store, facts)
    writer = SqliteStore(store)
    with writer.edit() as db:
        for q in quarter_hours(facts, A_DAY):
            db.execute(
                "INSERT INTO quarter_hour (site, device, quarter, rows, entered, gone, ambiguous) "
                "VALUES (?,?,?,1,?,?,?)",
                (q.site, q.device, q.start, q.into, q.out, q.ambiguous),
            )  # fmt: skip
    writer.close()

    def run(*more: str, status: int = 0) -> str:
        asked = ["report", "occupancy", "--site", "kota", "--store", str(store), *more]
        result = CliRunner().invoke(main, asked)
        assert result.exit_code == status, result.output
        return result.output

    day = ("--from", "2026-11-11", "--to", "2026-11-11")
    told = json.loads(run(*day, "--by", "quarter", "--format", "json"))
    assert told["peak"]["low"] < told["peak"]["inside"] < told["peak"]["high"]
    assert told["peak"]["inside"] == max(row["inside"] for row in told["parts"][0]["rows"])
    assert "orang di dalam: Rab 11 Nov 2026" in run(*day, "--lang", "id")
    assert "leave --door out" in run(*day, "--door", "pintu-utama", status=2)
    assert "--by quarter shows one day" in run(
        "--from", str(date(2026, 11, 11) - timedelta(days=1)), "--to", "2026-11-11", "--by", "quarter", status=2
    )
    assert "2026-11-11T10:00+08:00" in run(*day, "--format", "csv")


@pytest.mark.parametrize("form", ["png", "pdf", "xlsx"])
def test_it_is_drawn_printed_and_calculated_with(facts: FactsInMemory, form: str) -> None:
    assert len(render.binary(made(facts, A_DAY), form)) > 4000
