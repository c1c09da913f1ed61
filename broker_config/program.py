"""Finding mosquitto on this machine and asking it its version."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from broker_config.errors import BrokerError, BrokerMissing
from broker_config.plan import Dialect

#: Daemons live here, and an ordinary user's PATH often leaves these out.
_SBIN = ("/usr/sbin", "/usr/local/sbin", "/sbin", "/opt/homebrew/sbin")
_INSTALL = "sudo apt install mosquitto"
_PLUGIN_FOLDERS = ("/usr/lib/*-linux-gnu", "/usr/lib", "/usr/local/lib", "/usr/lib64")


def find(name: str = "mosquitto", search: str | None = None) -> Path:
    """The path of a program, from ``search`` (default: PATH and the usual folders of daemons).

    Raises:
        BrokerMissing: not there; the message holds the command that installs it.
    """
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *_SBIN]) if search is None else search
    found = shutil.which(name, path=path)
    if found is None:
        raise BrokerMissing(f"The MQTT broker '{name}' is not installed on this machine. Install it with: {_INSTALL}")
    return Path(found)


def find_setpriv() -> Path:
    """The program that ties a child's life to ours; part of every Debian.

    Raises:
        BrokerMissing: not there.
    """
    found = shutil.which("setpriv", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/bin", "/bin"]))
    if found is None:
        raise BrokerMissing("The program 'setpriv' is not installed. Install it with: sudo apt install util-linux")
    return Path(found)


def version(program: Path) -> tuple[int, int, int]:
    """The version mosquitto prints in its help.

    Raises:
        BrokerError: the program does not say.
    """
    try:
        # Its exit status is 3 after -h; the text is what counts.
        said = subprocess.run([program, "-h"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BrokerError(f"{program}: cannot be asked for its version: {error}") from error
    return parse_version(said)


def parse_version(said: str) -> tuple[int, int, int]:
    """``mosquitto version 2.0.11`` as ``(2, 0, 11)``.

    Raises:
        BrokerError: no version in the text.
    """
    match = re.search(r"mosquitto version (\d+)\.(\d+)\.(\d+)", said)
    if match is None:
        raise BrokerError("mosquitto does not say its version; name the dialect with --dialect 2.0 or --dialect 2.1")
    return int(match[1]), int(match[2]), int(match[3])


def dialect_of(version: tuple[int, int, int]) -> Dialect:
    """The configuration language of a version.

    Raises:
        BrokerError: older than 2.0, which lets anyone in by default and reads other settings.
    """
    if version < (2, 0, 0):
        text = ".".join(map(str, version))
        raise BrokerError(f"Mosquitto {text} is too old; 2.0 or newer is needed. Update it with: {_INSTALL}")
    return Dialect.V20 if version < (2, 1, 0) else Dialect.V21


def plugin_folder() -> Path:
    """Where this machine keeps mosquitto's plugins; ``/usr/lib`` when it has none yet."""
    for pattern in _PLUGIN_FOLDERS:
        for found in sorted(Path("/").glob(f"{pattern[1:]}/mosquitto_password_file.so")):
            return found.parent
    return Path("/usr/lib")
