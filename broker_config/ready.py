"""Starting mosquitto and knowing that it serves, or why it does not."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from broker_config import probe
from broker_config.errors import BrokerError, PortTaken
from broker_config.process import Child

_POLL_S = 0.02


def start(command: list[str], port: int, log: Path, timeout: float) -> Child:
    """Run ``command`` and return when 127.0.0.1:``port`` answers a CONNECT; what it says is added to ``log``.

    Raises:
        PortTaken: another program was quicker to take a port.
        BrokerError: it ended, or is not ready after ``timeout`` seconds; the message quotes its last line.
    """
    said_before = log.stat().st_size if log.exists() else 0
    child = Child(command, log)
    deadline = time.monotonic() + timeout
    while not child.ended.is_set():
        # Refusing a stranger is the answer of a broker that has read its passwords.
        if probe.ask(port) in probe.REFUSED and not child.ended.is_set():
            return child
        if time.monotonic() > deadline:
            child.end(signal.SIGKILL, 0.0)
            raise BrokerError(f"mosquitto is not ready after {timeout:g} s; {_quote(log, said_before)}")
        child.ended.wait(_POLL_S)
    if "already in use" in said(log, said_before):
        raise taken(port)
    raise BrokerError(f"mosquitto ended as soon as it was started; {_quote(log, said_before)}")


def said(log: Path, offset: int = 0) -> str:
    """What the log holds from byte ``offset`` on."""
    with log.open("rb") as file:
        file.seek(offset)
        return file.read().decode(errors="replace")


def taken(port: int) -> PortTaken:
    """The sentence about a port somebody else has."""
    return PortTaken(
        f"Port {port} is taken by another program on this machine. Choose another port, or 0 for any free one; "
        f"'ss -ltnp' shows who has it."
    )


def _quote(log: Path, offset: int) -> str:
    lines = [line for line in said(log, offset).splitlines() if line.strip()]
    errors = [line for line in lines if "Error" in line]
    if not lines:
        return f"it said nothing ({log})"
    return f"it said: {'; '.join(errors or lines[-1:])} (all in {log})"
