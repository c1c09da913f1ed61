"""Mosquitto's store on disk, when it is damaged.

Mosquitto does not start with a store that it cannot read, for example after the card lost a sector. The store is an
accelerator only: rows are in the devices' ledgers until the desk acknowledges them, and what is retained is published
again at each connect. So a damaged one is set aside, never deleted, and the broker begins with an empty one.
"""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Final

from broker_config import program, ready
from broker_config.errors import BrokerError, PortTaken
from broker_config.ports import LOOPBACK, free_port

#: The name Mosquitto gives it (persistence_file).
NAME: Final = "mosquitto.db"


def set_aside(data: Path) -> Path | None:
    """Rename the store in the folder ``data``; the new name, or ``None`` when there is none.

    Raises:
        OSError: the folder cannot be written.
    """
    there = data / NAME
    if not there.exists():
        return None
    number = 1
    while (kept := data / f"{NAME}.damaged-{number}").exists():
        number += 1
    return there.rename(kept)


def mend(data: Path, timeout: float = 60.0) -> Path | None:
    """Let mosquitto read a copy of the store in ``data``, and set the store aside if it cannot; its new name, or
    ``None`` when all is well.

    Raises:
        BrokerMissing: mosquitto is not installed.
        BrokerError: mosquitto does not start for another reason; nothing was changed.
        OSError: the folder cannot be read or written.
    """
    if not (data / NAME).exists():
        return None
    mosquitto = program.find()
    with tempfile.TemporaryDirectory(prefix="pustaka-broker-") as name:
        place = Path(name)
        shutil.copyfile(data / NAME, place / NAME)
        log, port = place / "broker.log", free_port()
        who = f"user {getpass.getuser()}\n" if os.geteuid() == 0 else ""
        (place / "trial.conf").write_text(
            f"{who}listener {port} {LOOPBACK}\nallow_anonymous false\npersistence true\n"
            f"persistence_location {place}/\nautosave_interval 0\n",
            encoding="utf-8",
        )
        try:
            ready.start([str(mosquitto), "-c", str(place / "trial.conf")], port, log, timeout).end(signal.SIGKILL, 0.0)
        except PortTaken:
            raise
        except BrokerError:
            if "persistent database" not in ready.said(log):
                raise
            return set_aside(data)
    return None
