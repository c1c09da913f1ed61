"""Mosquitto's store on disk, when it is damaged.

Mosquitto does not start with a store that it cannot read, for example after the card lost a sector. The store is an
accelerator only: rows are in the devices' ledgers until the desk acknowledges them, and what is retained is published
again at each connect. So a damaged one is set aside, never deleted, and the broker begins with an empty one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

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
