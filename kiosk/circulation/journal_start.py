"""Opening the journal's file for writing: the lock, the durable settings, making it, and replacing an older version."""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import uuid
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import IO

from kiosk.circulation import chain
from kiosk.circulation.clock import Clock
from kiosk.circulation.errors import JournalError, JournalInUse
from kiosk.circulation.journal_key import sync_folder
from kiosk.circulation.journal_tables import OLDER_SECURITY, SCHEMA, SPLIT_OP

log = logging.getLogger(__name__)

#: Like ``sqlite3.connect``, and called as it is, so that a test can put another SQLite under the journal.
Connect = Callable[..., sqlite3.Connection]

_Wish = tuple[str, int, str, str]


def lock(path: Path) -> IO[str]:
    """Take the writer's lock: a file beside the journal, holding the writer's process number for people to read.

    Raises:
        JournalInUse: another process has it.
        JournalError: nothing can be written here.
    """
    name = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = name.open("a+", encoding="ascii")
    except OSError as error:
        raise JournalError(f"{path}: the journal cannot be written here: {error.strerror or error}.") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.seek(0)
        writer = held.read(20).strip()
        held.close()
        raise JournalInUse(
            f"{path}: the journal is in use by the running kiosk (process {writer or 'unknown'}). "
            "Stop the kiosk first, or use a command that only reads."
        ) from None
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    return held


def open_file(path: Path, kiosk: str, clock: Clock, connect: Connect, durability: str) -> sqlite3.Connection:
    """The journal's file, made first if there is none; a finished one of version 1 is replaced.

    Raises:
        JournalError: it is no journal, or an unfinished one of version 1.
    """
    db = _connect(path, connect)
    try:
        old = _is_version_1(db)  # which also makes the file, if there is none
        _keep_private(path)
        if old:
            wishes = _finish_version_1(path, db, kiosk)
            db.close()
            _swap(path, kiosk, clock, wishes)
            db = _connect(path, connect)
            _keep_private(path)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(f"PRAGMA synchronous={durability}")
        db.execute("PRAGMA secure_delete=ON")
        _make(db, kiosk, clock, [])
    except sqlite3.Error as error:
        db.close()
        raise JournalError(f"{path}: this is not a usable journal: {error}.") from error
    except BaseException:
        db.close()
        raise
    return db


def _connect(path: Path, connect: Connect) -> sqlite3.Connection:
    try:
        return connect(str(path), isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise JournalError(f"{path}: the journal cannot be opened: {error}.") from error


def _make(db: sqlite3.Connection, kiosk: str, clock: Clock, wishes: list[_Wish]) -> None:
    db.execute("BEGIN IMMEDIATE")
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'journal'").fetchone() is None:
        identity = (str(uuid.uuid4()), kiosk, clock.now().astimezone(UTC).isoformat(timespec="milliseconds"))
        for statement in SCHEMA:
            db.execute(statement)
        db.execute("INSERT INTO journal (id, kiosk, made) VALUES (?, ?, ?)", identity)
        db.execute("INSERT INTO head (n, hash) VALUES (0, ?)", [chain.genesis(*identity)])
        for wish in wishes:
            db.execute("INSERT INTO security (uid, armed, op, wanted_at) VALUES (?, ?, ?, ?)", wish)
        db.execute(SPLIT_OP)
    elif "item" not in {column[1] for column in db.execute("PRAGMA table_info(security)")}:
        for statement in OLDER_SECURITY:
            db.execute(statement)
    db.execute("COMMIT")


# version 1


def _keep_private(path: Path) -> None:
    """The journal knows patrons' numbers: nobody but the kiosk's user and group reads it, nor the log beside it."""
    try:
        path.chmod(path.stat().st_mode & 0o660)
    except FileNotFoundError:
        return  # it is made with the first row, or by another SQLite in a place of its own
    except PermissionError:
        log.warning("%s: the journal may be readable by others; its owner can change that: chmod o= FILE", path)


def _is_version_1(db: sqlite3.Connection) -> bool:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    return version == 1 and db.execute("SELECT 1 FROM sqlite_master WHERE name = 'journal'").fetchone() is not None


def _finish_version_1(path: Path, db: sqlite3.Connection, kiosk: str) -> list[_Wish]:
    """The wanted bits of a journal in which nothing is left to do; everything it holds is in its one file then."""
    owner = db.execute("SELECT kiosk FROM journal").fetchone()
    if owner is None or owner[0] != kiosk:
        raise JournalError(f"{path}: this journal belongs to kiosk '{owner and owner[0]}', not to '{kiosk}'.")
    newest = "SELECT state FROM states WHERE n IN (SELECT MAX(n) FROM states GROUP BY op)"
    settled = "('done', 'refused', 'resolved')"
    left = db.execute(f"SELECT COUNT(*) FROM ({newest}) WHERE state NOT IN {settled}").fetchone()[0]
    if left:
        raise JournalError(
            f"{path}: this journal is of version 1 and has {left} operation{'s' if left > 1 else ''} not yet settled. "
            "Start the program that wrote it once more, settle its conflicts, then start this one."
        )
    wishes = [tuple(row) for row in db.execute("SELECT uid, armed, op, wanted_at FROM security")]
    db.execute("PRAGMA journal_mode=DELETE")
    return wishes


def _swap(path: Path, kiosk: str, clock: Clock, wishes: list[_Wish]) -> None:
    """Put a new journal into the old one's place in one step; the wanted bits come along."""
    aside, new = path.with_name(path.name + ".version-1"), path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    fresh = sqlite3.connect(new, isolation_level=None)
    try:
        fresh.execute("PRAGMA synchronous=FULL")
        _make(fresh, kiosk, clock, wishes)
    finally:
        fresh.close()
    if not aside.exists():
        os.link(path, aside)
    new.replace(path)  # the old journal or the new one, at every moment
    sync_folder(path.parent)
    log.warning(
        "%s: the journal was of version 1 with everything settled; it is kept as %s, and a new one was begun. "
        "The old one holds patrons' numbers: delete it when it is no longer needed",
        path,
        aside.name,
    )
