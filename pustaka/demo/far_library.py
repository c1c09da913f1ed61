"""The library at the other end of a line: its own folder, its SIP2 server, an account for the kiosk, and an extract.

Everything is set up by the commands a library would use.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broker_config.ports import free_port
from pustaka.demo import files
from pustaka.demo.errors import DemoError


@dataclass(frozen=True, slots=True)
class FarLibrary:
    """A library whose file is in ``layout.data("library")``, offered on a loopback port."""

    layout: files.Layout
    port: int
    public_key: str

    @classmethod
    def set_up(cls, layout: files.Layout) -> FarLibrary:
        """Make account, keys and extract for the library's file, which is there already.

        Raises:
            DemoError: a command failed; its sentence is the message.
        """
        kiosk, library = layout.data(files.KIOSK), layout.data(files.FAR_LIBRARY)
        kiosk.mkdir(exist_ok=True)
        config = layout.library_config
        config.write_text(files.library_toml(layout), encoding="utf-8")
        account = _pustaka("library", "account", "add", files.KIOSK, "--kind", "kiosk", "--config", str(config))
        password = layout.password_file("library-line")
        password.touch(mode=0o600)
        password.write_text(account["password"] + "\n", encoding="ascii")
        keys = library / "keys"
        made = _pustaka("offline", "keys", str(keys))
        shutil.copy(made["card_key"], kiosk / "offline-cards.key")
        extract = kiosk / "offline.extract"
        _pustaka("offline", "make", str(extract), "--keys", str(keys), "--config", str(config), "--names")
        return cls(layout, free_port(), made["public_key"])

    def arguments(self) -> list[str]:
        """How its server is started."""
        return ["library", "serve", "--config", str(self.layout.library_config), "--port", str(self.port), "--verbose"]

    def is_up(self) -> bool:
        """Whether its server takes calls."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def circulation_toml(self) -> str:
        """The part of the kiosk's file that names it."""
        return f"""\
[circulation]
system = "sip2"
number_prefix = "A"

[circulation.sip2]
host = "127.0.0.1"
port = {self.port}
tls = "off"
login = "{files.KIOSK}"
password_file = "{self.layout.password_file("library-line")}"
profile = "pustaka"

[circulation.offline]
policy = "both"
public_key = "{self.public_key}"
"""


def _pustaka(*arguments: str) -> Any:
    command = [sys.executable, "-m", "pustaka", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise DemoError(f"pustaka {' '.join(arguments[:2])}: {done.stderr.strip() or done.stdout.strip()}")
    return json.loads(done.stdout)


def library_path(layout: files.Layout, system: str) -> Path:
    """Where the library's file is: in the kiosk itself, or at the other end of the line."""
    return layout.data(files.FAR_LIBRARY if system == "sip2" else files.KIOSK) / "library.sqlite"
