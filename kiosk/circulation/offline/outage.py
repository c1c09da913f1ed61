"""What happened that the extract does not know, as the journal tells it: in this outage, and since it was made. Pure.

The journal's order is the order in which things happened, so the last operation on an item says where it is:
with the patron who borrowed it, or back in the library's hands. Whether the desk was sure of it does not matter here: a
loan whose fate is unknown is a loan to everybody but that patron.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from kiosk.circulation.journal import OPEN, Kind
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.port import PatronRef


class Outage:
    """A view over the operations that wait, and those that were done (or left to staff) since the extract was made."""

    def __init__(self, waiting: Sequence[Entry], before: Sequence[Entry] = ()) -> None:
        self.open = [entry for entry in waiting if entry.state in OPEN]
        both = {entry.op: entry for entry in (*before, *waiting)}
        moved = (entry for entry in both.values() if entry.kind in (Kind.CHECKOUT, Kind.CHECKIN))
        self._moved = sorted(moved, key=lambda entry: entry.seq)
        self._last = {entry.item.strip(): entry for entry in self._moved}

    def lent(self, item: str) -> Entry | None:
        """The operation by which the item is lent now, if one of these did it."""
        last = self._last.get(item.strip())
        return last if last is not None and last.kind == Kind.CHECKOUT else None

    def is_back(self, item: str) -> bool:
        """Whether the item was last returned here."""
        last = self._last.get(item.strip())
        return last is not None and last.kind == Kind.CHECKIN

    def returned(self, zone: tzinfo) -> dict[str, date]:
        """Items that came back at least once, and the day on which they first did: the loan from before is over."""
        first: dict[str, date] = {}
        for entry in self._moved:
            if entry.kind == Kind.CHECKIN:
                first.setdefault(entry.item.strip(), datetime.fromisoformat(entry.when).astimezone(zone).date())
        return first

    def had_by(self, ref: PatronRef) -> frozenset[str]:
        """What the patron borrowed in this outage, whether or not it came back."""
        return frozenset(entry.item.strip() for entry in self.open if entry.kind == Kind.CHECKOUT and is_of(entry, ref))

    def with_patron(self, ref: PatronRef) -> frozenset[str]:
        """What the patron borrowed here and has now."""
        return frozenset(
            item for item, entry in self._last.items() if entry.kind == Kind.CHECKOUT and is_of(entry, ref)
        )

    def began(self) -> datetime | None:
        """When the oldest promise that still waits was made."""
        promised = (datetime.fromisoformat(entry.when) for entry in self.open if entry.promised)
        return min(promised, default=None)

    def newest(self) -> datetime | None:
        """When the newest promise was made: it cannot be earlier now."""
        promised = (datetime.fromisoformat(entry.when) for entry in self.open if entry.promised)
        return max(promised, default=None)


def is_of(entry: Entry, ref: PatronRef) -> bool:
    """Whether the operation is this patron's."""
    return entry.patron is not None and entry.patron.number.strip() == ref.number.strip()
