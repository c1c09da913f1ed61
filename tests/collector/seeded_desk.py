"""A morning at a library, told through the messages its devices would send."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

from ledger_rows import count, payload, transaction

from collector.changes import Changes
from collector.ingest import Message, sort
from collector.store.sqlite import SqliteStore
from collector.store.view import SqliteReader
from collector.web.app import Desk
from collector.web.metrics import Pulse
from collector.writer import Tally
from devices.contract import ROOT

WITA = ZoneInfo("Asia/Makassar")
#: Thursday 19 November 2026, 08.00 in Samarinda.
OPENING = 1_795_046_400_000
MINUTE = 60_000
NOW = OPENING + (6 * 60 + 20) * MINUTE

_PER_HOUR = {"pintu-utama": (15, 27, 38, 29, 16, 20, 7), "pintu-anak": (3, 7, 12, 6)}


def tell(
    store: SqliteStore, site: str, device: str, leaf: str, content: object, at: int, *, kept: bool = False
) -> None:
    """One message."""
    data = (
        content
        if isinstance(content, bytes)
        else content.encode()
        if isinstance(content, str)
        else json.dumps(content).encode()
    )
    store.write(sort([Message(f"{ROOT}/{site}/{device}/{leaf}", data, kept, at)]))


def info(name: str, kind: str, interval: int = 60) -> dict[str, object]:
    return {"kind": kind, "name": name, "software": "0.1.0", "interval_s": interval}


def health(backlog: int = 0, parts: dict[str, object] | None = None, **more: object) -> dict[str, object]:
    return {
        "uptime_s": 9000,
        "cpu_c": 51.2,
        "disk_pct": 38.0,
        "backlog": backlog,
        "clk": "synced",
        "parts": parts or {},
        **more,
    }


def seed(path: Path) -> None:
    """Fill a store."""
    store = SqliteStore(path)
    for device, hours in _PER_HOUR.items():
        rows = []
        for hour, n in enumerate(hours):
            at = OPENING + hour * 60 * MINUTE
            rows.append(count(2 * hour + 1, n // 2, n // 3, epoch=device, at=at + 4 * MINUTE))
            rows.append(count(2 * hour + 2, n - n // 2, n // 4, epoch=device, at=at + 17 * MINUTE))
        rows[2]["body"]["tb"] = 3  # type: ignore[index]
        tell(store, "kota", device, "records", payload(*rows), NOW - (30_000 if device == "pintu-utama" else 8_880_000))
    last_week = [count(h + 1, 20 + 3 * h, epoch="lama", at=OPENING - 7 * 86_400_000 + h * 3600_000) for h in range(9)]
    tell(store, "kota", "pintu-utama", "records", payload(*last_week), OPENING)
    ops = [("checkout", 94), ("checkin", 71), ("renew", 5)]
    done = [
        transaction(i, op, epoch="k", t0=OPENING + 3600_000, t1=OPENING + 3600_000)
        for i, op in enumerate((o for o, n in ops for _ in range(n)), 1)
    ]
    refused = [
        transaction(171 + i, "checkout", "refused", "limit", epoch="k", t0=NOW - MINUTE, t1=NOW) for i in range(3)
    ]
    tell(store, "kota", "anjungan-1", "records", payload(*done), NOW - 10_000)
    tell(store, "kota", "anjungan-1", "records", payload(*refused), NOW - 9_000)
    for device, name, kind, heard in (
        ("pintu-utama", "Pintu utama", "door", 21), ("pintu-anak", "Pintu ruang anak", "door", 8880),
        ("anjungan-1", "Anjungan lantai 1", "kiosk", 8), ("anjungan-anak", "Anjungan ruang anak", "kiosk", 840),
    ):  # fmt: skip
        at = NOW - heard * 1000
        tell(store, "kota", device, "info", info(name, kind), at)
        tell(store, "kota", device, "status", "online", at)
        tell(store, "kota", device, "health", health(backlog=3 if heard > 800 else 0), at)
    tell(store, "kota", "pintu-anak", "status", "offline", NOW - 8_880_000)
    printer = {
        "printer": {"state": "empty", "since": NOW - 39 * MINUTE, "why": "Kertas habis. Peminjaman tetap berjalan."}
    }
    tell(store, "kota", "anjungan-1", "health", health(parts=printer), NOW - 8_000)
    tell(store, "keliling", "anjungan-keliling", "info", info("Perpustakaan keliling 2", "kiosk"), NOW - 80_000_000)
    tell(store, "keliling", "anjungan-keliling", "status", "asleep", NOW - 80_000_000)
    store.expect("kota", "stasiun-tag", "Stasiun tag", NOW - 2 * 86_400_000)
    store.beat(NOW - 1000, NOW - 6 * 3600_000)
    store.close()


def desk(path: Path, now: int = NOW, tally: Tally | None = None) -> Desk:
    """The application's surroundings, with the clock standing still."""
    pulse = Pulse(True, "", 0, tally or Tally())
    return Desk(SqliteReader(path), Changes(), lambda: now, lambda: pulse, WITA, "Perpustakaan Kota Samarinda")
