"""What devices say of themselves, and what could not be read, in the SQLite store.

Runs inside the writer's transaction.

Receive times are the only clock here. A retained copy tells what *was* true, so it never moves "last heard", and it
moves "since" only when it differs from what is known, and then to "not known".
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec

from collector.store.port import DeadLetter, StateUpdate
from devices.contract import Leaf, Status

#: Of the newest dead letters so many are kept; a device gone mad must not fill the disk.
KEPT_DEAD = 10_000


def bury(connection: sqlite3.Connection, letters: Iterable[DeadLetter]) -> None:
    """Set aside what could not be read; of each payload at most 4 KiB."""
    values = [
        (letter.received, letter.topic[:300], letter.problem[:500], letter.payload[:4096], len(letter.payload))
        for letter in letters
    ]
    if not values:
        return
    connection.executemany(
        "INSERT INTO dead_letter (received, topic, problem, payload, whole) VALUES (?,?,?,?,?)", values
    )
    connection.execute("DELETE FROM dead_letter WHERE id <= (SELECT max(id) FROM dead_letter) - ?", (KEPT_DEAD,))


def expect(connection: sqlite3.Connection, site: str, device: str, name: str, now: int) -> None:
    """Put a device on the list, or rename it there."""
    _ensure(connection, site, device, now)
    connection.execute("UPDATE device_state SET expected=? WHERE site=? AND device=?", (name or device, site, device))


def apply(connection: sqlite3.Connection, update: StateUpdate) -> None:
    """Write one statement of a device."""
    key = (update.site, update.device)
    _ensure(connection, *key, update.received)
    if update.leaf is Leaf.ALERT:
        _alert(connection, update)
    elif update.leaf is Leaf.STATUS:
        _status(connection, update)
    else:
        text = None if update.value is None else msgspec.json.encode(update.value).decode()
        column = update.leaf.value
        connection.execute(f"UPDATE device_state SET {column}=? WHERE site=? AND device=?", (text, *key))
        if update.leaf is Leaf.HEALTH and update.live:
            connection.execute("UPDATE device_state SET health_at=? WHERE site=? AND device=?", (update.received, *key))
    # The broker speaks the last will, so "offline" is no sign of life.
    if update.live and update.value is not None and update.value is not Status.OFFLINE:
        heard(connection, *key, update.received)


def heard(connection: sqlite3.Connection, site: str, device: str, at: int) -> None:
    """A device gave a sign of life."""
    _ensure(connection, site, device, at)
    connection.execute(
        "UPDATE device_state SET heard=max(coalesce(heard, 0), ?) WHERE site=? AND device=?", (at, site, device)
    )


def _ensure(connection: sqlite3.Connection, site: str, device: str, now: int) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO device_state (site, device, first_seen, expected) VALUES (?,?,?,'')", (site, device, now)
    )


def _status(connection: sqlite3.Connection, update: StateUpdate) -> None:
    value = None if update.value is None else str(update.value)
    connection.execute(
        "UPDATE device_state SET status_since = CASE WHEN status IS ? THEN status_since ELSE ? END, status=? "
        "WHERE site=? AND device=?",
        (value, update.received if update.live else None, value, update.site, update.device),
    )


def _alert(connection: sqlite3.Connection, update: StateUpdate) -> None:
    key = (update.site, update.device, update.alert)
    if update.value is None:
        connection.execute("DELETE FROM alert WHERE site=? AND device=? AND id=?", key)
        return
    text = msgspec.json.encode(update.value).decode()
    connection.execute(
        "INSERT INTO alert VALUES (?,?,?,?,?) ON CONFLICT (site, device, id) DO UPDATE SET body=excluded.body",
        (*key, text, update.received),
    )
