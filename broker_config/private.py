"""A Mosquitto of our own: on loopback, in its own folder, ended with its parent.

For the demo and the tests. It is made by the same generator as a library's broker, and it never touches one that
the system runs: other port, other files, other process.
"""

from __future__ import annotations

import getpass
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from broker_config import access, program, ready, store
from broker_config.errors import PortTaken
from broker_config.files import make_folder, write_private
from broker_config.passwords import password_text
from broker_config.plan import Dialect, Listener, Plan, Role, accounts, check
from broker_config.ports import LOOPBACK, check_free, free_port
from broker_config.process import Child
from broker_config.render import conf_text


class PrivateBroker:
    """A broker for one machine.

    Args:
        folder: where configuration, log and data go; made if missing. A folder used before keeps its messages.
        users: name to password. ``collector``, ``admin`` and ``watch`` (reads everything) get these rights; every other
            name is a device.
        port: 0 takes a free one at the first start and keeps it.
        autosave_s, autosave_on_changes: when retained messages and queues go to disk; with ``autosave_s=1,
            autosave_on_changes=True`` after every change, which lets them survive :meth:`kill`, all but the newest.
        home_assistant: devices may also announce themselves to Home Assistant.

    Raises:
        PlanError: a name that no device may have.
        BrokerMissing: from :meth:`start`; the message holds the command that installs Mosquitto.
        PortTaken: from :meth:`start`.
    """

    host = LOOPBACK

    def __init__(
        self,
        folder: Path,
        users: Mapping[str, str],
        port: int = 0,
        *,
        autosave_s: int = 30,
        autosave_on_changes: bool = False,
        home_assistant: bool = False,
    ) -> None:
        self.folder = folder.resolve()
        self.port = port
        self._users = dict(users)
        self._autosave_s = autosave_s
        self._autosave_on_changes = autosave_on_changes
        self._home_assistant = home_assistant
        self._child: Child | None = None
        for name in self._users:
            if name not in access.SERVICES:
                access.check_device(name)

    @property
    def log(self) -> Path:
        """What the broker said, over all its runs."""
        return self.folder / "broker.log"

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._child is not None and not self._child.ended.is_set()

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._child.pid if self._child and self.running else None

    def start(self, timeout: float = 10.0) -> None:
        """Start, and return when it answers a CONNECT. Does nothing when it runs already.

        Raises:
            BrokerMissing, PortTaken: see the class.
            BrokerError: not ready after ``timeout`` seconds; the message quotes its log.
        """
        if self.running:
            return
        mosquitto = program.find()
        dialect = program.dialect_of(program.version(mosquitto))
        fixed = self.port != 0
        for attempt in range(5):
            port = self.port if fixed else free_port()
            try:
                check_free(port)
                plan = self._write(dialect, port)
                self._child = ready.start([str(mosquitto), "-c", str(plan.config)], port, self.log, timeout)
            except PortTaken:
                # Somebody was quicker than we; only a port that was asked for is worth an error.
                if fixed or attempt == 4:
                    raise
                continue
            self.port = port
            return

    def stop(self, timeout: float = 5.0) -> None:
        """Ask it to save and end; after ``timeout`` seconds end it by force."""
        if self._child:
            self._child.end(signal.SIGTERM, timeout)

    def kill(self) -> None:
        """End it as a power cut would end a process: SIGKILL, nothing saved."""
        if self._child:
            self._child.end(signal.SIGKILL, 0.0)

    def set_store_aside(self) -> Path | None:
        """Rename a store that mosquitto refuses to read; the new name, or ``None`` when there is none.

        Nothing is lost by it: retained messages come again when devices connect, and rows wait in their ledgers.
        """
        return store.set_aside(self.folder / "data")

    def restart(self) -> None:
        """Stop if running, and start again on the same port with the same data."""
        self.stop()
        self.start()

    def __enter__(self) -> PrivateBroker:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _write(self, dialect: Dialect, port: int) -> Plan:
        plan = check(
            Plan(
                role=Role.DEMO,
                dialect=dialect,
                folder=self.folder,
                data=self.folder / "data",
                listeners=(Listener(port),),
                devices=tuple(name for name in self._users if name not in access.SERVICES),
                services=tuple(name for name in access.SERVICES if name in self._users),
                autosave_s=self._autosave_s,
                autosave_on_changes=self._autosave_on_changes,
                run_as=getpass.getuser() if os.geteuid() == 0 else "",
                plugins=program.plugin_folder(),
                home_assistant=self._home_assistant,
            )
        )
        make_folder(plan.folder)
        make_folder(plan.data)
        write_private(plan.passwords, password_text(self._users, os.urandom))
        write_private(plan.acl, access.acl_text(accounts(plan)))
        write_private(plan.config, conf_text(plan))
        return plan
