"""Names of Unix sockets: the address of one holds about a hundred bytes, and folders can be deeper than that."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

#: What fits into ``sockaddr_un.sun_path`` on Linux, its closing NUL not counted (unix(7)).
LONGEST = 107


@contextlib.contextmanager
def short_path(path: Path) -> Iterator[str]:
    """``path`` in a form that fits into a socket address, however deep its folder is; good for bind and connect."""
    if len(os.fsencode(path)) <= LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
