"""The signature at the end of an extract, and putting a file in the place of another.

Layout: the SQLite file as it is, then 96 bytes::

    64  Ed25519 signature over  CONTEXT + SHA-256 of everything before
     8  the first bytes of the public key's SHA-256: which key this is
     8  length of everything before, big-endian
    16  MAGIC

SQLite takes the number of its pages from its own header, so it does not see the trailer. One file, not two, because
only one file can be replaced in one step. Nothing of a file is looked at but this before the signature holds.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.circulation.errors import OfflineError
from kiosk.circulation.offline.keys import public_hex

MAGIC = b"pustaka-extract1"
CONTEXT = b"pustaka offline extract, version 1\0"
TRAILER = 64 + 8 + 8 + len(MAGIC)
_CHUNK = 1 << 20


def nowhere(point: str) -> None:
    """The crash points' default: nothing happens there."""


def key_id(public: Ed25519PublicKey) -> bytes:
    """Names a public key in eight bytes."""
    return hashlib.sha256(bytes.fromhex(public_hex(public))).digest()[:8]


def seal(path: Path, private: Ed25519PrivateKey) -> None:
    """Append the trailer to the finished file at ``path`` and bring it to the disk."""
    with path.open("r+b") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
        length = file.seek(0, os.SEEK_END)
        signature = private.sign(CONTEXT + digest)
        file.write(signature + key_id(private.public_key()) + length.to_bytes(8, "big") + MAGIC)
        file.flush()
        os.fsync(file.fileno())


def verify(file: IO[bytes], name: Path, public: Ed25519PublicKey) -> None:
    """Check the whole of an open file.

    Raises:
        OfflineError: it is no extract, cut short, changed, or signed with another key.
    """
    size = file.seek(0, os.SEEK_END)
    if size <= TRAILER:
        raise OfflineError(f"{name}: this is no offline extract, or the end of it is missing. Copy it here again.")
    file.seek(size - TRAILER)
    trailer = file.read(TRAILER)
    if trailer[80:] != MAGIC or int.from_bytes(trailer[72:80], "big") != size - TRAILER:
        raise OfflineError(f"{name}: this is no offline extract, or the end of it is missing. Copy it here again.")
    if trailer[64:72] != key_id(public):
        raise OfflineError(
            f"{name}: this extract was signed with another key than circulation.offline.public_key names."
        )
    try:
        public.verify(trailer[:64], CONTEXT + _digest(file, size - TRAILER))
    except InvalidSignature:
        raise OfflineError(
            f"{name}: this extract was damaged or changed after it was signed. Copy it here again."
        ) from None


def put(content: Path, place: Path, point: Callable[[str], None] = nowhere) -> None:
    """Put a copy of ``content`` at ``place`` in one step: a power cut leaves the old file or the new one.

    Raises:
        OfflineError: it cannot be read or written.
    """
    temporary = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        with content.open("rb") as source, temporary.open("wb") as target:
            while chunk := source.read(_CHUNK):
                target.write(chunk)
            point("extract: written")
            target.flush()
            os.fsync(target.fileno())
        point("extract: synced")
        move_into_place(temporary, place, point)
    except OSError as error:
        raise OfflineError(f"{place}: the extract cannot be put here: {error.strerror or error}.") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def move_into_place(temporary: Path, place: Path, point: Callable[[str], None] = nowhere) -> None:
    """Rename a file whose content is on the disk already, and bring the folder to the disk too."""
    temporary.replace(place)
    point("extract: renamed")
    folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    point("extract: in place")


def _digest(file: IO[bytes], length: int) -> bytes:
    file.seek(0)
    digest, left = hashlib.sha256(), length
    while left > 0 and (chunk := file.read(min(_CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.digest()
