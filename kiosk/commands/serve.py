"""``pustaka library serve`` and ``account``: the library for other kiosks, gates and sorters, over SIP2."""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
import sys
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec

from kiosk.circulation.clock import SystemClock
from kiosk.circulation.port import Circulation
from kiosk.circulation.sip2.server import account_file, passwords
from kiosk.circulation.sip2.server.accounts import (
    Account,
    AccountBook,
    Detection,
    Kind,
    May,
    Names,
    PatronPin,
    read_accounts,
)
from kiosk.circulation.sip2.server.answering import Answering
from kiosk.circulation.sip2.server.service import Service
from kiosk.circulation.sip2.server.settings import ServeSettings
from kiosk.circulation.sip2.server.telling import Event, Tell
from kiosk.circulation.sip2.server.tls import server_context
from kiosk.circulation.sip2.server.turn import Terms
from kiosk.commands.setting import config_option, json_option, open_library, print_json, sentences
from kiosk.config import KioskSettings

#: In the data folder, unless --accounts names another.
ACCOUNTS = "sip2-accounts.toml"

_FILE = click.Path(dir_okay=False, path_type=Path)
_accounts_option = click.option(
    "--accounts", "accounts", type=_FILE, help=f"The file of accounts; {ACCOUNTS} in the data folder unless named."
)


@click.command(
    epilog="Example: pustaka library serve --config kiosk.toml --host 0.0.0.0 --tls-cert chain.pem --tls-key key.pem"
)
@config_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; 0.0.0.0 or :: is everywhere.")
@click.option("--port", type=click.IntRange(0, 65535), default=6001, show_default=True, help="0: any free one.")
@click.option("--tls-cert", type=_FILE, help="Certificate chain (PEM); without it the line is not encrypted.")
@click.option("--tls-key", type=_FILE, help="Its key (PEM), if it is not in the same file.")
@_accounts_option
@click.option("--institution", default="", help="AO, for terminals that name none.")
@click.option("--verbose", is_flag=True, help="Say on standard error who comes and goes.")
@click.option("--json", "as_json", is_flag=True, help="Print each event as a line of JSON.")
def serve(
    settings: KioskSettings,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    accounts: Path | None,
    institution: str,
    verbose: bool,
    as_json: bool,
) -> None:
    """Offer the library over SIP2 2.00 to other kiosks, gates and sorters, until SIGTERM or Ctrl-C."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )
    if tls_key is not None and tls_cert is None:
        raise click.UsageError("--tls-key needs --tls-cert: the certificate that the key belongs to.")
    terms = Terms(ZoneInfo(settings.site.zone), institution, settings.site.name)
    chosen = replace(ServeSettings(), host=host, port=port)
    with sentences():
        tls = server_context(tls_cert, tls_key) if tls_cert is not None else None
        book = AccountBook(_file(settings, accounts))
        with open_library(settings) as system:
            _warn(host, tls)
            asyncio.run(_serve(system, terms, book, chosen, tls, _print_json if as_json else _print))


async def _serve(
    system: Circulation,
    terms: Terms,
    book: AccountBook,
    settings: ServeSettings,
    tls: ssl.SSLContext | None,
    tell: Tell,
) -> None:
    terms = replace(terms, answer_seconds=settings.answer_seconds)
    service = Service(Answering(system, terms, SystemClock()), book, settings, tls=tls, tell=tell)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    await service.start()
    await ended.wait()
    await service.stop()


def _print(event: Event) -> None:
    """Only where it listens, for people; the rest is in the log."""
    if event.port:
        where = f"[{event.address}]" if ":" in event.address else event.address
        click.echo(f"Listening on {where}:{event.port} ({event.why}).")


def _print_json(event: Event) -> None:
    known = {name: value for name, value in msgspec.to_builtins(event).items() if value}
    click.echo(msgspec.json.encode(known).decode())


def _warn(host: str, tls: ssl.SSLContext | None) -> None:
    if tls is None and host not in ("127.0.0.1", "::1", "localhost"):
        click.echo(
            "Warning: without --tls-cert, PINs and patrons' data travel in clear. Use it, or a tunnel.", err=True
        )


def _file(settings: KioskSettings, accounts: Path | None) -> Path:
    return accounts if accounts is not None else settings.in_data(ACCOUNTS)


@click.group(epilog="Example: pustaka library account add kiosk-2 --config kiosk.toml")
def account() -> None:
    """Terminals that may use the SIP2 server. A change is in force within seconds, without a restart."""


@account.command(
    epilog="Example: pustaka library account add gerbang-1 --kind gate --network 192.168.7.0/24 --config kiosk.toml"
)
@click.argument("login")
@config_option
@_accounts_option
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is made up.")
@click.option("--replace", "replacing", is_flag=True, help="Change an account that is there.")
@click.option(
    "--kind", type=click.Choice([each.value for each in Kind]), default=Kind.TERMINAL.value, show_default=True
)
@click.option(
    "--may",
    multiple=True,
    type=click.Choice([each.value for each in May]),
    help="What it may do, instead of what its kind usually may.",
)
@click.option("--network", "networks", multiple=True, help="From where, such as 192.168.7.0/24; else from anywhere.")
@click.option("--encoding", default="utf-8", show_default=True, help="Or cp850, latin-1, ascii.")
@click.option(
    "--error-detection",
    type=click.Choice([each.value for each in Detection]),
    default=Detection.OPTIONAL.value,
    show_default=True,
)
@click.option("--terminator", type=click.Choice(["cr", "crlf"]), default="cr", show_default=True)
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
@click.option("--institution", default="", help="AO of the answers; else what the terminal calls it.")
@click.option("--location", default="", help="AN: where the terminal stands.")
@click.option(
    "--names", type=click.Choice([each.value for each in Names]), default=Names.FIRST.value, show_default=True
)
@click.option(
    "--patron-pin",
    type=click.Choice([each.value for each in PatronPin]),
    default=PatronPin.TRUSTED.value,
    show_default=True,
)
@click.option("--due-format", default="", help="How due dates are written, such as '%d-%m-%Y'; else as SIP2 does.")
@click.option("--magnetic", type=click.Choice(["U", "N"]), default="U", show_default=True, help="N: no tapes here.")
@click.option("--rate", type=click.FloatRange(0.1, 1000), default=20.0, show_default=True, help="Requests a second.")
@click.option("--burst", type=click.IntRange(1, 10000), default=60, show_default=True, help="Requests at once.")
@json_option
def add(
    login: str,
    settings: KioskSettings,
    accounts: Path | None,
    password_stdin: bool,
    replacing: bool,
    may: tuple[str, ...],
    as_json: bool,
    **values: object,
) -> None:
    """Add an account and print its password, once, if it was made up here."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else passwords.generate()
    if not 8 <= len(password) <= 128 or not password.isascii() or not password.isprintable() or "|" in password:
        raise click.UsageError("A password has 8 to 128 plain characters (ASCII), and no '|'.")
    given = {**values, "login": login, "password": passwords.hash_password(password), "may": may}
    chosen = msgspec.convert(given, Account, strict=False)
    usual = msgspec.to_builtins(Account(login=login, password=""))
    written = {key: value for key, value in msgspec.to_builtins(chosen).items() if value != usual[key]}
    file = _file(settings, accounts)
    with sentences():
        account_file.put(file, chosen, {"login": login, **written}, replace=replacing)
    made = "" if password_stdin else password
    if as_json:
        print_json({"login": login, "password": made, "file": str(file)})
    else:
        click.echo(f"{file}: account {login}" + (f"\npassword: {made}" if made else ""))


@account.command("list", epilog="Example: pustaka library account list --config kiosk.toml --json")
@config_option
@_accounts_option
@json_option
def list_(settings: KioskSettings, accounts: Path | None, as_json: bool) -> None:
    """List the accounts, without their passwords."""
    with sentences():
        found = read_accounts(_file(settings, accounts)).account
    if as_json:
        print_json([_shown(each) for each in found])
        return
    for each in found:
        allowed = ", ".join(what.value for what in May if each.allows(what))
        origin = f" from {', '.join(each.networks)}" if each.networks else ""
        click.echo(f"{each.login} ({each.kind.value}{origin}): {allowed}")


@account.command(epilog="Example: pustaka library account remove kiosk-2 --config kiosk.toml")
@click.argument("login")
@config_option
@_accounts_option
def remove(login: str, settings: KioskSettings, accounts: Path | None) -> None:
    """Remove an account; its connections are closed within seconds."""
    with sentences():
        account_file.drop(_file(settings, accounts), login)
    click.echo("Removed.")


def _shown(account: Account) -> dict[str, object]:
    values: dict[str, object] = msgspec.to_builtins(account)
    del values["password"]
    return {**values, "may": sorted(what.value for what in May if account.allows(what))}
