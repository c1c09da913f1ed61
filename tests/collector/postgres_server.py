"""A private PostgreSQL: its own cluster in a folder of its own, on a Unix socket, ended with the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from collector_support import eventually

from broker_config.program import find_setpriv

#: PostgreSQL refuses to run as root; Debian's package makes this user.
_USER = "postgres"


def _program(name: str) -> str:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which(name) or next((str(f / name) for f in folders if (f / name).exists()), None)
    if found is None:
        pytest.fail(f"the program {name} is not installed (apt install postgresql)")
    return found


class PostgresServer:
    """A running server; each store gets a schema of its own."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._as = {"user": _USER, "group": pwd.getpwnam(_USER).pw_gid} if os.geteuid() == 0 else {}
        if self._as:
            shutil.chown(self._folder, _USER)
        data = self._folder / "data"
        make = [_program("initdb"), "-D", str(data), "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(make, check=True, capture_output=True, cwd=self._folder, **self._as)  # type: ignore[call-overload]
        self._data = data
        self._process: subprocess.Popen[bytes]
        self.start()

    def start(self) -> None:
        # Nothing here survives the machine, and a process that is killed takes no page of the system's along.
        settings = ("fsync=off", "listen_addresses=", f"unix_socket_directories={self._folder}", "max_connections=30")
        # setpriv: the server ends when the tests are killed.
        command = [str(find_setpriv()), "--pdeathsig", "INT", "--", _program("postgres"), "-D", str(self._data)]
        command += [f"--{setting}" for setting in settings]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder, **self._as)  # type: ignore[call-overload]
        eventually(self._answers, "PostgreSQL answers", 30)

    def _answers(self) -> bool:
        assert self._process.poll() is None, (self._folder / "log").read_text()
        try:
            psycopg.connect(self._url("public")).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """Every process of it at once, as a power cut would."""
        self._process.send_signal(signal.SIGQUIT)  # "immediate": children end too, nothing is saved
        self._process.wait(30)

    def new(self) -> str:
        """The name of a new, empty store."""
        schema = f"t{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self._url("public"), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {schema}")
        return self._url(schema)

    def close(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _url(self, schema: str) -> str:
        options = quote(f"-csearch_path={schema}")
        return f"postgresql://{_USER}@/postgres?host={quote(str(self._folder), safe='')}&options={options}"
