"""``pustaka report``: figures for a terminal, a program, a spreadsheet, paper, a slide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from collector.derive.background import Background
from collector.derive.calendar import Calendar
from collector.derive.conversion import by_day, together
from collector.derive.local import By, span
from collector.derive.local import loans as sum_loans
from collector.derive.local import visits as sum_visits
from collector.errors import ReportError
from collector.looking import look
from collector.report_options import (
    Wanted,
    asked,
    deliver,
    every_option,
    give,
    kiosk_operations,
    last_month,
    last_year,
    report_options,
    this_year,
    today_only,
    weeks,
)
from collector.reports import (
    anomalies,
    delivery,
    exports,
    heatmap,
    hours,
    iplm,
    monthly,
    occupancy,
    passages,
    quality,
    survey,
    visits,
)
from collector.reports import compare as compare_report
from collector.reports import loans as loans_report
from collector.reports.ask import Ask, Every, month_of
from collector.reports.model import Printed, Report
from collector.reports.visits_json import of_doors
from collector.reports.words import ReportWords
from collector.store.port import Reading

F = TypeVar("F", bound=Callable[..., Any])
#: Quarter hours are read beside days up to so many days; they say who turned back and which times are estimates.
FINE_DAYS = 62


@click.group(epilog="Example: pustaka report monthly --month 2026-11 --site kota --format pdf --out november.pdf")
def report() -> None:
    """Visits, hours, years side by side, how many were inside, what was unusual, loans; the printed month, the form."""


@report.command("visits", epilog="Example: pustaka report visits --month 2026-11 --by day --format csv")
@every_option()
@click.option("--per", type=click.Choice(["door", "site"]), default="door", show_default=True, help="A row for each.")
@click.option("--authority", help="The local authority, which the format uk asks for.")
@report_options("libinsight", "uk")
def report_visits(wanted: Wanted, by: str, per: str, authority: str | None) -> None:
    """Visits, counted, corrected and reported; passages by door where nothing is derived yet.

    The format libinsight is CSV for Springshare's gate count data sets, uk the British table physical_visits.
    """
    every = Every(by)
    if wanted.form in ("libinsight", "uk"):
        _export(wanted, every, authority)
        return

    def build(reading: Reading, ask: Ask, words: ReportWords, background: Background) -> Report:
        made_of = _material(reading, ask, every)
        return visits.visits(made_of, ask, every, words, background, by_site=per == "site")

    deliver(wanted, today_only, build)


def _material(reading: Reading, ask: Ask, every: Every) -> visits.Material:
    facts, where = reading.facts(), ZoneInfo(ask.zone)
    together, apart = facts.days(ask.together, ask.first, ask.last), facts.days(ask.apart, ask.first, ask.last)
    counted = None
    if every in passages.BY or not apart or (every is Every.DAY and (ask.last - ask.first).days < FINE_DAYS):
        bounds = span(ask.first, ask.last, where)
        by = passages.BY.get(every, By.DAY)
        counted = sum_visits(reading.quarters(*bounds), reading.lost_passages(*bounds), where, by)
        counted = of_doors(counted, ask.site, ask.door)
    if every is not Every.HOUR:
        return visits.Material(together, apart, passages=counted)
    hourly = facts.hours(ask.together, ask.first, ask.last), facts.hours(ask.apart, ask.first, ask.last)
    return visits.Material(together, apart, *hourly, counted)


def _export(wanted: Wanted, every: Every, authority: str | None) -> None:
    if wanted.form == "uk" and (not authority or every in passages.BY):
        raise click.UsageError("the format uk needs --authority NAME, and --by day, week, month or year.")
    if wanted.form == "libinsight" and every not in (Every.HOUR, Every.DAY):
        raise click.UsageError("the format libinsight needs --by hour or --by day.")

    def build(reading: Reading) -> exports.Export:
        ask, words, background = asked(reading, wanted, today_only)
        facts, scope = reading.facts(), ask.together
        days = facts.days(scope, ask.first, ask.last)
        if not days:
            raise ReportError(words.say("nothing", period=words.span(ask.first, ask.last)))
        if wanted.form == "uk":
            return exports.uk(days, ask, every, authority or "", background)
        hourly = facts.hours(scope, ask.first, ask.last)
        return exports.libinsight(hourly if every is Every.HOUR else days, ZoneInfo(ask.zone))

    made = look(wanted.store, build)
    give(lambda: delivery.export(made, wanted.out))


@report.command("hours", epilog="Example: pustaka report hours --site kota --from 2026-09-01 --to 2026-11-30")
@report_options(until="the last 12 weeks")
def report_hours(wanted: Wanted) -> None:
    """The hours of the day, with the busiest."""
    deliver(wanted, weeks(12), lambda r, *a: hours.hours(r.facts(), *a))


@report.command("heatmap", epilog="Example: pustaka report heatmap --site kota --format png --out heat.png")
@report_options(until="the last 12 weeks")
def report_heatmap(wanted: Wanted) -> None:
    """When people come: hour of the day by weekday."""
    deliver(wanted, weeks(12), lambda r, *a: heatmap.heatmap(r.facts(), *a))


@report.command("compare", epilog="Example: pustaka report compare --year 2026 --by month --format pdf --out years.pdf")
@every_option(default=Every.WEEK, shortest=Every.DAY)
@report_options(until="this year up to yesterday")
def report_compare(wanted: Wanted, by: str) -> None:
    """A period beside the same weekdays a year before."""
    every = Every(by)
    deliver(wanted, this_year, lambda r, ask, words, known: compare_report.compare(r.facts(), ask, words, known, every))


@report.command("quality", epilog="Example: pustaka report quality --month 2026-11 --lang id")
@report_options(until="the last 8 weeks")
def report_quality(wanted: Wanted) -> None:
    """How far the figures can be trusted: coverage, balance, factors, what happened."""
    deliver(wanted, weeks(8), lambda r, *a: quality.quality(r.facts(), *a))


@report.command("anomalies", epilog="Example: pustaka report anomalies --month 2026-11 --site kota")
@report_options(until="the last 8 weeks")
def report_anomalies(wanted: Wanted) -> None:
    """Hours and days that were not as usual, with what was expected; doors whose counter may not be well."""
    deliver(wanted, weeks(8), lambda r, *a: anomalies.anomalies(r.facts(), *a))


@report.command("occupancy", epilog="Example: pustaka report occupancy --site kota --from 2026-11-12 --by quarter")
@click.option("--by", type=click.Choice(["quarter", "hour", "day"]), default="hour", show_default=True)
@report_options()
def report_occupancy(wanted: Wanted, by: str) -> None:
    """How many people were inside: an estimate with its ±, the peak, and how far in and out differ.

    Quarter hours are shown of one day. Many doors make one level, so it is asked of a site and not of a door.
    """
    every = Every(by)
    if wanted.door is not None:
        raise click.UsageError("people come in by one door and leave by another: leave --door out, say --site.")
    if every is Every.QUARTER and wanted.first != (wanted.last or wanted.first):
        raise click.UsageError("--by quarter shows one day: say it with --from alone, or take --by hour.")

    def build(reading: Reading, ask: Ask, words: ReportWords, background: Background) -> Report:
        since, facts = occupancy.first_day(ask), reading.facts()
        made_of = occupancy.Material(
            reading.quarters(*span(since, ask.last, ZoneInfo(ask.zone))), facts.hours(ask.together, since, ask.last),
            facts.hours(ask.apart, since, ask.last),
        )  # fmt: skip
        return occupancy.occupancy(made_of, ask, every, words, background)

    deliver(wanted, today_only, build)


@report.command("loans", epilog="Example: pustaka report loans --from 2026-11-01 --by hour --format json")
@every_option()
@report_options()
def report_loans(wanted: Wanted, by: str) -> None:
    """What the kiosks lent, took back and refused. Never what, never to whom."""
    every = Every(by)

    def build(reading: Reading, ask: Ask, words: ReportWords, background: Background) -> Report:
        where = ZoneInfo(ask.zone)
        found = reading.transactions(*span(ask.first, ask.last, where))
        summed = sum_loans(found, where, passages.BY.get(every, By.DAY))
        days = reading.facts().days(ask.together, ask.first, ask.last)
        compared = by_day(days, found, Calendar(where)) if ask.door is None else []
        return loans_report.loans(summed, days, ask, every, words, background, compared)

    deliver(wanted, today_only, build)


@report.command("survey", epilog="Example: pustaka report survey --year 2025 --weeks 50")
@click.option(
    "--weeks",
    type=click.IntRange(1, 53),
    default=survey.PLS_WEEKS,
    show_default=True,
    help=f"Weeks a year: {survey.PLS_WEEKS} for the US survey, {survey.UK_WEEKS} as in Britain.",
)
@report_options(until="last year")  # fmt: skip
def report_survey(wanted: Wanted, weeks: int) -> None:
    """A year's visits projected from one typical week. An estimate, and called one."""
    deliver(wanted, last_year, lambda r, ask, words, known: survey.survey(r.facts(), ask, words, known, weeks))


@report.command(
    "monthly", epilog="Example: pustaka report monthly --month 2026-10 --site kota --format pdf --out a.pdf"
)
@click.option("--institution", multiple=True, help="Whose report it is; may be given twice, one line each.")
@click.option("--prepared", default="", help="Who prepared it: 'Name, position'.")
@click.option("--approved", default="", help="Who signs for it: 'Name, position'.")
@report_options(language="id", until="last month")
def report_monthly(wanted: Wanted, institution: tuple[str, ...], prepared: str, approved: str) -> None:
    """The printed month: days, doors, hours, the year so far, method, signatures."""
    printed = Printed(institution, prepared, approved)
    if wanted.first is not None and wanted.last is not None and month_of(wanted.first) != (wanted.first, wanted.last):
        raise click.UsageError("a monthly report is of one whole month: say --month YYYY-MM.")
    whole = replace(wanted, last=None if wanted.first is None else month_of(wanted.first)[1])

    def build(reading: Reading, ask: Ask, words: ReportWords, background: Background) -> Report:
        facts, where = reading.facts(), ZoneInfo(ask.zone)
        found = reading.transactions(*span(ask.first, ask.last, where))
        days = by_day(facts.days(ask.together, ask.first, ask.last), found, Calendar(where)) if ask.door is None else []
        compared = together(days, ask.first) if days else None
        return monthly.monthly(facts, kiosk_operations(reading, ask), ask, words, background, printed, compared)

    deliver(whole, last_month, build, month=True)


def _given(command: F) -> F:
    """An option for each figure that only people know."""
    for name in reversed(iplm.GIVEN):
        command = click.option(f"--{name.replace('_', '-')}", type=click.IntRange(0), help=f"{iplm.GIVEN[name]}.")(
            command
        )
    return command


@report.command("iplm", epilog="Example: pustaka report iplm --year 2026 --population 861000 --participants 316")
@click.option("--population", type=click.IntRange(1), help="Inhabitants of the area, for visits per inhabitant.")
@click.option("--members", type=click.IntRange(1), help="Registered members, for visits per member.")
@_given
@report_options(language="id", until="last year")
def report_iplm(wanted: Wanted, population: int | None, members: int | None, **given: int | None) -> None:
    """The lines of the yearly IPLM form. What nobody knows stays "not known"."""
    told = iplm.Told(population, members, {name: value for name, value in given.items() if value is not None})

    def build(reading: Reading, ask: Ask, words: ReportWords, background: Background) -> Report:
        return iplm.iplm(reading.facts(), kiosk_operations(reading, ask), ask, words, background, told)

    deliver(wanted, last_year, build)
