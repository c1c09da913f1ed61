"""The key under which the journal's chain names patrons.

The chain holds HMAC-SHA-256 of a patron's number; the number itself stands beside it until it is forgotten. Membership
numbers are easy to enumerate, so the hash is a pseudonym, and only as secret as this key: 32 random bytes in a file
beside the journal that only the kiosk's user may read.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.circulation.errors import JournalError

log = logging.getLogger(__name__)

_BYTES = 32


@dataclass(frozen=True, slots=True)
class PatronKey:
    """The key; ``check`` names it without giving it away."""

    secret: bytes = field(repr=False)

    @property
    def check(self) -> str:
        return hmac.new(self.secret, b"pustaka journal: which key is this", hashlib.sha256).hexdigest()[:8]

    def mark(self, number: str) -> str:
        """HMAC-SHA-256 of the number, in hex."""
        return hmac.new(self.secret, b"patron:" + number.encode(), hashlib.sha256).hexdigest()


def key_path(journal: Path) -> Path:
    """Where the key of the journal at ``journal`` stands."""
    return journal.with_name(journal.name + ".key")


def read_key(journal: Path) -> PatronKey | None:
    """The journal's key, or ``None`` if it is not there, is damaged, or may not be read by this user."""
    try:
        secret = bytes.fromhex(key_path(journal).read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None
    return PatronKey(secret) if len(secret) == _BYTES else None


def own_key(journal: Path) -> PatronKey:
    """The journal's key, made first if there is none.

    A lost key is replaced: nothing that is still to be done depends on it. Older rows then no longer show that they
    are about the same patron as newer ones.

    Raises:
        JournalError: it can be neither read nor made.
    """
    path = key_path(journal)
    key = read_key(journal)
    if key is not None:
        return key
    if path.exists() and not os.access(path, os.R_OK):
        raise JournalError(f"{path}: the journal's key cannot be read. Let the kiosk's user own it, with mode 600.")
    if journal.exists():
        log.warning("%s: the journal's key is missing or damaged; a new one names patrons from now on", path)
    key = PatronKey(secrets.token_bytes(_BYTES))
    try:
        _write(path, key.secret.hex())
    except OSError as error:
        raise JournalError(f"{path}: the journal's key cannot be written: {error.strerror or error}.") from error
    return key


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and readable by nobody else at any time."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:  # noqa: PTH123
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in the folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
