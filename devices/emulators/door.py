"""A door with two light beams and a microcontroller on a USB serial line, in software.

Bodies of a given depth move through beams a given distance apart, so the edges have the timing of real walkers. They
are written to a pseudo-terminal as the lines a sensor would send, at the moment they happen; ``link`` is a symbolic
link to it that stays the same when the plug is pulled and put back.
"""

from __future__ import annotations

import contextlib
import enum
import heapq
import os
import pty
import random
import threading
import time
import tty
from pathlib import Path
from typing import Final

#: Distance of the beams, and the depth of a body at chest height, in metres.
GAP_M: Final = 0.10
DEPTH_M: Final = (0.28, 0.40)
#: Beams are clear this long between two walkers, in seconds: strolling, in a row, and the least of all.
PAUSE_S: Final = 0.8
ROW_S: Final = 0.35
LEAST_S: Final = 0.22


class Walk(enum.StrEnum):
    """What a person does at the door."""

    IN = "in"
    OUT = "out"
    TURN_BACK = "turn_back"


class DoorEmulator:
    """The door; its methods return at once, and people walk one after another on a thread of its own.

    ``fast`` shortens the pauses between people, never a passage. ``seed`` makes bodies and jitter repeatable.
    ``numbered`` adds the edge's number as a fourth field.
    """

    def __init__(self, link: Path, *, seed: int = 1, fast: float = 1.0, numbered: bool = True) -> None:
        self.link = link
        self._random = random.Random(seed)
        self._fast = max(fast, 0.01)
        self._numbered = numbered
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, str, bool]] = []  # (time, order, beam, broken)
        self._order = 0
        self._number = 0
        self._free_at = 0.0
        self._blocked = False
        self._started = time.monotonic()
        self._ends: tuple[int, int] | None = None
        self._stopping = False
        self.plug()
        self._thread = threading.Thread(target=self._run, name="door-emulator", daemon=True)
        self._thread.start()

    # -- people

    def walk(self, direction: Walk | str, speed: float = 1.2, pause_s: float = PAUSE_S) -> None:
        """Somebody comes, after whoever is walking now, at ``speed`` in m/s."""
        with self._changed:
            start = max(time.monotonic() + 0.01, self._free_at)
            end = self._plan(Walk(direction), speed, start)
            self._free_at = end + max(LEAST_S, pause_s / self._fast)
            self._changed.notify_all()

    def three(self, direction: Walk | str = Walk.IN) -> None:
        """Three people in a row, close but not touching."""
        for _ in range(3):
            self.walk(direction, pause_s=ROW_S)

    def block(self) -> None:
        """A trolley is left in the door: both beams stay broken, from outside to inside."""
        self._stand(broken=True)

    def unblock(self) -> None:
        """The trolley is taken away."""
        self._stand(broken=False)

    def wait_idle(self, timeout: float = 30.0) -> bool:
        """Wait until everybody is through; whether they were in time."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._due:
                if not self._changed.wait(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    return False
        return True

    def opened_by(self, pid: int) -> bool:
        """Whether a process has the port open; before that, nobody hears what the sensor says."""
        port = os.path.realpath(self.link)
        try:
            return any(os.path.realpath(fd) == port for fd in Path(f"/proc/{pid}/fd").iterdir())
        except OSError:
            return False

    # -- the plug

    def unplug(self) -> None:
        """Pull the plug: the port disappears, and edges are lost until it is back."""
        with self._changed:
            ends, self._ends = self._ends, None
        self.link.unlink(missing_ok=True)
        for end in ends or ():
            os.close(end)

    def plug(self) -> None:
        """Put the plug in; the same ``link`` leads to a new port."""
        self.unplug()
        master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self.link.parent.mkdir(parents=True, exist_ok=True)
        self.link.symlink_to(os.ttyname(slave))
        with self._changed:
            self._ends = (master, slave)

    def close(self) -> None:
        """Let everybody vanish and remove the port."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()
        self.unplug()

    # -- inside

    def _plan(self, walk: Walk, speed: float, start: float) -> float:
        """Queue the edges of one passage that begins at ``start``; return when the beams are clear."""
        depth = self._random.uniform(*DEPTH_M)
        reach, clear = GAP_M / speed, depth / speed
        first, second = ("B", "A") if walk is Walk.OUT else ("A", "B")
        if walk is Walk.TURN_BACK:
            back = clear + 2 * reach  # reaches the inner beam, stands still, steps back out
            times = [(0.0, first, True), (reach, second, True), (back, second, False), (back + reach, first, False)]
        else:
            times = [(0.0, first, True), (reach, second, True), (clear, first, False), (clear + reach, second, False)]
        for offset, beam, broken in times:
            self._add(start + offset + self._random.uniform(-0.003, 0.003), beam, broken)
        return start + times[-1][0]

    def _stand(self, *, broken: bool) -> None:
        with self._changed:
            if self._blocked is broken:
                return
            self._blocked = broken
            start = max(time.monotonic() + 0.01, self._free_at)
            self._add(start, "A", broken)
            self._add(start + 0.2, "B", broken)
            self._free_at = start + 0.2 + LEAST_S
            self._changed.notify_all()

    def _add(self, when: float, beam: str, broken: bool) -> None:
        self._order += 1
        heapq.heappush(self._due, (when, self._order, beam, broken))

    def _run(self) -> None:
        with self._changed:
            while not self._stopping:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    self._emit(*self._due[0])
                    heapq.heappop(self._due)
                    self._changed.notify_all()
                else:
                    self._changed.wait(wait)

    def _emit(self, when: float, order: int, beam: str, broken: bool) -> None:
        del order
        self._number += 1
        # The sensor stamps an edge when the light changes, however late this thread wakes up.
        line = f"{round((when - self._started) * 1000)},{beam},{int(broken)}"
        line += f",{self._number}\n" if self._numbered else "\n"
        if self._ends is not None:
            with contextlib.suppress(BlockingIOError):  # nobody reads and the line's buffer is full: lost, as on a wire
                os.write(self._ends[0], line.encode("ascii"))
