"""What this kiosk did since the extract was made and the extract therefore does not know: its own journal tells.

Most of it was done online, hours before the line broke. Without it, a patron who borrowed three books in the morning
could borrow three more in the afternoon, and a book that came back at noon would still be on loan to somebody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from kiosk.circulation.chain import Head
from kiosk.circulation.journal import State
from kiosk.circulation.journal_file import Entry


class KeepsHistory(Protocol):
    """The journal, as far as these rules ask it."""

    def waiting(self) -> Sequence[Entry]:
        """What still needs the kiosk, in its order."""
        ...

    def unsettled(self) -> Sequence[Entry]:
        """What still needs the kiosk or staff, in its order."""
        ...

    def done_since(self, moment: datetime, after: int) -> Sequence[Entry]:
        """What was done at or after ``moment``, and after row ``after``, in its order."""
        ...

    def head(self) -> Head:
        """Where the journal ends."""
        ...


class History:
    """Operations done since a moment, read once each: an outage asks for them at every loan."""

    def __init__(self, journal: KeepsHistory) -> None:
        self._journal = journal
        self._since: datetime | None = None
        self._row = 0
        self._done: dict[str, Entry] = {}

    def since(self, made: datetime) -> list[Entry]:
        """What was done since ``made``, and what was left to staff since: that happened too, as far as one can see.

        What staff had on their list before is older than the extract, and the extract is believed.
        """
        if made != self._since:
            self._since, self._row, self._done = made, 0, {}
        end = self._journal.head().n
        if end != self._row:
            self._done |= {entry.op: entry for entry in self._journal.done_since(made.astimezone(UTC), self._row)}
            self._row = end
        left = (entry for entry in self._journal.unsettled() if entry.state == State.CONFLICT)
        return [*self._done.values(), *(entry for entry in left if datetime.fromisoformat(entry.since) >= made)]

    def waiting(self) -> Sequence[Entry]:
        """What waits now."""
        return self._journal.waiting()
