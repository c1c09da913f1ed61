"""The two keys of offline work, and the files they lie in.

* The *signing key* (Ed25519) stays where extracts are made; kiosks know its public half from their settings. Whoever
  has it can tell kiosks whom to lend to.
* The *card key* is shared by the maker and the kiosks. Card numbers can be counted through, so a plain hash would hide
  nothing; with the key, an extract on a lost memory stick says of nobody that they are a member. On a stolen kiosk,
  which has the key, it is a pseudonym only.

Both files are readable by their owner alone; one that others may read is refused, not quietly used.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from kiosk.circulation.errors import OfflineError

#: Length of the hashes that stand for a card, or for a card with an item. A chance hit among 100,000 cards: 1e-24.
MARK_BYTES = 12
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class CardKey:
    """Makes keyed hashes (HMAC-SHA-256, cut) of card numbers. Never shows itself."""

    secret: bytes = field(repr=False)

    def card(self, number: str) -> bytes:
        """What stands for this card."""
        return self._mark(b"card", number.strip().encode())

    def pair(self, number: str, item: str) -> bytes:
        """What stands for this card having this item; no two of one card have anything in common without the key."""
        return self._mark(b"pair", self.card(number) + item.strip().encode())

    def check(self) -> str:
        """Names the key without telling it, so that a wrong one is noticed before it finds nobody."""
        return self._mark(b"check", b"").hex()

    def _mark(self, what: bytes, text: bytes) -> bytes:
        return hmac.digest(self.secret, what + b"\0" + text, hashlib.sha256)[:MARK_BYTES]


def make_secret() -> bytes:
    """Random bytes for a card key or a pepper."""
    return os.urandom(_KEY_BYTES)


def public_hex(public: Ed25519PublicKey) -> str:
    """A public key as the settings have it."""
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def read_public(text: str) -> Ed25519PublicKey:
    """The public key from the settings.

    Raises:
        OfflineError: it is missing or no key.
    """
    try:
        raw = bytes.fromhex(text)
        return Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        said = "is not set" if not text.strip() else "is no Ed25519 public key of 64 hex digits"
        raise OfflineError(
            f"circulation.offline.public_key {said}. 'pustaka offline keys' prints it where the extracts are made."
        ) from None


def make_signing(path: Path) -> str:
    """Make a signing key and keep it; its public half, as the settings have it.

    Raises:
        OfflineError: there is a file already, or it cannot be written.
    """
    private = Ed25519PrivateKey.generate()
    write_private(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return public_hex(private.public_key())


def read_signing(path: Path) -> Ed25519PrivateKey:
    """The signing key from its file.

    Raises:
        OfflineError: it is missing, open to others, or no key.
    """
    text = read_private(path, "signing key")
    try:
        key = load_pem_private_key(text, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise OfflineError(f"{path}: this is no Ed25519 private key. Make one with 'pustaka offline keys'.")
    return key


def write_card_key(path: Path, key: CardKey) -> None:
    """Keep the card key, as hex in one line.

    Raises:
        OfflineError: there is a file already, or it cannot be written.
    """
    write_private(path, key.secret.hex().encode() + b"\n")


def read_card_key(path: Path) -> CardKey:
    """The card key from its file.

    Raises:
        OfflineError: it is missing, open to others, or no key.
    """
    return CardKey(read_hex(path, "card key"))


def read_hex(path: Path, what: str) -> bytes:
    """A secret of 32 bytes, written as hex.

    Raises:
        OfflineError: it is missing, open to others, or no such secret.
    """
    try:
        secret = bytes.fromhex(read_private(path, what).decode("ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) != _KEY_BYTES:
        raise OfflineError(f"{path}: this is no {what}; it has one line of {2 * _KEY_BYTES} hex digits.")
    return secret


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read; durable when this returns.

    Raises:
        OfflineError: there is a file already, or it cannot be written.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, 0o600)
            file.write(content)
            file.flush()
            os.fsync(handle)
    except FileExistsError:
        raise OfflineError(f"{path}: there is a file already; a key is never written over.") from None
    except OSError as error:
        raise OfflineError(f"{path}: the key cannot be written here: {error.strerror or error}.") from error


def read_private(path: Path, what: str) -> bytes:
    """The content of a file that nobody but its owner may read.

    Raises:
        OfflineError: it is missing, open to others, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise OfflineError(f"{path}: others may read this {what}. Close it with: chmod 600 {path}")
            return file.read(4096)
    except FileNotFoundError:
        raise OfflineError(f"{path}: there is no {what} here. Make one with 'pustaka offline keys'.") from None
    except OSError as error:
        raise OfflineError(f"{path}: the {what} cannot be read: {error.strerror or error}.") from error
