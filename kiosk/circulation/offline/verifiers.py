"""Recognising a PIN while the system that knows it is away.

Opt-in: after each login with a PIN that the system accepted, the kiosk keeps a *verifier*: scrypt over the PIN and this
kiosk's own secret (the *pepper*, in a file that only its owner may read), with a salt of its own, for some days. Card
numbers are kept as hashes keyed with the pepper. So the file alone says neither who was here nor any PIN; with the
pepper from the same stolen kiosk, PINs of four digits can be found by trying, slowly. That is why it is opt-in, why
verifiers expire, and why ``pustaka offline forget`` exists.

Tries are limited as in the embedded library (``library/pins.py``): counted durably before the PIN is looked at, for
unknown cards just the same, and for the whole kiosk too, so that nobody tries one PIN on every card.
"""

from __future__ import annotations

import contextlib
import enum
import hashlib
import hmac
import sqlite3
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from kiosk.circulation.clock import Clock
from kiosk.circulation.errors import OfflineError
from kiosk.circulation.library import pins
from kiosk.circulation.library.pins import Lock
from kiosk.circulation.offline import keys
from kiosk.circulation.port import Secret

#: The file's name in the kiosk's data folder.
FILE = "offline-verifiers.sqlite"
#: So many wrong tries on whatever cards within the hour, and the kiosk takes no PIN for a while.
KIOSK_TRIES = 60
_KIOSK_WINDOW = timedelta(hours=1)
_KIOSK_DELAY = timedelta(minutes=10)
_BUSY_SECONDS = 2.0

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS verifiers (card TEXT PRIMARY KEY, pin TEXT NOT NULL, until TEXT NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS pin_tries "
    "(card TEXT PRIMARY KEY, wrong INTEGER NOT NULL, locked_until TEXT, last TEXT NOT NULL) STRICT",
)


class Verdict(enum.Enum):
    """What came of a PIN. There is no third answer: an unknown card is as wrong as a wrong PIN."""

    RIGHT = enum.auto()
    WRONG = enum.auto()


class Verifiers:
    """The kiosk's verifiers, in one small SQLite file. Use from any thread."""

    def __init__(self, path: Path, db: sqlite3.Connection, pepper: bytes, clock: Clock) -> None:
        self.path = path
        self._db = db
        self._pepper = pepper
        self._clock = clock
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path, clock: Clock) -> Verifiers:
        """Open the verifiers at ``path``; they and their pepper (beside it, ``.pepper``) are made when missing.

        Raises:
            OfflineError: they cannot be made or read, or others may read the pepper.
        """
        beside = pepper_of(path)
        if not beside.exists():
            # What was hashed with a lost pepper can never match again.
            _erase(path)
            keys.write_private(beside, keys.make_secret().hex().encode() + b"\n")
        pepper = keys.read_hex(beside, "pepper of the PIN verifiers")
        try:
            path.touch(mode=0o600)
            path.chmod(0o600)
            db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            db.row_factory = sqlite3.Row
            for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA secure_delete=ON", *SCHEMA):
                db.execute(statement)
        except (sqlite3.Error, OSError) as error:
            raise OfflineError(f"{path}: the PIN verifiers cannot be used: {error}.") from error
        return cls(path, db, pepper, clock)

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._db.close()

    def learn(self, number: str, pin: Secret, days: int) -> None:
        """The system has just accepted this PIN: keep a verifier for so many days."""
        made = pins.hash_pin(self._peppered(pin))
        until = self._clock.now() + timedelta(days=days)
        with self._writing() as db:
            db.execute("DELETE FROM verifiers WHERE until < ?", [_text(self._clock.now())])
            db.execute("INSERT OR REPLACE INTO verifiers VALUES (?, ?, ?)", [self._card(number), made, _text(until)])
            pins.forget_tries(db, self._card(number))

    def knows(self, number: str) -> bool:
        """Whether there is a verifier for this card that has not expired."""
        with self._lock:
            return self._kept(number) is not None

    def locked(self, number: str) -> Lock | None:
        """Whether this card, or the kiosk, takes no PIN now."""
        with self._writing() as db:
            return self._locked(db, number, self._clock.now())

    def check(self, number: str, pin: Secret) -> Verdict | Lock:
        """Try a PIN. Takes the same time and answers the same for an unknown card and for a wrong PIN."""
        now, card = self._clock.now(), self._card(number)
        with self._writing() as db:
            lock = self._locked(db, number, now)
            if lock is not None:
                return lock
            lock = pins.count_try(db, card, now)
            kept = self._kept(number)
        matches = pins.pin_matches(self._peppered(pin), kept or pins.NOBODYS_PIN)
        if not matches:
            return lock or Verdict.WRONG
        with self._writing() as db:
            pins.forget_tries(db, card)
        return Verdict.RIGHT

    def count(self) -> int:
        """How many verifiers have not expired."""
        with self._lock:
            query = "SELECT COUNT(*) FROM verifiers WHERE until >= ?"
            return int(self._db.execute(query, [_text(self._clock.now())]).fetchone()[0])

    def forget_all(self) -> int:
        """Forget every verifier and every try, also in a kiosk that runs; how many verifiers there were."""
        with self._writing() as db:
            forgotten = db.execute("DELETE FROM verifiers").rowcount
            db.execute("DELETE FROM pin_tries")
        with self._lock:
            # So that the bytes leave the write-ahead log too; a reader at the same moment makes it wait its turn.
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return forgotten

    def _kept(self, number: str) -> str | None:
        query = "SELECT pin FROM verifiers WHERE card = ? AND until >= ?"
        row = self._db.execute(query, [self._card(number), _text(self._clock.now())]).fetchone()
        return None if row is None else str(row["pin"])

    def _locked(self, db: sqlite3.Connection, number: str, now: datetime) -> Lock | None:
        lock = pins.locked(db, self._card(number), now)
        if lock is not None:
            return lock
        query = "SELECT COALESCE(SUM(wrong), 0) AS wrong FROM pin_tries WHERE last >= ?"
        wrong = int(db.execute(query, [_text(now - _KIOSK_WINDOW)]).fetchone()["wrong"])
        return Lock(now + _KIOSK_DELAY, wrong) if wrong >= KIOSK_TRIES else None

    def _card(self, number: str) -> str:
        return hmac.digest(self._pepper, b"card\0" + number.strip().encode(), hashlib.sha256).hex()

    def _peppered(self, pin: Secret) -> Secret:
        return Secret(hmac.digest(self._pepper, b"pin\0" + pin.text.encode(), hashlib.sha256).hex())

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                self._back()
                raise OfflineError(f"{self.path}: the PIN verifiers cannot be used: {error}.") from error
            except BaseException:
                self._back()
                raise

    def _back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")


def pepper_of(path: Path) -> Path:
    """The file of the pepper that belongs to the verifiers at ``path``."""
    return path.with_name(path.name + ".pepper")


def _erase(path: Path) -> None:
    """Remove verifiers and what SQLite keeps beside them."""
    try:
        for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            name.unlink(missing_ok=True)
    except OSError as error:
        raise OfflineError(f"{path}: cannot be removed: {error.strerror or error}.") from error


def _text(when: datetime) -> str:
    return when.isoformat()
