"""The one thread that writes: gather, commit, and only then acknowledge.

Theory of operation. The MQTT thread puts messages into a bounded inbox. When that is full it waits: the broker's window
fills, the broker queues, and at last the device's own ledger holds the rows. Nothing is dropped on the way. The writer
takes what waits: up to 4 MiB, or what came in 50 ms, or what is there when 5 ms bring nothing new. It commits that in
one transaction and then publishes the mark of each ledger touched, once. A kill at any point loses nothing: what was
not committed was not acknowledged, and the device sends it again.

It does not look up for every message: between two looks the other thread has the interpreter for itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from collector.errors import StoreBusy
from collector.inbox import Inbox
from collector.ingest import Message, sort
from collector.store.port import Batch, DeadLetter, Mark, Store, Written

#: Bytes in one transaction, about: some 10 000 rows, 200 in a message.
SIZE = 4 * 1024 * 1024
LINGER_S = 0.05
IDLE_S = 0.005
BEAT_S = 5.0
POLL_S = 0.25
RETRY_S = 1.0
DRAIN_S = 1.0
#: Messages waiting to be written, at most, and bytes of them.
WAITING = 10_000
WAITING_SIZE = 8 * 1024 * 1024

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tally:
    """What the writer has done since it started; read by the metrics page."""

    messages: int = 0
    inserted: int = 0
    duplicates: int = 0
    conflicts: int = 0
    dead: int = 0
    commits: int = 0
    commit_seconds: float = 0.0
    problem: str = ""  # why the store takes nothing now; empty when it does


class Writer:
    """Owns the writing side of the store."""

    def __init__(
        self,
        store: Store,
        publish: Callable[[Mark], None],
        changed: Callable[[], None],
        listening_since: Callable[[], int | None],
        clock: Callable[[], int],
        between: Callable[[bool], None] = lambda _idle: None,
    ) -> None:
        """``publish`` tells a device its mark; ``changed`` says that there is news; ``clock`` is ms of UTC.

        ``between`` is called between two batches, and told whether nothing came.
        """
        self.tally = Tally()
        self._store = store
        self._publish = publish
        self._changed = changed
        self._listening_since = listening_since
        self._clock = clock
        self._between = between
        self._inbox = Inbox(WAITING, WAITING_SIZE)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="collector-writer", daemon=True)
        self._beaten = float("-inf")

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def offer(self, message: Message) -> None:
        """Hand a message over; waits while too many wait."""
        self._inbox.put(message)

    def nudge(self) -> None:
        """Write the desk's own state soon (the broker came or went)."""
        self._beaten = float("-inf")
        self._inbox.wake()

    def stop(self, timeout: float = 1.5) -> None:
        """End after what is queued. What does not fit in the time was not acknowledged, and comes again."""
        self._stopping.set()
        self._inbox.close()
        if self._thread.is_alive():
            self._thread.join(timeout)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """Messages not yet written."""
        return len(self._inbox)

    @property
    def waiting_size(self) -> int:
        """Bytes of them, about."""
        return self._inbox.size

    def _run(self) -> None:
        until = float("inf")
        while time.monotonic() < until:
            messages = self._gather()
            if messages:
                self._commit(messages)
            elif self._stopping.is_set():
                break
            if self._stopping.is_set():
                until = min(until, time.monotonic() + DRAIN_S)
            self._beat()
            if not self._stopping.is_set():
                self._between(not messages)

    def _gather(self) -> list[Message]:
        if not self._stopping.is_set():
            self._inbox.wait(POLL_S)
        until = time.monotonic() + LINGER_S
        messages = self._inbox.take(SIZE)
        room = SIZE - _size(messages)
        while messages and room > 0 and time.monotonic() < until and not self._stopping.wait(IDLE_S):
            more = self._inbox.take(room)
            if not more:
                break
            messages += more
            room -= _size(more)
        return messages

    def _commit(self, messages: list[Message]) -> None:
        try:
            written = self._write(sort(messages))
        except Exception as error:  # one poisoned message must not take its neighbours along
            if len(messages) == 1:
                self._bury(messages[0], error)
                return
            log.exception("a batch of %d messages could not be written; trying them one by one", len(messages))
            for message in messages:
                self._commit([message])
            return
        self._told(written, len(messages))

    def _bury(self, message: Message, error: Exception) -> None:
        """Set aside a message that passed every check and still could not be written."""
        problem = f"{type(error).__name__}: {error}"
        log.error("a message on %s could not be written and is set aside: %s", message.topic, problem)
        letter = DeadLetter(message.topic, message.payload, problem, self._clock())
        try:
            written = self._write(Batch(dead=(letter,)))
        except Exception:  # nothing more can be done for it; those behind it must not wait
            log.exception("nor could it be set aside")
            return
        self._told(written, 1)

    def _told(self, written: Written | None, messages: int) -> None:
        """Acknowledge what is committed; ``None`` was not."""
        if written is None:
            return
        self.tally.messages += messages
        for mark in written.marks:
            self._publish(mark)
        self._changed()

    def _write(self, batch: Batch) -> Written | None:
        """Commit, trying again for as long as the store is busy; ``None`` when told to stop meanwhile."""
        while True:
            began = time.monotonic()
            try:
                written = self._store.write(batch)
            except StoreBusy as error:
                if not self.tally.problem:
                    log.error("nothing can be stored: %s", error)
                self.tally.problem = str(error)
                if self._stopping.wait(RETRY_S):
                    return None
                continue
            self._count(written, time.monotonic() - began)
            return written

    def _count(self, written: Written, seconds: float) -> None:
        tally = self.tally
        if tally.problem:
            log.warning("the store takes records again")
        tally.problem = ""
        tally.commits += 1
        tally.commit_seconds += seconds
        tally.inserted += written.inserted
        tally.duplicates += written.duplicates
        tally.conflicts += written.conflicts
        tally.dead += written.dead
        if written.conflicts:
            log.error("%d rows came with a known number and other content: a copied card?", written.conflicts)

    def _beat(self) -> None:
        if time.monotonic() - self._beaten < BEAT_S:
            return
        turned = self._beaten == float("-inf")
        self._beaten = time.monotonic()
        before = self.tally.problem
        try:
            self._store.beat(self._clock(), self._listening_since())
            self.tally.problem = ""
        except StoreBusy as error:
            self.tally.problem = str(error)
        if turned or self.tally.problem != before:
            self._changed()


def _size(messages: list[Message]) -> int:
    return sum(len(message.payload) for message in messages)
