"""``pustaka collector``, ``pustaka devices`` and ``pustaka report``."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import click
import msgspec

from collector import settings as config
from collector.derive.local import By, loans, local, span, visits
from collector.errors import CollectorError, SetupError
from collector.fleet import Fleet, assess
from collector.reports import devices as devices_report
from collector.reports import loans as loans_report
from collector.reports import visits as visits_report
from collector.settings import BrokerSettings, CollectorSettings, WebSettings
from collector.store.open import open_reader
from collector.store.port import Reading
from devices.settings import SettingsError

T = TypeVar("T")


def _address(text: str, what: str, default_port: int) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host:
        host, port = text, str(default_port)
    if not port.isdigit() or int(port) > 65535:
        raise click.BadParameter(f"{text!r}: expected host:port, for example 127.0.0.1:{default_port}", param_hint=what)
    return host.strip("[]"), int(port)


@click.command(epilog="Example: pustaka collector --broker localhost:1883 --store desk.sqlite --web 127.0.0.1:8480")
@click.option("--config", "file", type=click.Path(path_type=Path), help="A TOML file; options given here win over it.")
@click.option("--broker", help="The broker, host:port.")
@click.option("--user", help="The user name at the broker.")
@click.option("--password-file", help="A file that holds the password.")
@click.option("--tls/--no-tls", default=None, help="Encrypt. Left out: yes, unless the broker is on this machine.")
@click.option("--share", help="Share the load with other collectors of this group; they need one PostgreSQL store.")
@click.option("--client-id", help="The name at the broker; in a group each collector needs its own.")
@click.option("--ca-file", help="The certificate that signed the broker's.")
@click.option("--store", envvar="PUSTAKA_STORE", help="The store: a file, or postgresql://… (or PUSTAKA_STORE).")
@click.option("--web", help="Where to serve the page, host:port; port 0 takes a free one; 'none' for no page.")
@click.option("--open", "open_", is_flag=True, help="Allow an address that others can reach. There is no login yet.")
@click.option("--zone", help="The library's time zone, for example Asia/Makassar.")
@click.option("--site-name", help="The library's name, as the page shows it.")
@click.option("--verbose", is_flag=True, help="Log more.")
def collector(
    file: Path | None,
    broker: str | None,
    user: str | None,
    password_file: str | None,
    tls: bool | None,
    ca_file: str | None,
    share: str | None,
    client_id: str | None,
    store: str | None,
    web: str | None,
    open_: bool,
    zone: str | None,
    site_name: str | None,
    verbose: bool,
) -> None:
    """Run the desk: take records from the broker, acknowledge them, serve the page."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        settings = config.load(file) if file else CollectorSettings()
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    broker_changes: dict[str, object] = {
        "user": user, "password_file": password_file, "tls": tls, "ca_file": ca_file, "share": share,
        "client_id": client_id,
    }  # fmt: skip
    if broker:
        broker_changes["host"], broker_changes["port"] = _address(broker, "--broker", 1883)
    changes: dict[str, object] = {
        "broker": _changed(settings.broker, broker_changes),
        "store": store,
        "zone": zone,
        "site_name": site_name,
    }
    page = web != "none"
    web_changes: dict[str, object] = {"open": True if open_ else None}
    if web and page:
        web_changes["host"], web_changes["port"] = _address(web, "--web", 8480)
    changes["web"] = _changed(settings.web, web_changes)
    from collector import service  # the web stack, needed by this command alone

    try:
        service.run(_changed(settings, changes), page=page, say=click.echo)
    except SetupError as error:
        raise click.UsageError(str(error)) from error
    except CollectorError as error:
        raise click.ClickException(str(error)) from error


S = TypeVar("S", CollectorSettings, BrokerSettings, WebSettings)


def _changed(settings: S, changes: dict[str, object]) -> S:
    given = {key: value for key, value in changes.items() if value is not None}
    return msgspec.structs.replace(settings, **given)


_store_option = click.option(
    "--store",
    envvar="PUSTAKA_STORE",
    default="collector.sqlite",
    show_default=True,
    help="The collector's store: a file, or postgresql://… (or the variable PUSTAKA_STORE).",
)
_zone_option = click.option(
    "--zone", envvar="PUSTAKA_ZONE", default="Asia/Makassar", show_default=True, help="The library's time zone."
)


def _look(store: str, what: Callable[[Reading], T]) -> T:
    """Read one moment of the store, with its errors as the command's."""
    try:
        with open_reader(store).snapshot() as reading:
            return what(reading)
    except CollectorError as error:
        raise click.ClickException(str(error)) from error


def _now() -> int:
    return time.time_ns() // 1_000_000


def _fleet(store: str) -> Fleet:
    return _look(store, lambda reading: assess(reading.devices(), reading.desk(), _now()))


@click.group()
def devices() -> None:
    """What every device says of itself."""


@devices.command("list", epilog="Example: pustaka devices list --store desk.sqlite --json")
@_store_option
@_zone_option
@click.option("--json", "as_json", is_flag=True, help="JSON, for programs.")
def devices_list(store: str, zone: str, as_json: bool) -> None:
    """Every device with its state and why, most urgent first."""
    fleet = _fleet(store)
    click.echo(devices_report.as_json(fleet) if as_json else devices_report.as_table(fleet, _zone(zone)))


@devices.command("show", epilog="Example: pustaka devices show pintu-1 --json")
@click.argument("device")
@click.option("--site", help="The site, where two have a device of this name.")
@_store_option
@_zone_option
@click.option("--json", "as_json", is_flag=True, help="JSON, for programs.")
def devices_show(device: str, site: str | None, store: str, zone: str, as_json: bool) -> None:
    """One device: state, why, versions, health, records."""
    fleet = _fleet(store)
    found = [a for a in fleet.devices if a.device.device == device and site in (None, a.device.site)]
    if not found:
        raise click.ClickException(f"{device}: no such device. 'pustaka devices list' shows those that are known.")
    if len(found) > 1:
        sites = ", ".join(a.device.site for a in found)
        raise click.ClickException(f"{device}: known at several sites ({sites}). Say which one with --site.")
    click.echo(
        devices_report.one_as_json(found[0]) if as_json else devices_report.one_as_text(found[0], fleet, _zone(zone))
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return config.zone(name)
    except SetupError as error:
        raise click.BadParameter(str(error), param_hint="--zone") from error


@click.group()
def report() -> None:
    """Visits and loans as a table, JSON or CSV."""


_day = click.DateTime(formats=["%Y-%m-%d"])


def _period(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table"),
        click.option("--by", type=click.Choice([by.value for by in By]), default="day", show_default=True),
        click.option("--to", "last", type=_day, help="Last day, included. Left out: the first day, or today."),
        click.option("--from", "first", type=_day, help="First day, YYYY-MM-DD. Left out: today."),
        _zone_option,
        _store_option,
    ):
        command = option(command)
    return command


def _days(first: datetime | None, last: datetime | None, zone: ZoneInfo) -> tuple[date, date]:
    today = local(_now(), zone).date()
    start = first.date() if first else (last.date() if last else today)
    end = last.date() if last else (start if first else today)
    if end < start:
        raise click.BadParameter(f"{end} is before {start}", param_hint="--to")
    return start, end


@report.command(
    "visits", epilog="Example: pustaka report visits --from 2026-11-01 --to 2026-11-30 --by day --format csv"
)
@_period
def report_visits(store: str, zone: str, first: datetime | None, last: datetime | None, by: str, form: str) -> None:
    """Passages in and out by door. Local days and hours of the library."""
    where = _zone(zone)
    days = _days(first, last, where)
    bounds = span(*days, where)
    found = _look(store, lambda r: visits(r.quarters(*bounds), r.lost_passages(*bounds), where, By(by)))
    click.echo(visits_report.FORMATS[form](found, days, where, By(by)))


@report.command("loans", epilog="Example: pustaka report loans --from 2026-11-01 --by hour --format json")
@_period
def report_loans(store: str, zone: str, first: datetime | None, last: datetime | None, by: str, form: str) -> None:
    """What the kiosks lent, took back and refused. Never what, never to whom."""
    where = _zone(zone)
    days = _days(first, last, where)
    bounds = span(*days, where)
    found = _look(store, lambda r: loans(r.transactions(*bounds), where, By(by)))
    click.echo(loans_report.FORMATS[form](found, days, where, By(by)))
