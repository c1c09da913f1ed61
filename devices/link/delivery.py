"""Which rows to publish next: the delivery machine, pure.

Theory of operation. The ledger numbers its rows 1, 2, 3 …; the collector's mark ``acked`` says up to where they are
committed. Only that mark counts: the broker's own acknowledgement (PUBACK) frees a place in flight and proves nothing,
because a broker or a collector may still lose the message. Two cursors walk the rows above the mark:

    acked … backlog cursor → backlog end … live cursor → last row written

* The *backlog* is what existed when the connection came up (or when the machine lost patience). It is sent oldest
  first, at a limited rate, so that a hundred doors coming back at once do not drown the desk.
* *Live* rows are those written since. They go out at once and in between, so the desk is current while
  history arrives.
* When the mark has not moved for ``stall_s`` although rows were sent, everything above it becomes backlog and is sent
  again. Each further stall waits twice as long, up to ``stall_max_s``: a desk that is switched off for a week must not
  fill the broker with copies.

Sending a row twice changes nothing at the collector, so every doubt is settled by sending again.
This file knows no clock, socket or thread: ``now`` is any clock in seconds that never goes back.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from devices.contract import BATCH, MAX_PAYLOAD, Ack, Row


class Verdict(enum.Enum):
    """What an ``ack`` means here."""

    PRUNE = "prune"  # new: the ledger may delete up to it
    KNOWN = "known"  # nothing new
    OTHER_EPOCH = "other epoch"  # it belongs to an older ledger: ignore
    IMPOSSIBLE = "impossible"  # above our highest row: a fault to report, not to obey
    COPY = "copy"  # it speaks of another device's row of this number: likewise


@dataclass(frozen=True)
class Limits:
    """Times in seconds, sizes in rows and bytes."""

    batch: int = BATCH
    payload: int = MAX_PAYLOAD
    in_flight: int = 50
    stall_s: float = 30.0
    stall_max_s: float = 900.0
    backlog_per_s: float = 5.0


LIMITS: Final = Limits()


@dataclass(frozen=True)
class Batch:
    """Publish rows with ``after < seq <= upto``, oldest first, as many as fit one message."""

    after: int
    upto: int
    live: bool


class Delivery:
    """One device's delivery; feed it what happened, then ask :meth:`plan` until it says ``None``."""

    def __init__(self, epoch: str, acked: int, last: int, limits: Limits = LIMITS) -> None:
        self.epoch = epoch
        self.acked = acked
        self.last = last
        self.limits = limits
        self._online = False
        self._cursor = self._backlog_end = self._live = acked
        self._flight: set[int] = set()
        self._next_backlog = 0.0
        self._progress = 0.0
        self._patience = limits.stall_s
        self._was_live = False

    # -- what happened

    def connected(self, now: float) -> None:
        """The connection is up: everything above the mark is backlog again."""
        self._online = True
        self._flight.clear()
        self._patience = self.limits.stall_s
        # The oldest row first, whatever comes meanwhile: by its number the desk knows a copied card at once.
        self._next_backlog = now
        self._was_live = True
        self._again(now)

    def disconnected(self) -> None:
        """The connection is gone, and with it every message in flight."""
        self._online = False
        self._flight.clear()

    def appended(self, last: int) -> None:
        """The ledger's highest number is now ``last``."""
        self.last = max(self.last, last)

    def sent(self, message: int, batch: Batch, last: int, now: float) -> None:
        """``batch`` went out as message number ``message``, holding rows up to ``last``."""
        if not self._waiting:
            self._progress = now
        self._flight.add(message)
        self._was_live = batch.live
        if batch.live:
            self._live = last
        else:
            self._cursor = last
            self._next_backlog = now + 1 / self.limits.backlog_per_s

    def published(self, message: int) -> None:
        """The broker took (or refused) the message: its place in flight is free."""
        self._flight.discard(message)

    def ack(self, ack: Ack, now: float, boot: str = "") -> Verdict:
        """The collector's mark arrived; ``boot`` is that of our own row of this number, if we still have it."""
        if ack.epoch != self.epoch:
            return Verdict.OTHER_EPOCH
        if ack.seq > self.last:
            return Verdict.IMPOSSIBLE
        if ack.seq <= self.acked:
            return Verdict.KNOWN
        if boot and ack.boot not in ("", boot):
            return Verdict.COPY
        self.acked = ack.seq
        self._cursor = max(self._cursor, ack.seq)
        self._live = max(self._live, ack.seq)
        self._progress = now
        self._patience = self.limits.stall_s
        return Verdict.PRUNE

    # -- what to do

    def plan(self, now: float) -> Batch | None:
        """The next rows to publish now, if any."""
        if not self._online or len(self._flight) >= self.limits.in_flight:
            return None
        if self._waiting and now >= self._progress + self._patience:  # the same sum as in wait(), to the last bit
            self._patience = min(self._patience * 2, self.limits.stall_max_s)
            self._again(now)
        backlog = self._cursor < self._backlog_end and now >= self._next_backlog
        live = self._live < self.last
        if backlog and (self._was_live or not live):
            return Batch(self._cursor, self._backlog_end, live=False)
        return Batch(self._live, self.last, live=True) if live else None

    def wait(self, now: float) -> float | None:
        """Seconds until :meth:`plan` may say something new by itself; ``None``: only an event can change it."""
        if not self._online or len(self._flight) >= self.limits.in_flight:
            return None
        due: list[float] = []
        if self._cursor < self._backlog_end:
            due.append(self._next_backlog)
        if self._live < self.last:
            due.append(now)
        if self._waiting:
            due.append(self._progress + self._patience)
        return max(0.0, min(due) - now) if due else None

    @property
    def _waiting(self) -> bool:
        """Whether rows were sent that the mark does not cover."""
        return self._cursor > self.acked or (self._live > self._backlog_end and self._live > self.acked)

    def _again(self, now: float) -> None:
        self._cursor = self.acked
        self._backlog_end = self._live = self.last
        self._progress = now


def pack(rows: Iterable[Row], limit: int = MAX_PAYLOAD) -> tuple[bytes, int]:
    """A ``records`` message of as many of ``rows`` as fit ``limit`` bytes, and the last number in it (0: none fit)."""
    parts: list[bytes] = []
    size, last = 2, 0
    for row in rows:
        part = msgspec.json.encode(row)
        size += len(part) + 1
        if size > limit + 1:  # the first row has no comma before it
            break
        parts.append(part)
        last = row.seq
    return b"[" + b",".join(parts) + b"]", last


def longest_wait(failures: int, met: bool, longest_s: float) -> float:
    """The window of :func:`back_off`, in seconds, after so many failures in a row to connect.

    Who has met the broker since the start takes part in an outage with everybody else, and spreads over the whole of
    ``longest_s``. Who has not is booting: its network comes up within seconds, so the window begins small and doubles.
    """
    return longest_s if met else min(longest_s, 2.0 * 2 ** min(failures, 20))


def back_off(chance: float, longest_s: float) -> float:
    """Seconds to wait before connecting again; ``chance`` is a random number from 0 to 1.

    After a power cut a whole city of devices comes back in the same second; spreading them over ``longest_s`` keeps the
    broker answering. Never less than a tenth of a second.
    """
    return max(0.1, chance * longest_s)
