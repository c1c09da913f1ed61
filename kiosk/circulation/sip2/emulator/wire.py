"""A line to the emulated system without a socket, on which a two-minute silence takes no time.

``EmulatedWire`` offers ``open``, ``send``, ``receive`` and ``close`` as the client's wires do. Whoever waits for
bytes moves ``Time`` on; the system's own pauses and late executions fall into place on the way.
"""

from __future__ import annotations

import heapq
import itertools
from datetime import UTC, datetime, timedelta

from kiosk.circulation.sip2.emulator.connection import Connection, Reply
from kiosk.circulation.sip2.emulator.ils import EmulatedIls


class Time:
    """The true time of a small world: it passes when somebody waits."""

    def __init__(self, start: datetime = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)) -> None:
        self.start = start
        self.seconds = 0.0

    def now(self) -> datetime:
        """Aware, UTC."""
        return self.start + timedelta(seconds=self.seconds)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += max(0.0, seconds)

    def wait_until(self, at: datetime) -> None:
        """Let time pass until then, if it is still to come."""
        self.wait((at - self.now()).total_seconds())


class KioskClock:
    """A kiosk's clocks in that world: ``off_by`` is how wrong the wall clock is; ``reboot`` starts another boot."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self.off_by = timedelta(0)
        self.synced = True
        self._boot = 1
        self._booted_at = 0.0

    def now(self) -> datetime:
        return self._time.now() + self.off_by

    def monotonic_ns(self) -> int:
        return round((self._time.seconds - self._booted_at) * 1e9) + 1

    def boot_id(self) -> str:
        return f"boot-{self._boot}"

    def quality(self) -> str:
        return "ntp" if self.synced else "unsynced"

    def reboot(self) -> None:
        """The machine starts again; its monotonic clock begins at nought."""
        self._boot += 1
        self._booted_at = self._time.seconds


class EmulatedWire:
    """One wire; ``open`` makes a new connection. ``cut`` may be set to break it at any time."""

    def __init__(self, ils: EmulatedIls, time: Time) -> None:
        self._ils, self._time = ils, time
        self._connection: Connection | None = None
        self._coming: list[tuple[datetime, int, Reply]] = []
        self._order = itertools.count()
        self._ended = False

    def open(self, seconds: float) -> None:
        """Connect.

        Raises:
            ConnectionRefusedError: the system accepts none.
        """
        self._connection = self._ils.connect()
        self._ended = self._connection.closed

    def send(self, data: bytes, seconds: float) -> None:
        """Hand bytes to the system.

        Raises:
            BrokenPipeError: the connection is closed.
        """
        connection = self._connection
        if connection is None or (self._ended and not self._coming):
            raise BrokenPipeError("the emulated connection is closed")
        self._take(connection.receive(data))

    def receive(self, seconds: float) -> bytes:
        """The next bytes, after waiting for them at most so long; ``b""`` when the system has hung up.

        Raises:
            TimeoutError: nothing came.
        """
        until = self._time.now() + timedelta(seconds=seconds)
        while True:
            self._take([] if self._connection is None else self._connection.due())
            if self._coming and self._coming[0][0] <= self._time.now():
                reply = heapq.heappop(self._coming)[2]
                if reply.close:
                    self._ended, self._coming = True, []
                if reply.data or reply.close:
                    return reply.data
                continue
            if self._ended and not self._coming:
                return b""
            events = [at for at in (self._next_reply(), self._ils.next_due()) if at is not None and at <= until]
            self._time.wait_until(min(events, default=until))
            if not events:
                raise TimeoutError("the emulated system said nothing")

    def close(self) -> None:
        """Hang up. What the system has still to carry out will be."""
        if self._connection is not None:
            self._connection.hang_up()
        self._connection, self._coming, self._ended = None, [], True

    def _next_reply(self) -> datetime | None:
        return self._coming[0][0] if self._coming else None

    def _take(self, replies: list[Reply]) -> None:
        for reply in replies:
            at = self._time.now() + timedelta(seconds=reply.after)
            heapq.heappush(self._coming, (at, next(self._order), reply))
