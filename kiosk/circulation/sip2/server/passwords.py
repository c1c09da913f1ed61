"""Passwords of terminals: kept as salted scrypt hashes, looked at in constant time."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

_N, _R, _P, _LENGTH = 2**14, 8, 1, 32
_STORED = re.compile(r"scrypt\$(\d{4,7})\$(\d{1,2})\$(\d{1,2})\$([0-9a-f]{32})\$([0-9a-f]{64})")
#: Enough for any terminal; SIP2 carries at most 255 characters.
_GENERATED_BYTES = 15


def generate() -> str:
    """A new password that nobody has to remember: 20 letters, digits, ``-`` and ``_``."""
    return secrets.token_urlsafe(_GENERATED_BYTES)


def hash_password(password: str, salt: bytes | None = None) -> str:
    """``scrypt$n$r$p$salt$hash``, salt and hash in hex."""
    salt = secrets.token_bytes(16) if salt is None else salt
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${_scrypt(password, salt, _N, _R, _P).hex()}"


def is_hash(stored: str) -> bool:
    """Whether ``stored`` is what ``hash_password`` makes."""
    return _STORED.fullmatch(stored) is not None


def matches(password: str, stored: str) -> bool:
    """Whether ``stored`` was made of ``password``. Takes some 50 ms: not for an event loop."""
    found = _STORED.fullmatch(stored)
    if found is None:
        return False
    n, r, p, salt, expected = found.groups()
    made = _scrypt(password, bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(made, bytes.fromhex(expected))


#: Compared with when there is no such account; matches nothing, costs the same.
NOBODYS = f"scrypt${_N}${_R}${_P}${bytes(16).hex()}${bytes(_LENGTH).hex()}"


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    data = password.encode(errors="surrogatepass")
    return hashlib.scrypt(data, salt=salt, n=n, r=r, p=p, maxmem=64 * 1024 * 1024, dklen=_LENGTH)
