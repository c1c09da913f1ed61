"""Power cuts in a door's ledger: cut before every step the disk makes, look at what the next start finds.

A day at the door writes into a ledger and notes, after each call that returned, what was taken. After any cut the next
start must find it: a total is never lower than what was taken, never higher than what was counted, and between the two
lies at most one interval that was not flushed. Rows that the desk has not acknowledged are all there, in their order.
"""

from __future__ import annotations

import itertools
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rig.apsw_as_sqlite3 import connecting_to
from rig.counting_parts import DoorClock, Time
from rig.disk import Disk, PowerCutError
from rig.power import Cuts

from devices.contract import Ack, Count, Kind, body
from devices.link.ledger import Ledger

#: A checkpoint after this many pages of WAL instead of 1000, so that cuts fall into checkpoints too.
_CHECKPOINT = "PRAGMA wal_autocheckpoint=8"


@dataclass
class Taken:
    """What the ledger has said yes to, and what was counted at all. ``acked``: what the desk has."""

    into: int = 0
    counted: int = 0
    rows: int = 0
    acked: int = 0
    epoch: str = ""
    bodies: list[int] = field(default_factory=list)


def day(ledger: Ledger, time: Time, taken: Taken) -> None:
    """Intervals that grow, are held, become rows; heartbeats, anchors, acks."""
    taken.epoch = ledger.epoch
    for minute in range(1, 9):
        into = 0
        for _ in range(3):
            into += minute
            taken.counted += minute
            time.now += 4_000
            bt = time.now - 1_795_047_600_000
            ledger.hold(Kind.COUNT, Count(into=into), bt - 4_000, bt)
            taken.into += minute
        ledger.settle()
        taken.rows = ledger.last_seq
        if minute % 3 == 0:
            ledger.append(Kind.HEARTBEAT, Count())
            taken.rows = ledger.last_seq
        if minute % 2 == 0:
            taken.acked = ledger.last_seq - 1
            ledger.prune(Ack(epoch=ledger.epoch, seq=taken.acked))
