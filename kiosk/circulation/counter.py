"""What is done at a counter besides lending, where a library system offers it: holds, blocked cards, an item's note.

No kiosk's visit needs these; the commands and the SIP2 server offer them for the systems that have them. As in
``port.py`` each call blocks, each operation has an id, and a time-out is ``Unknown``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol, runtime_checkable

from kiosk.circulation.port import Item, PatronRef, Refused, Unknown


@dataclass(frozen=True, slots=True)
class Held:
    """The patron waits. ``queue``: 1 is next, ``None`` if not told. ``ready``: a copy is kept for them now."""

    item: Item
    queue: int | None = None
    ready: bool = False
    ready_until: date | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The system did it; ``item`` is the copy it was about, if any."""

    item: Item | None = None


HoldOutcome = Held | Refused | Unknown
CounterOutcome = Done | Refused | Unknown


@runtime_checkable
class TakesHolds(Protocol):
    """A system in which patrons can wait for a title, named by one of its copies."""

    def hold(self, op: str, ref: PatronRef, item_id: str) -> HoldOutcome:
        """Let the patron wait for the title of this copy. Who waits already keeps the place."""
        ...

    def cancel_hold(self, op: str, ref: PatronRef, item_id: str) -> CounterOutcome:
        """The patron does not want it any more."""
        ...


@runtime_checkable
class BlocksPatrons(Protocol):
    """A system that lets a terminal block a card and take that back."""

    def block_patron(self, op: str, ref: PatronRef, why: str = "") -> CounterOutcome:
        """This card borrows nothing until staff or ``enable_patron`` say so. ``why`` is a note for staff."""
        ...

    def enable_patron(self, op: str, ref: PatronRef) -> CounterOutcome:
        """Take a block back."""
        ...


@runtime_checkable
class KeepsNotes(Protocol):
    """A system that keeps a text about a copy (SIP2: *item properties*)."""

    def update_item(self, op: str, item_id: str, properties: str) -> CounterOutcome:
        """Keep ``properties`` with the copy."""
        ...
