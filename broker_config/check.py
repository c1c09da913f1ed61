"""Trying a generated configuration on a real mosquitto, beside whatever runs on this machine.

The same file with three kinds of line replaced: ports become free ports of loopback, the data goes to a folder that
is thrown away, and a bridge's address leads nowhere, so that the trial neither disturbs nor calls anyone.
"""

from __future__ import annotations

import getpass
import os
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from broker_config import probe, program, ready
from broker_config.errors import BrokerError
from broker_config.files import write_private
from broker_config.ports import LOOPBACK, free_port


@dataclass(frozen=True)
class Checked:
    """``users`` came in with the passwords in ``credentials/``; ``warnings`` are mosquitto's own."""

    version: str
    users: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """A configuration made harmless, and its first listener without TLS."""

    text: str
    port: int


def make_trial(text: str, port: Callable[[], int], data: Path, user: str) -> Trial:
    """``text`` on loopback ports from ``port``, data below ``data``, run as ``user`` (``""``: as it says).

    Raises:
        BrokerError: no listener without TLS, which the trial would need to ask it.
    """
    lines: list[str] = [f"user {user}"] if user else []
    plain: int | None = None
    newest: int | None = None
    for line in text.splitlines():
        key, _, _ = line.partition(" ")
        if key == "listener":
            plain = plain or newest
            newest = port()
            line = f"listener {newest} {LOOPBACK}"
        elif key == "certfile":
            newest = None
        elif key == "persistence_location":
            line = f"persistence_location {data}/"
        elif key == "address":
            line = f"address {LOOPBACK}:1"
        elif key == "user" and user:
            continue
        lines.append(line)
    plain = plain or newest
    if plain is None:
        raise BrokerError("The configuration has no listener without TLS; write it again with 'pustaka broker config'.")
    return Trial("\n".join(lines) + "\n", plain)


def check_folder(folder: Path, timeout: float = 10.0) -> Checked:
    """Run the configuration in ``folder`` for a moment, and let every user with a credential come in.

    Raises:
        BrokerMissing: mosquitto is not installed.
        BrokerError: mosquitto refuses the configuration, or a user; the message says which.
    """
    config = folder / "mosquitto.conf"
    try:
        text = config.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BrokerError(f"{config}: cannot be read: {error}. Make it with 'pustaka broker config'.") from error
    mosquitto = program.find()
    version = ".".join(map(str, program.version(mosquitto)))
    with tempfile.TemporaryDirectory(prefix="pustaka-broker-") as place:
        here = Path(place)
        trial = make_trial(text, free_port, here, getpass.getuser() if os.geteuid() == 0 else "")
        write_private(here / "trial.conf", trial.text)
        log = here / "broker.log"
        try:
            child = ready.start([str(mosquitto), "-c", str(here / "trial.conf")], trial.port, log, timeout)
        except BrokerError as error:
            # The log is thrown away with the folder: the sentence has to hold all of it that matters.
            said = str(error).replace(f" (all in {log})", "")
            raise BrokerError(f"{config}: mosquitto {version} does not take it: {said}") from error
        try:
            users = tuple(_come_in(trial.port, path) for path in sorted((folder / "credentials").glob("*")))
        finally:
            child.end(signal.SIGTERM, 5.0)
        return Checked(version, users, _warnings(ready.said(log)))


def _come_in(port: int, credential: Path) -> str:
    answer = probe.ask(port, credential.name, credential.read_text(encoding="utf-8"))
    if answer != probe.ACCEPTED:
        raise BrokerError(f"{credential}: the broker refuses user {credential.name!r} with this password")
    return credential.name


def _warnings(log: str) -> tuple[str, ...]:
    lines = (line.partition("Warning: ")[2] for line in log.splitlines())
    # The trial runs as whoever asks for it; that root is warned of is no news about the configuration.
    return tuple(line for line in lines if line and "run as root" not in line)
