"""A mosquitto as our child: it dies with us, Ctrl-C is not its business, and its end can be waited for."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
from pathlib import Path

from broker_config import program
from broker_config.errors import BrokerError


class Child:
    """One run of mosquitto.

    Linux sends the "parent has died" signal when the *thread* that made the child ends. So a thread of its own makes
    the child and waits for it: that thread lives exactly as long as either the child or this process.
    ``setpriv`` asks for the signal; Python's ``preexec_fn`` would run Python code between fork and exec, which can
    deadlock in a process with threads.
    """

    def __init__(self, command: list[str], log: Path) -> None:
        self.ended = threading.Event()
        self._made = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._failure: OSError | None = None
        setpriv = program.find_setpriv()
        self._command = [str(setpriv), "--pdeathsig", "TERM", "--", *command]
        self._log = log
        threading.Thread(target=self._keep, name="broker-keeper", daemon=True).start()
        self._made.wait()
        if self._failure:
            raise BrokerError(f"mosquitto cannot be started: {self._failure}") from self._failure

    def _keep(self) -> None:
        try:
            with self._log.open("ab") as log:
                # A session of its own: Ctrl-C in the terminal reaches us, and we stop the broker last.
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                )
        except OSError as error:
            self._failure = error
        finally:
            self._made.set()
        if self._process:
            self._process.wait()
        self.ended.set()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Signal it, if it still runs."""
        if self._process and not self.ended.is_set():
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def end(self, first: signal.Signals, patience_s: float) -> None:
        """Signal it with ``first``, and after ``patience_s`` seconds with SIGKILL. Returns when it is gone."""
        self.send(first)
        if not self.ended.wait(patience_s):
            self.send(signal.SIGKILL)
            self.ended.wait()
