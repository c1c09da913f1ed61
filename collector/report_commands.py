"""``pustaka report``: figures for a terminal, a program, a spreadsheet, paper, a slide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from collector.derive.background import Background
from collector.derive.local import By, Operations, local, span
from collector.derive.local import loans as sum_loans
from collector.derive.local import visits as sum_visits
from collector.errors import ReportError
from collector.looking import look, now, store_option, zone_option
from collector.looking import zone as checked_zone
from collector.reports import (
    anomalies,
    delivery,
    exports,
    heatmap,
    hours,
    iplm,
    monthly,
    passages,
    quality,
    survey,
    visits,
)
from collector.reports import compare as compare_report
from collector.reports import loans as loans_report
from collector.reports.ask import Ask, Every, month_of
from collector.reports.model import Printed, Report
from collector.reports.render import BINARY, TEXT
from collector.reports.visits_json import of_doors
from collector.reports.words import LANGUAGES, ReportWords
from collector.store.port import Reading

F = TypeVar("F", bound=Callable[..., Any])
#: Quarter hours are read beside days up to so many days; they say who turned back and which times are estimates.
FINE_DAYS = 62


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options that all reports share."""

    store: str
    zone: str
    site: str | None
    door: str | None
    first: date | None
    last: date | None
    form: str
    out: Path | None
    language: str

    @property
    def words(self) -> ReportWords:
        """The catalogue that was asked for."""
        return ReportWords(self.language)


@click.group(epilog="Example: pustaka report monthly --month 2026-11 --site kota --format pdf --out november.pdf")
def report() -> None:
    """Visits, hours, years side by side, quality, loans; the printed month, the yearly form."""


_day = click.DateTime(formats=["%Y-%m-%d"])
_month = click.DateTime(formats=["%Y-%m"])


def _options(*forms: str, language: str = "en", until: str = "today") -> Callable[[F], F]:
    """The shared options; a command gets them as one :class:`Wanted`."""

    def decorate(command: F) -> F:
        def gathered(
            store: str, zone: str, site: str | None, door: str | None, first: datetime | None, last: datetime | None,
            month: datetime | None, year: int | None, form: str, out: Path | None, lang: str, **others: Any,
        ) -> Any:  # fmt: skip
            checked_zone(zone)
            begin, end = _period(first, last, month, year)
            return command(Wanted(store, zone, site, door, begin, end, form, out, lang), **others)

        gathered.__name__, gathered.__doc__ = command.__name__, command.__doc__
        made: Any = gathered
        for option in (
            click.option("--lang", type=click.Choice(LANGUAGES), envvar="PUSTAKA_LANG", default=language,
                         show_default=True, help="The report's language (or the variable PUSTAKA_LANG)."),
            click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file."),
            click.option("--format", "form", type=click.Choice([*TEXT, *BINARY, *forms]), default="table",
                         show_default=True),
            click.option("--year", type=click.IntRange(2000, 2200), help="The days of a year."),
            click.option("--month", type=_month, help="The days of a month, YYYY-MM."),
            click.option("--to", "last", type=_day, help="Last day, included."),
            click.option("--from", "first", type=_day, help=f"First day, YYYY-MM-DD. Left out: {until}."),
            click.option("--door", help="One door by its id. Left out: all perimeter doors of the site."),
            click.option("--site", help="One site by its id. Left out: all."),
            zone_option, store_option,
        ):  # fmt: skip
            made = option(made)
        for parameter in getattr(command, "__click_params__", []):
            made.__click_params__.append(parameter)
        return made  # type: ignore[no-any-return]

    return decorate


def _period(
    first: datetime | None, last: datetime | None, month: datetime | None, year: int | None
) -> tuple[date | None, date | None]:  # fmt: skip
    """One way of naming days at a time."""
    if sum((first is not None or last is not None, month is not None, year is not None)) > 1:
        raise click.UsageError("say the days with --from and --to, or with --month, or with --year: only one of these.")
    if month is not None:
        return month_of(month.date())
    if year is not None:
        return date(year, 1, 1), date(year, 12, 31)
    begin = first.date() if first else last.date() if last else None
    end = last.date() if last else None
    if begin and end and end < begin:
        raise click.BadParameter(f"{end} is before {begin}", param_hint="--to")
    return begin, end


Default = Callable[[date], tuple[date, date]]


def _today(today: date) -> tuple[date, date]:
    return today, today


def _weeks(count: int) -> Default:
    return lambda today: (today - timedelta(days=7 * count), today - timedelta(days=1))


def _last_month(today: date) -> tuple[date, date]:
    return month_of(today.replace(day=1) - timedelta(days=1))


def _this_year(today: date) -> tuple[date, date]:
    yesterday = today - timedelta(days=1)
    return yesterday.replace(month=1, day=1), yesterday


def _last_year(today: date) -> tuple[date, date]:
    return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)


def _deliver(
    wanted: Wanted, default: Default, build: Callable[[Reading, Ask, ReportWords, Background], Report],
    *, month: bool = False,
) -> None:  # fmt: skip
    """Read one moment of the store, build the report, give it out."""
    made = look(wanted.store, lambda reading: build(reading, *_asked(reading, wanted, default, month=month)))
    _give(lambda: delivery.report(made, wanted.form, wanted.out))


def _asked(
    reading: Reading, wanted: Wanted, default: Default, *, month: bool = False
) -> tuple[Ask, ReportWords, Background]:  # fmt: skip
    """The question with its days filled in, in the time zone of the site where it has one."""
    where = checked_zone(wanted.zone)
    first, last = _filled(wanted, default, local(now(), where).date())
    of_month = first if month else None
    background = reading.background(wanted.site, first, last, of_month)
    if wanted.site is not None and wanted.site not in background.sites:
        known = ", ".join(sorted(reading.background(None, first, last).sites)) or "none yet"
        raise click.BadParameter(f"{wanted.site!r}: no such site (known: {known})", param_hint="--site")
    zones = set(background.zones.values())
    name = zones.pop() if len(zones) == 1 else wanted.zone
    ask = Ask(first, last, name, local(now(), ZoneInfo(name)).date(), wanted.site, wanted.door)
    if wanted.door is not None and not any(device == wanted.door for _, device in background.doors):
        known = ", ".join(sorted({device for _, device in background.doors})) or "none yet"
        raise click.BadParameter(f"{wanted.door!r}: no such door (known: {known})", param_hint="--door")
    return ask, wanted.words, background


def _filled(wanted: Wanted, default: Default, today: date) -> tuple[date, date]:
    """The days that were asked for; a first day alone goes to today where more than a day is usual."""
    if wanted.first is None:
        return default(today)
    if wanted.last is not None:
        return wanted.first, wanted.last
    return wanted.first, wanted.first if default is _today else max(wanted.first, today)


def _give(act: Callable[[], None]) -> None:
    try:
        act()
    except ReportError as error:
        raise click.ClickException(str(error)) from error


def _every(*, default: Every = Every.DAY, shortest: Every = Every.QUARTER) -> Callable[[F], F]:
    choices = [every.value for every in list(Every)[list(Every).index(shortest) :]]
    return click.option("--by", type=click.Choice(choices), default=default.value, show_default=True)


def _kiosks(reading: Reading, ask: Ask) -> Operations | None:
    """What the kiosks of the asked site did; ``None`` where none has sent anything."""
    where = ZoneInfo(ask.zone)
    found = reading.transactions(*span(ask.first, ask.last, where))
    mine = [count for count in found if ask.site in (None, count.site)]
    return sum_loans(mine, where, By.DAY).total if mine else None


@report.command("visits", epilog="Example: pustaka report visits --month 2026-11 --by day --format csv")
@_every()
@click.option("--per", type=click.Choice(["door", "site"]), default="door", show_default=True, help="A row for each.")
@click.option("--authority", help="The local authority, which the format uk asks for.")
@_options("libinsight", "uk")
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

    _deliver(wanted, _today, build)


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
        ask, words, background = _asked(reading, wanted, _today)
        facts, scope = reading.facts(), ask.together
        days = facts.days(scope, ask.first, ask.last)
        if not days:
            raise ReportError(words.say("nothing", period=words.span(ask.first, ask.last)))
        if wanted.form == "uk":
            return exports.uk(days, ask, every, authority or "", background)
        hourly = facts.hours(scope, ask.first, ask.last)
        return exports.libinsight(hourly if every is Every.HOUR else days, ZoneInfo(ask.zone))

    made = look(wanted.store, build)
    _give(lambda: delivery.export(made, wanted.out))


@report.command("hours", epilog="Example: pustaka report hours --site kota --from 2026-09-01 --to 2026-11-30")
@_options(until="the last 12 weeks")
def report_hours(wanted: Wanted) -> None:
    """The hours of the day, with the busiest."""
    _deliver(wanted, _weeks(12), lambda r, *asked: hours.hours(r.facts(), *asked))


@report.command("heatmap", epilog="Example: pustaka report heatmap --site kota --format png --out heat.png")
@_options(until="the last 12 weeks")
def report_heatmap(wanted: Wanted) -> None:
    """When people come: hour of the day by weekday."""
    _deliver(wanted, _weeks(12), lambda r, *asked: heatmap.heatmap(r.facts(), *asked))


@report.command("compare", epilog="Example: pustaka report compare --year 2026 --by month --format pdf --out years.pdf")
@_every(default=Every.WEEK, shortest=Every.DAY)
@_options(until="this year up to yesterday")
def report_compare(wanted: Wanted, by: str) -> None:
    """A period beside the same weekdays a year before."""
    every = Every(by)
    _deliver(
        wanted, _this_year, lambda r, ask, words, known: compare_report.compare(r.facts(), ask, words, known, every)
    )


@report.command("quality", epilog="Example: pustaka report quality --month 2026-11 --lang id")
@_options(until="the last 8 weeks")
def report_quality(wanted: Wanted) -> None:
    """How far the figures can be trusted: coverage, balance, factors, what happened."""
    _deliver(wanted, _weeks(8), lambda r, *asked: quality.quality(r.facts(), *asked))


@report.command("anomalies", epilog="Example: pustaka report anomalies --month 2026-11 --site kota")
@_options(until="the last 8 weeks")
def report_anomalies(wanted: Wanted) -> None:
    """Hours and days that were not as usual, with what was expected; doors whose counter may not be well."""
    _deliver(wanted, _weeks(8), lambda r, *asked: anomalies.anomalies(r.facts(), *asked))


@report.command("loans", epilog="Example: pustaka report loans --from 2026-11-01 --by hour --format json")
@_every()
@_options()
def report_loans(wanted: Wanted, by: str) -> None:
    """What the kiosks lent, took back and refused. Never what, never to whom."""
    every = Every(by)

    def build(reading: Reading, ask: Ask, words: ReportWords, background: Background) -> Report:
        where = ZoneInfo(ask.zone)
        found = reading.transactions(*span(ask.first, ask.last, where))
        summed = sum_loans(found, where, passages.BY.get(every, By.DAY))
        days = reading.facts().days(ask.together, ask.first, ask.last)
        return loans_report.loans(summed, days, ask, every, words, background)

    _deliver(wanted, _today, build)


@report.command("survey", epilog="Example: pustaka report survey --year 2025 --weeks 50")
@click.option(
    "--weeks",
    type=click.IntRange(1, 53),
    default=survey.PLS_WEEKS,
    show_default=True,
    help=f"Weeks a year: {survey.PLS_WEEKS} for the US survey, {survey.UK_WEEKS} as in Britain.",
)
@_options(until="last year")  # fmt: skip
def report_survey(wanted: Wanted, weeks: int) -> None:
    """A year's visits projected from one typical week. An estimate, and called one."""
    _deliver(wanted, _last_year, lambda r, ask, words, known: survey.survey(r.facts(), ask, words, known, weeks))


@report.command(
    "monthly", epilog="Example: pustaka report monthly --month 2026-10 --site kota --format pdf --out a.pdf"
)
@click.option("--institution", multiple=True, help="Whose report it is; may be given twice, one line each.")
@click.option("--prepared", default="", help="Who prepared it: 'Name, position'.")
@click.option("--approved", default="", help="Who signs for it: 'Name, position'.")
@_options(language="id", until="last month")
def report_monthly(wanted: Wanted, institution: tuple[str, ...], prepared: str, approved: str) -> None:
    """The printed month: days, doors, hours, the year so far, method, signatures."""
    printed = Printed(institution, prepared, approved)
    if wanted.first is not None and wanted.last is not None and month_of(wanted.first) != (wanted.first, wanted.last):
        raise click.UsageError("a monthly report is of one whole month: say --month YYYY-MM.")
    whole = replace(wanted, last=None if wanted.first is None else month_of(wanted.first)[1])

    def build(reading: Reading, ask: Ask, words: ReportWords, background: Background) -> Report:
        return monthly.monthly(reading.facts(), _kiosks(reading, ask), ask, words, background, printed)

    _deliver(whole, _last_month, build, month=True)


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
@_options(language="id", until="last year")
def report_iplm(wanted: Wanted, population: int | None, members: int | None, **given: int | None) -> None:
    """The lines of the yearly IPLM form. What nobody knows stays "not known"."""
    told = iplm.Told(population, members, {name: value for name, value in given.items() if value is not None})

    def build(reading: Reading, ask: Ask, words: ReportWords, background: Background) -> Report:
        return iplm.iplm(reading.facts(), _kiosks(reading, ask), ask, words, background, told)

    _deliver(wanted, _last_year, build)
