"""What waits between the broker and the store: bounded in messages and in bytes, and full means wait.

One thread takes, others put. The usual put is an append and two comparisons, without a lock: a producer pays for waking
the consumer only when that sleeps, and for waiting only when there is no room. Appending and counting are single
steps of the interpreter; where the two counters of bytes are read while the other side moves on, the bound is missed by
the messages under way and by no more.
"""

from __future__ import annotations

import logging
import threading
from collections import deque

from collector.ingest import Message

#: What a message costs in memory besides its payload, in bytes, about.
_OVERHEAD = 500
#: Seconds after which a producer that waits says so.
_PATIENCE_S = 0.5

log = logging.getLogger(__name__)


class Inbox:
    """Messages in the order they came."""

    def __init__(self, messages: int, size: int) -> None:
        """At most so many ``messages``, and ``size`` bytes of them."""
        self._messages = messages
        self._size = size
        self._waiting: deque[Message] = deque()
        self._came = 0  # bytes, ever; written by those who put, who hold the lock
        self._went = 0  # bytes, ever; written by the one who takes
        self._putting = threading.Lock()
        self._something = threading.Event()
        self._room = threading.Event()
        self._asleep = False
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return self._came - self._went

    def put(self, message: Message) -> None:
        """Add a message; waits while there is no room. Once the inbox is closed, the message is dropped."""
        with self._putting:
            while self._full:
                if self._closed:
                    return
                self._room.clear()
                if self._full and not self._room.wait(_PATIENCE_S):
                    log.info("the store is slower than the broker: %d messages wait", len(self._waiting))
            self._came += len(message.payload) + _OVERHEAD
            self._waiting.append(message)
        if self._asleep:
            self._something.set()

    @property
    def _full(self) -> bool:
        return len(self._waiting) >= self._messages or self._came - self._went >= self._size

    def wait(self, timeout: float) -> None:
        """Return when there is something, when :meth:`wake` is called, or after ``timeout`` seconds."""
        self._asleep = True
        if not self._waiting:
            self._something.wait(timeout)
        self._asleep = False
        self._something.clear()

    def wake(self) -> None:
        """End a :meth:`wait`."""
        self._something.set()

    def take(self, most: int) -> list[Message]:
        """What waits, at most so many bytes of it (and at least one message, when there is one)."""
        taken: list[Message] = []
        while self._waiting and most > 0:
            message = self._waiting.popleft()
            taken.append(message)
            cost = len(message.payload) + _OVERHEAD
            self._went += cost
            most -= cost
        if taken:
            self._room.set()
        return taken

    def close(self) -> None:
        """No producer waits any more."""
        self._closed = True
        self._room.set()
        self._something.set()
