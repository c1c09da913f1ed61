"""``pustaka broker``: write the broker's configuration, and try it."""

from __future__ import annotations

import getpass
import json
import os
from pathlib import Path

import click

from broker_config import access, generate, program, store
from broker_config.check import check_folder
from broker_config.errors import BrokerError, BrokerMissing, PlanError
from broker_config.plan import Bridge, Dialect, Listener, Plan, Role, Tls, check

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True, resolve_path=True)


@click.group()
def broker() -> None:
    """Set up the MQTT broker (Mosquitto)."""


def _device_ids(_context: click.Context, _option: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(access.check_device(name) for name in names)
    except PlanError as error:
        raise click.BadParameter(str(error)) from None


@broker.command(
    epilog="Example: pustaka broker config --role branch --site kota --out /etc/pustaka/broker --device kiosk-1 "
    "--device pintu-1 --cert server.pem --key server.key"
)
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    required=True,
    help="demo: this machine only. branch: a library. headquarters: where branches meet.",
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder of the files.")
@click.option("--device", "devices", multiple=True, callback=_device_ids, help="A device's id; give it once for each.")
@click.option("--site", default="", help="Allow devices of this site only (needed with --headquarters).")
@click.option("--branch", "branches", multiple=True, help="Headquarters: a site whose broker may connect.")
@click.option(
    "--dialect", type=click.Choice(["auto", *(d.value for d in Dialect)]), default="auto", help="Mosquitto's language."
)
@click.option("--port", type=click.IntRange(1, 65535), help="Default 1883, with TLS 8883.")
@click.option(
    "--local-port", type=click.IntRange(1, 65535), default=1883, help="With TLS: the loopback port beside it."
)
@click.option("--cert", type=_FILE, help="TLS certificate with its chain, PEM.")
@click.option("--key", type=_FILE, help="TLS private key, PEM.")
@click.option("--without-tls", is_flag=True, help="Listen in clear text, on a network nobody else can reach.")
@click.option("--headquarters", help="Branch: pass everything on to this HOST[:PORT].")
@click.option("--headquarters-password", type=_FILE, help="Branch: file with the password headquarters issued.")
@click.option("--headquarters-ca", type=_FILE, help="Branch: CA of headquarters, if not a public one.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Where messages are kept.")
@click.option("--home-assistant", is_flag=True, help="Let devices announce themselves to Home Assistant.")
@click.option("--force", is_flag=True, help="Replace existing files. Users that stay keep their passwords.")
@click.option("--json", "as_json", is_flag=True, help="Say what was written as JSON.")
def config(
    *,
    role: str,
    out: Path,
    devices: tuple[str, ...],
    site: str,
    branches: tuple[str, ...],
    dialect: str,
    port: int | None,
    local_port: int,
    cert: Path | None,
    key: Path | None,
    without_tls: bool,
    headquarters: str | None,
    headquarters_password: Path | None,
    headquarters_ca: Path | None,
    data: Path | None,
    home_assistant: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write Mosquitto's configuration, access list and passwords.

    Every user gets a password of its own in OUT/credentials. Run it again with --force to add a device, or to lock one
    out by leaving it away.
    """
    folder = out.resolve()
    demo = role == Role.DEMO
    try:
        plan = check(
            Plan(
                role=Role(role),
                dialect=_dialect(dialect),
                folder=folder,
                data=data.resolve() if data else folder / "data" if demo else Path("/var/lib/mosquitto"),
                listeners=_listeners(demo, port, local_port, cert, key, without_tls),
                devices=devices,
                site=site,
                branches=branches,
                bridge=_bridge(role, headquarters, headquarters_password, headquarters_ca),
                run_as=getpass.getuser() if demo and os.geteuid() == 0 else "",
                plugins=program.plugin_folder(),
                home_assistant=home_assistant,
            )
        )
        written = generate.write(plan, force=force, random=os.urandom)
    except PlanError as error:
        raise click.UsageError(str(error)) from error
    except BrokerError as error:
        raise click.ClickException(str(error)) from error
    click.echo(_as_json(plan, written) if as_json else _in_words(plan, written))


@broker.command("check", epilog="Example: pustaka broker check /etc/pustaka/broker")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True, resolve_path=True))
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def check_command(folder: Path, *, as_json: bool) -> None:
    """Run the configuration in FOLDER for a moment, on free ports, and let every user come in."""
    try:
        result = check_folder(folder)
    except BrokerError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps({"version": result.version, "users": result.users, "warnings": result.warnings}))
        return
    click.echo(f"Mosquitto {result.version} takes this configuration. Came in: {', '.join(result.users) or 'nobody'}.")
    for warning in result.warnings:
        click.echo(f"Mosquitto warns: {warning}")


@broker.command(epilog="Example: pustaka broker mend /var/lib/mosquitto")
@click.argument("data", type=click.Path(path_type=Path, file_okay=False, exists=True, resolve_path=True))
def mend(data: Path) -> None:
    """Set aside the broker's store in DATA if Mosquitto cannot read it. Nothing that was counted is lost by it."""
    try:
        kept = store.mend(data)
    except (BrokerError, OSError) as error:
        raise click.ClickException(str(error)) from error
    if kept is None:
        click.echo(f"{data}: the store is good, or there is none yet.")
    else:
        click.echo(f"{data}: Mosquitto cannot read its store; it is kept as {kept.name}, and an empty one begins.")


def _dialect(name: str) -> Dialect:
    if name != "auto":
        return Dialect(name)
    try:
        return program.dialect_of(program.version(program.find()))
    except BrokerMissing as error:
        raise BrokerMissing(f"{error}, or name the version it will be with --dialect") from None


def _listeners(
    demo: bool, port: int | None, local_port: int, cert: Path | None, key: Path | None, without_tls: bool
) -> tuple[Listener, ...]:
    if (cert is None) != (key is None):
        raise PlanError("--cert and --key belong together; one of them is missing")
    if demo:
        if cert or without_tls:
            raise PlanError(
                "role demo listens on this machine only; --cert, --key and --without-tls are for the others"
            )
        return (Listener(port or 1883),)
    if cert and key:
        if without_tls:
            raise PlanError("--without-tls contradicts --cert")
        return Listener(local_port), Listener(port or 8883, "", Tls(cert, key))
    if not without_tls:
        raise PlanError("give --cert and --key; or --without-tls, if nobody else can reach this network")
    return (Listener(port or 1883, ""),)


def _bridge(role: str, address: str | None, password: Path | None, ca: Path | None) -> Bridge | None:
    if address is None:
        if password or ca:
            raise PlanError("--headquarters-password and --headquarters-ca need --headquarters")
        return None
    if role != Role.BRANCH:
        raise PlanError("--headquarters is for --role branch")
    if password is None:
        raise PlanError("--headquarters needs --headquarters-password, the file headquarters made for this branch")
    host, _, number = address.partition(":")
    if not host or any(letter.isspace() for letter in address) or (number and not number.isdecimal()):
        raise PlanError(f"--headquarters {address!r}: HOST or HOST:PORT was expected")
    try:
        secret = password.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise PlanError(f"{password}: cannot be read: {error}") from error
    if not secret or "\n" in secret:
        raise PlanError(f"{password}: one line with the password was expected")
    return Bridge(host, secret, int(number or 8883), ca)


def _next_steps(plan: Plan, written: generate.Written) -> list[str]:
    steps = [f"pustaka broker check {plan.folder}"]
    if plan.role is Role.DEMO:
        steps.append(f"mosquitto -c {plan.config}")
    else:
        # Not the credentials: the broker itself needs the hashes only.
        steps.append(f"sudo chown mosquitto: {plan.folder} {' '.join(str(path) for path in written.files)}")
        steps.append(
            "sudo systemctl restart mosquitto"
            "    # once before: systemd/mosquitto.service.d/pustaka.conf to /etc/systemd/system/"
        )
    if written.issued:
        steps.append(f"Carry {written.credentials}/NAME to each device, then delete it here.")
    return steps


def _in_words(plan: Plan, written: generate.Written) -> str:
    lines = [f"Broker files for Mosquitto {plan.dialect}, role {plan.role}:"]
    lines += [f"  {path}" for path in written.files]
    for what, names in (("New password", written.issued), ("Kept", written.kept), ("Locked out", written.removed)):
        if names:
            lines.append(f"{what}: {', '.join(names)}")
    lines.append("Next:")
    lines += [f"  {step}" for step in _next_steps(plan, written)]
    return "\n".join(lines)


def _as_json(plan: Plan, written: generate.Written) -> str:
    return json.dumps(
        {
            "role": plan.role,
            "dialect": plan.dialect,
            "files": [str(path) for path in written.files],
            "credentials": str(written.credentials),
            "issued": written.issued,
            "kept": written.kept,
            "removed": written.removed,
            "next": _next_steps(plan, written),
        }
    )
