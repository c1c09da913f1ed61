"""PINs: kept as salted scrypt hashes, and tried against a limit that survives a restart.

* A try is counted, durably, *before* the PIN is looked at: pulling the plug or using two kiosks at once gains nothing.
* After three wrong tries the card is locked for a minute, and each further wrong try doubles that, up to a day.
* Unknown cards are counted and hashed just like known ones, so neither words nor time tell them apart. They are kept
  as a hash and forgotten after a day.
* Where the library's policy says that PINs are *optional*, a member without one is served by number alone, so whoever
  stands at the kiosk learns whether a number exists, and opens the account if it has no PIN. Where they are
  *required*, every card is asked for one, whether it exists or not, and a member without a PIN is not served before
  staff have given them one. Optional is the default, because a new library's members have no PIN yet.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.circulation.port import Secret

_N, _R, _P = 2**14, 8, 1
_TRIES = 3
_FIRST_DELAY = timedelta(minutes=1)
_LONGEST_DELAY = timedelta(days=1)
#: Forget tries this long after the last one.
_MEMORY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lock:
    """A locked card: until when, and after how many wrong tries."""

    until: datetime
    tries: int


def are_required(db: sqlite3.Connection) -> bool:
    """Whether the library serves nobody without a PIN."""
    return bool(db.execute("SELECT pins FROM policy WHERE id = 1").fetchone()["pins"] == "required")


def hash_pin(pin: Secret, salt: bytes | None = None) -> str:
    """``scrypt$n$r$p$salt$hash``, salt and hash in hex."""
    salt = secrets.token_bytes(16) if salt is None else salt
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${_scrypt(pin, salt, _N, _R, _P).hex()}"


def pin_matches(pin: Secret, stored: str) -> bool:
    """Whether ``pin`` is the one that ``stored`` was made of."""
    _, n, r, p, salt, expected = stored.split("$")
    made = _scrypt(pin, bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(made, bytes.fromhex(expected))


#: Compared with when there is no such card; matches nothing, costs the same.
NOBODYS_PIN = f"scrypt${_N}${_R}${_P}${bytes(16).hex()}${bytes(32).hex()}"


def delay(wrong: int) -> timedelta:
    """How long a card is locked after its ``wrong``-th wrong try."""
    if wrong < _TRIES:
        return timedelta()
    doublings = min(wrong - _TRIES, 20)
    return min(_FIRST_DELAY * (1 << doublings), _LONGEST_DELAY)


def locked(db: sqlite3.Connection, number: str, now: datetime) -> Lock | None:
    """Whether the next try is not allowed yet. Needs a transaction that may write.

    When the clock was set back since the lock began, the lock is shortened to its delay from now.
    """
    row = db.execute("SELECT wrong, locked_until FROM pin_tries WHERE card = ?", [_card(number)]).fetchone()
    if row is None or row["locked_until"] is None:
        return None
    until, longest = datetime.fromisoformat(row["locked_until"]), now + delay(row["wrong"])
    if until > longest:
        until = longest
        db.execute("UPDATE pin_tries SET locked_until = ? WHERE card = ?", [until.isoformat(), _card(number)])
    return Lock(until, row["wrong"]) if until > now else None


def count_try(db: sqlite3.Connection, number: str, now: datetime) -> Lock | None:
    """Count a try as wrong before it is checked; answers the lock if the card has one now."""
    trim(db, now)
    row = db.execute("SELECT wrong FROM pin_tries WHERE card = ?", [_card(number)]).fetchone()
    wrong = 1 if row is None else row["wrong"] + 1
    until = now + delay(wrong) if delay(wrong) else None
    db.execute(
        "INSERT OR REPLACE INTO pin_tries (card, wrong, locked_until, last) VALUES (?, ?, ?, ?)",
        [_card(number), wrong, until.isoformat() if until else None, now.isoformat()],
    )
    return Lock(until, wrong) if until else None


def trim(db: sqlite3.Connection, now: datetime) -> None:
    """Forget the tries of more than a day ago."""
    db.execute("DELETE FROM pin_tries WHERE last < ?", [(now - _MEMORY).isoformat()])


def forget_tries(db: sqlite3.Connection, number: str) -> None:
    """The right PIN was given, or staff unlocked the card."""
    db.execute("DELETE FROM pin_tries WHERE card = ?", [_card(number)])


def _scrypt(pin: Secret, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(pin.text.encode(), salt=salt, n=n, r=r, p=p, maxmem=64 * 1024 * 1024, dklen=32)


def _card(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()
