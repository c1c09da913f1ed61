"""What devices say of themselves, and what could not be read.

Runs inside the writer's transaction.

Receive times are the only clock here. A retained copy tells what *was* true, so it never moves "last heard", and it
moves "since" only when it differs from what is known, and then to "not known".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from collector.store.db import Db
from collector.store.port import DeadLetter, StateUpdate
from devices.contract import Leaf, Status

#: Of the newest dead letters so many are kept; a device gone mad must not fill the disk.
KEPT_DEAD = 10_000


def bury(db: Db, letters: Iterable[DeadLetter]) -> None:
    """Set aside what could not be read; of each payload at most 4 KiB."""
    values = [
        (letter.received, _plain(letter.topic[:300]), _plain(letter.problem[:500]), letter.payload[:4096],
         len(letter.payload))
        for letter in letters
    ]  # fmt: skip
    if not values:
        return
    db.executemany("INSERT INTO dead_letter (received, topic, problem, payload, whole) VALUES (?,?,?,?,?)", values)
    db.execute("DELETE FROM dead_letter WHERE id <= (SELECT max(id) FROM dead_letter) - ?", (KEPT_DEAD,))


def _plain(text: str) -> str:
    """A text that any database takes."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def hold(db: Db, devices: Mapping[tuple[str, str], int | None], lock: str) -> None:
    """Keep every other collector from what a batch says of these devices until its end.

    All do so in the same order. A device that was heard (ms) is put on the list first.
    """
    for (site, device), heard_at in sorted(devices.items()):
        if heard_at is not None:
            _ensure(db, site, device, heard_at)
        db.execute(f"SELECT 1 FROM device_state WHERE site=? AND device=?{lock}", (site, device)).fetchone()


def expect(db: Db, site: str, device: str, name: str, now: int) -> None:
    """Put a device on the list, or rename it there."""
    _ensure(db, site, device, now)
    db.execute("UPDATE device_state SET expected=? WHERE site=? AND device=?", (name or device, site, device))


def beat(db: Db, member: str, now: int, listening_since: int | None) -> None:
    """Note that a collector lives."""
    db.execute(
        "INSERT INTO desk (member, beat, listening_since) VALUES (?,?,?) "
        "ON CONFLICT (member) DO UPDATE SET beat=excluded.beat, listening_since=excluded.listening_since",
        (member, now, listening_since),
    )


def apply(db: Db, update: StateUpdate) -> None:
    """Write one statement of a device."""
    key = (update.site, update.device)
    _ensure(db, *key, update.received)
    if update.leaf is Leaf.ALERT:
        _alert(db, update)
    elif update.leaf is Leaf.STATUS:
        _status(db, update)
    else:
        text = None if update.value is None else msgspec.json.encode(update.value).decode()
        column = update.leaf.value
        db.execute(f"UPDATE device_state SET {column}=? WHERE site=? AND device=?", (text, *key))
        if update.leaf is Leaf.HEALTH and update.live:
            db.execute("UPDATE device_state SET health_at=? WHERE site=? AND device=?", (update.received, *key))
    # The broker speaks the last will, so "offline" is no sign of life.
    if update.live and update.value is not None and update.value is not Status.OFFLINE:
        heard(db, *key, update.received)


def heard(db: Db, site: str, device: str, at: int) -> None:
    """A device gave a sign of life."""
    _ensure(db, site, device, at)
    db.execute(
        "UPDATE device_state SET heard=? WHERE site=? AND device=? AND (heard IS NULL OR heard < ?)",
        (at, site, device, at),
    )


def _ensure(db: Db, site: str, device: str, now: int) -> None:
    db.execute(
        "INSERT INTO device_state (site, device, first_seen, expected) VALUES (?,?,?,'') ON CONFLICT DO NOTHING",
        (site, device, now),
    )


def _status(db: Db, update: StateUpdate) -> None:
    value = None if update.value is None else str(update.value)
    db.execute(
        "UPDATE device_state SET status=?, "
        "status_since = CASE WHEN status IS NOT DISTINCT FROM ? THEN status_since ELSE ? END WHERE site=? AND device=?",
        (value, value, update.received if update.live else None, update.site, update.device),
    )


def _alert(db: Db, update: StateUpdate) -> None:
    key = (update.site, update.device, update.alert)
    if update.value is None:
        db.execute("DELETE FROM alert WHERE site=? AND device=? AND id=?", key)
        return
    text = msgspec.json.encode(update.value).decode()
    db.execute(
        "INSERT INTO alert (site, device, id, body, since) VALUES (?,?,?,?,?) "
        "ON CONFLICT (site, device, id) DO UPDATE SET body=excluded.body",
        (*key, text, update.received),
    )
