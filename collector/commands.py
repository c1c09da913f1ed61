"""``pustaka collector`` and ``pustaka devices``."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from collector import settings as config
from collector.errors import CollectorError, SetupError
from collector.fleet import Fleet, assess
from collector.looking import look, now, store_option, zone_option
from collector.looking import zone as where
from collector.reports import devices as devices_report
from collector.settings import BrokerSettings, CollectorSettings, WebSettings
from devices.settings import SettingsError


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


def _fleet(store: str) -> Fleet:
    return look(store, lambda reading: assess(reading.devices(), reading.desk(), now()))


@click.group()
def devices() -> None:
    """What every device says of itself."""


@devices.command("list", epilog="Example: pustaka devices list --store desk.sqlite --json")
@store_option
@zone_option
@click.option("--json", "as_json", is_flag=True, help="JSON, for programs.")
def devices_list(store: str, zone: str, as_json: bool) -> None:
    """Every device with its state and why, most urgent first."""
    fleet = _fleet(store)
    click.echo(devices_report.as_json(fleet) if as_json else devices_report.as_table(fleet, where(zone)))


@devices.command("show", epilog="Example: pustaka devices show pintu-1 --json")
@click.argument("device")
@click.option("--site", help="The site, where two have a device of this name.")
@store_option
@zone_option
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
        devices_report.one_as_json(found[0]) if as_json else devices_report.one_as_text(found[0], fleet, where(zone))
    )
