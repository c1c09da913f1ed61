"""Orders to arm or disarm tags: which comes next, how often it is tried, how each one ends.

This file knows no port. Every order ends in exactly one :class:`~devices.rfid.events.SecurityWritten`; only an order
that repeats one still waiting (same tag, same value) shares its end. ``ok`` is said of a value read back, never of a
value written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from devices.rfid.events import SecurityProblem, SecurityWritten

#: Attempts while the tag is on the pad. Each is a write, a read-back and an inventory: about 0.2 s.
TRIES: Final = 15
_FINAL: Final = frozenset({SecurityProblem.LOCKED, SecurityProblem.UNFIT})


@dataclass(slots=True)
class Order:
    """Arm (or disarm) one tag."""

    uid: str
    armed: bool
    tries: int = 0
    resting: bool = False  # until the next inventory has shown whether the tag is still there


class SecurityOrders:
    """The orders not carried out yet, at most one a tag."""

    def __init__(self, tries: int = TRIES) -> None:
        self._tries = tries
        self._orders: dict[str, Order] = {}

    def order(self, uid: str, armed: bool) -> list[SecurityWritten]:
        """Take an order. It replaces the opposite one for the same tag, which ends here."""
        waiting = self._orders.get(uid)
        if waiting is not None and waiting.armed == armed:
            return []
        self._orders[uid] = Order(uid, armed)
        return [_failed(waiting, SecurityProblem.SUPERSEDED)] if waiting is not None else []

    def next(self) -> Order | None:
        """The order to try now: the oldest that is not resting."""
        return next((order for order in self._orders.values() if not order.resting), None)

    def round(self) -> None:
        """An inventory has been taken; what rested may be tried again."""
        for order in self._orders.values():
            order.resting = False

    def done(self, order: Order) -> list[SecurityWritten]:
        """The value was read back from the tag."""
        self._orders.pop(order.uid)
        return [SecurityWritten(order.uid, order.armed, ok=True)]

    def failed(self, order: Order, why: SecurityProblem) -> list[SecurityWritten]:
        """One attempt came to nothing. Final if nothing can change it (locked), or it has been tried often enough."""
        order.tries += 1
        order.resting = True
        if why in _FINAL or order.tries >= self._tries:
            return self.end(order.uid, why)
        return []

    def end(self, uid: str, why: SecurityProblem) -> list[SecurityWritten]:
        """Nothing more can be done for this tag."""
        order = self._orders.pop(uid, None)
        return [_failed(order, why)] if order is not None else []

    def end_all(self, why: SecurityProblem) -> list[SecurityWritten]:
        """The reader is lost or stopped."""
        events = [_failed(order, why) for order in self._orders.values()]
        self._orders.clear()
        return events


def _failed(order: Order, why: SecurityProblem) -> SecurityWritten:
    return SecurityWritten(order.uid, order.armed, ok=False, why=why)
