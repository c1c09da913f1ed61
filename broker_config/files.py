"""Writing a file so that a power cut leaves the old one or the new one, and only its owner can read it."""

from __future__ import annotations

import os
from pathlib import Path

from broker_config.errors import BrokerError


def make_folder(folder: Path) -> None:
    """Make ``folder`` and its parents; the folder itself is closed to others.

    Raises:
        BrokerError: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BrokerError(f"{folder}: this folder cannot be made: {error.strerror}. Name another one.") from error


def write_private(path: Path, text: str) -> None:
    """Replace ``path`` by ``text``, mode 0600, durably.

    Raises:
        BrokerError: the folder is read-only, full, or missing.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise BrokerError(f"{path}: cannot be written: {error.strerror}. Name a folder that is writable.") from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
