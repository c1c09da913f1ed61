"""Names of ports: a path, or a pattern for a device that comes back under another name."""

from __future__ import annotations

import glob
import os


def candidates(port: str) -> list[str]:
    """The devices that ``port``, a path or a pattern, names now."""
    if os.path.lexists(port):
        return [port]
    return sorted(glob.glob(port))  # noqa: PTH207 (a Path takes no absolute pattern, and raises for odd ones)
