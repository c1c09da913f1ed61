"""The numbers of the extracts made with one signing key: each larger than the last, also when two are made at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from kiosk.circulation.errors import OfflineError
from kiosk.circulation.offline.writer import next_sequence


@contextmanager
def numbered(signing_key: Path, made: datetime) -> Iterator[int]:
    """The number for an extract made now. It is taken when the block ends well; the next one must wait for that.

    The last number lies beside the key, so that a kiosk that has used it takes nothing older.

    Raises:
        OfflineError: the file with the last number cannot be read or written.
    """
    path = signing_key.with_name(signing_key.name + ".last")
    try:
        file = path.open("a+", encoding="ascii")
    except OSError as error:
        raise OfflineError(f"{path}: cannot be written: {error.strerror or error}.") from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        text = file.read(32).strip()
        if text and not text.isdigit():
            raise OfflineError(f"{path}: this should hold the number of the last extract, and holds something else.")
        number = next_sequence(made, int(text or 0))
        yield number
        file.seek(0)
        file.truncate()
        file.write(f"{number}\n")
        file.flush()
        os.fsync(file.fileno())
