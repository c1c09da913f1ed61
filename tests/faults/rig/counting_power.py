"""Power cuts in a door's ledger: cut before every step the disk makes, look at what the next start finds.

A day at the door writes into a ledger and notes, after each call that returned, what was taken. After any cut the next
start must find it: a total is never lower than what was taken, never higher than what was counted, and between the two
lies at most one interval that was not flushed. Rows that the desk has not acknowledged are all there, in their order.
"""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from rig.apsw_as_sqlite3 import connecting_to
from rig.counting_parts import DoorClock, Time
from rig.cuts import Cuts, cut_before_each_step
from rig.disk import Disk, PowerCutError

from devices.contract import Ack, Count, Kind, body
from devices.link.errors import LedgerError
from devices.link.ledger import Ledger
from devices.link.store import connect

#: A checkpoint after this many pages of WAL instead of 1000, so that cuts fall into checkpoints too.
_CHECKPOINT = "PRAGMA wal_autocheckpoint=8"


@dataclass
class Taken:
    """What the ledger has said yes to, and what was counted at all."""

    counted: int = 0
    into: int = 0  # of this, what it took
    rows: int = 0  # numbers given
    acked: int = 0  # numbers the desk has
    epoch: str = ""


def day(ledger: Ledger, time: Time, taken: Taken) -> None:
    """Intervals that grow, are held, become rows; a heartbeat; what the desk has goes."""
    began = time.now
    for minute in range(1, 7):
        into = 0
        for _ in range(2):
            into += minute
            taken.counted += minute
            time.now += 4_000
            ledger.hold(Kind.COUNT, Count(into=into), time.now - began - 4_000, time.now - began)
            taken.into += minute
        ledger.settle()
        taken.rows = ledger.last_seq
        if minute % 3 == 0:
            ledger.append(Kind.HEARTBEAT, Count())
            taken.rows = ledger.last_seq
        if minute % 2 == 0:
            taken.acked = ledger.last_seq - 1
            ledger.prune(Ack(epoch=ledger.epoch, seq=taken.acked))


def run_until_cut(folder: Path, cut_at: int | None, *, control: bool) -> tuple[Disk, Taken]:
    """One day; the disk tells afterwards whether the power went (``dead``)."""
    disk, taken, time = Disk(cut_at=cut_at), Taken(), Time()
    clock = DoorClock(time, "boot1")
    clock.synced = True
    with contextlib.suppress(PowerCutError):
        ledger = _open(folder, disk, clock, "NORMAL" if control else "FULL")
        taken.epoch = ledger.epoch
        day(ledger, time, taken)
        ledger.close()
    return disk, taken


def problems_after(image: dict[str, bytes], folder: Path, taken: Taken) -> list[str]:
    """What the next start finds wrong."""
    try:
        ledger = _open(folder, Disk(image), DoorClock(Time(), "boot2"), "FULL")
    except (LedgerError, OSError) as error:
        return [f"the ledger does not open: {error}"]
    try:
        return _problems(ledger, taken)
    finally:
        ledger.close()


def _open(folder: Path, disk: Disk, clock: DoorClock, durability: Literal["FULL", "NORMAL"]) -> Ledger:
    opener = connecting_to(disk, _CHECKPOINT)
    return Ledger(folder / "ledger.sqlite", clock, lambda path: connect(path, opener, durability))


def _problems(ledger: Ledger, taken: Taken) -> list[str]:
    found = []
    if taken.epoch and ledger.epoch != taken.epoch:
        found.append("another epoch began")
    total = ledger.totals().get("in", 0)
    if not taken.into <= total <= taken.counted:
        found.append(f"a total of {total}, where {taken.into} were taken of {taken.counted} counted")
    if ledger.last_seq < taken.rows:
        found.append(f"the last number is {ledger.last_seq}, but {taken.rows} was given")
    rows = ledger.after(0, 1_000)
    if ledger.acked > taken.acked or [row.seq for row in rows] != list(range(ledger.acked + 1, ledger.last_seq + 1)):
        found.append(f"rows {[row.seq for row in rows]} are here, and the desk has those up to {taken.acked}")
    counts = [content for content in map(body, rows) if isinstance(content, Count)]
    for before, after in itertools.pairwise(counts):
        if after.total_in - after.into != before.total_in:
            found.append(f"the totals {before.total_in} and {after.total_in} do not fit")
    if counts and counts[-1].total_in != total:
        found.append(f"the last row's total is {counts[-1].total_in}, the ledger's {total}")
    return found


def cut_everywhere(seeds: range, *, control: bool = False) -> Cuts:
    """Cuts in the day."""
    return cut_before_each_step(partial(run_until_cut, control=control), problems_after, seeds)
