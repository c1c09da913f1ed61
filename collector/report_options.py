"""What the commands of ``pustaka report`` share: their options, the days they mean, how a report is built and given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from collector.derive.background import Background
from collector.derive.local import By, Operations, local, span
from collector.derive.local import loans as sum_loans
from collector.errors import ReportError
from collector.looking import look, now, store_option, zone_option
from collector.looking import zone as checked_zone
from collector.reports import delivery
from collector.reports.ask import Ask, Every, month_of
from collector.reports.model import Report
from collector.reports.render import BINARY, TEXT
from collector.reports.words import LANGUAGES, ReportWords
from collector.store.port import Reading

F = TypeVar("F", bound=Callable[..., Any])


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


_day = click.DateTime(formats=["%Y-%m-%d"])
_month = click.DateTime(formats=["%Y-%m"])


def report_options(*forms: str, language: str = "en", until: str = "today") -> Callable[[F], F]:
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


def today_only(today: date) -> tuple[date, date]:
    return today, today


def weeks(count: int) -> Default:
    return lambda today: (today - timedelta(days=7 * count), today - timedelta(days=1))


def last_month(today: date) -> tuple[date, date]:
    return month_of(today.replace(day=1) - timedelta(days=1))


def this_year(today: date) -> tuple[date, date]:
    yesterday = today - timedelta(days=1)
    return yesterday.replace(month=1, day=1), yesterday


def last_year(today: date) -> tuple[date, date]:
    return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)


def deliver(
    wanted: Wanted, default: Default, build: Callable[[Reading, Ask, ReportWords, Background], Report],
    *, month: bool = False,
) -> None:  # fmt: skip
    """Read one moment of the store, build the report, give it out."""
    made = look(wanted.store, lambda reading: build(reading, *asked(reading, wanted, default, month=month)))
    give(lambda: delivery.report(made, wanted.form, wanted.out))


def asked(
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
    return wanted.first, wanted.first if default is today_only else max(wanted.first, today)


def give(act: Callable[[], None]) -> None:
    try:
        act()
    except ReportError as error:
        raise click.ClickException(str(error)) from error


def every_option(*, default: Every = Every.DAY, shortest: Every = Every.QUARTER) -> Callable[[F], F]:
    choices = [every.value for every in list(Every)[list(Every).index(shortest) :]]
    return click.option("--by", type=click.Choice(choices), default=default.value, show_default=True)


def kiosk_operations(reading: Reading, ask: Ask) -> Operations | None:
    """What the kiosks of the asked site did; ``None`` where none has sent anything."""
    where = ZoneInfo(ask.zone)
    found = reading.transactions(*span(ask.first, ask.last, where))
    mine = [count for count in found if ask.site in (None, count.site)]
    return sum_loans(mine, where, By.DAY).total if mine else None
