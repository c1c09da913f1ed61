"""A visit at an open loop: books are scanned at set moments, and each frame is asked what it shows of them.

Orders come on standard input, one JSON object a line, answers go to standard output. Latency runs from the moment a
scan *should* have happened, so that a program which falls behind cannot hide it, to the return of the buffer
exchange that shows the row.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from benchmarks.children.usage import used

PATIENCE_S = 20.0
_POLL_S = 0.01


@dataclass
class Order:
    """``at``: seconds after the list is open at which each of ``items`` is scanned. ``slow``: frames are held back
    until the latency has grown by this fraction, for the control."""

    member: str
    items: list[str]
    at: list[float]
    slow: float = 0.0


class Listed(Protocol):
    """A program that lists what is scanned. All but ``shows`` are called from a thread that is not the screen's."""

    def open(self, member: str) -> None:
        """Begin a visit; return when the empty list is on the screen and nothing moves."""
        ...

    def scan(self, item: str) -> None:
        """A scanner has read this."""
        ...

    def shows(self, item: str) -> tuple[bool, bool]:
        """Whether the frame just shown has the item's row, and whether it has it as borrowed (the screen's thread)."""
        ...

    def close(self) -> None:
        """End the visit."""
        ...


@dataclass
class _Visit:
    order: Order
    due: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    borrowed: dict[str, float] = field(default_factory=dict)
    done: threading.Event = field(default_factory=threading.Event)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Poll from the scanner's thread.

    Raises:
        TimeoutError: it did not come.
    """
    until = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} did not come within {PATIENCE_S:.0f} s")
        pause.wait(_POLL_S)


class Scanner:
    """The thread that scans, and the look at each frame."""

    def __init__(self, listed: Listed, facts: dict[str, str]) -> None:
        self._listed = listed
        self._facts = facts
        self._visit: _Visit | None = None

    def start(self, orders: Iterable[str] = sys.stdin) -> None:
        """Obey orders until there are no more, then end the process."""
        threading.Thread(target=self._obey, args=(orders,), name="scanner", daemon=True).start()

    def shown(self) -> None:
        """A frame has been shown."""
        visit = self._visit
        if visit is None:
            return
        now = time.monotonic()
        for item, due in list(visit.due.items()):
            row, borrowed = self._listed.shows(item)
            if row and item not in visit.seen:
                visit.seen[item] = self._held_back(visit, due, now)
            if borrowed:
                visit.borrowed[item] = self._held_back(visit, due, now)
                del visit.due[item]
        if len(visit.borrowed) == len(visit.order.items):
            visit.done.set()

    @staticmethod
    def _held_back(visit: _Visit, due: float, now: float) -> float:
        end = due + (now - due) * (1 + visit.order.slow)
        while visit.order.slow and (now := time.monotonic()) < end:
            pass
        return now - due

    def _obey(self, orders: Iterable[str]) -> None:
        try:
            _tell(self._facts)
            for line in orders:
                _tell(self._carry_out(Order(**json.loads(line))))
        except TimeoutError as error:
            _tell({"problem": str(error)})
        finally:
            os._exit(0)

    def _carry_out(self, order: Order) -> dict[str, object]:
        self._listed.open(order.member)
        visit = _Visit(order)
        before = used()
        self._visit = visit
        began, pause = time.monotonic(), threading.Event()
        for item, at in zip(order.items, order.at, strict=True):
            pause.wait(max(0.0, began + at - time.monotonic()))
            visit.due[item] = began + at
            self._listed.scan(item)
        complete = visit.done.wait(PATIENCE_S)
        after = used()
        self._visit = None
        self._listed.close()
        return {
            "problem": "" if complete else "not every book was shown as borrowed",
            "seen": [visit.seen[item] for item in order.items if item in visit.seen],
            "borrowed": [visit.borrowed[item] for item in order.items if item in visit.borrowed],
            "cpu": after["cpu"] - before["cpu"],
            "written_kib": after["written_kib"] - before["written_kib"],
            "peak_kib": after["peak_kib"],
        }


def _tell(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()
