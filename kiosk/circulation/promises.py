"""What may be promised to a patron while the library system cannot be asked: the values, and who decides.

The rules themselves (``offline/``) read a signed extract; the desk (``desk.py``) asks them, writes the promise into the
journal, and only then lets the patron hear it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from kiosk.circulation.journal_file import Entry
from kiosk.circulation.port import Item, Patron, PatronRef, Refusal, Secret


@dataclass(frozen=True, slots=True)
class Promise:
    """A yes without the system.

    ``due`` is the date the patron is told (none for a return): the system may answer a later one, never an earlier.
    ``mark`` is the fingerprint of the item's loan as the extract knew it (``probing.Copy.mark``), empty when it tells
    nothing: a replay closes no loan that it cannot tell from this one.
    """

    item: Item
    due: date | None = None
    mark: str = ""


class OfflineRules(Protocol):
    """What holds without a network. Quick (no network, one local read) and without effect, except ``learned``.

    ``waiting`` are the journal's operations that are not settled yet, oldest first: what was lent in this outage
    counts towards a patron's cap, and an item that was returned in it may be lent again.
    """

    @property
    def snapshot(self) -> str:
        """The name of the extract the answers come from; it stands in the journal beside each promise."""
        ...

    def patron(self, ref: PatronRef, pin: Secret | None) -> Patron | Refusal:
        """Who is this, as far as the extract and the PIN verifiers know? As ``port.Circulation.patron``."""
        ...

    def item(self, item_id: str) -> Item | Refusal:
        """What is this, as far as the extract knows?"""
        ...

    def checkout(self, ref: PatronRef, item_id: str, waiting: Sequence[Entry]) -> Promise | Refusal:
        """May the item be lent to the patron now?"""
        ...

    def checkin(self, item_id: str, waiting: Sequence[Entry]) -> Promise | Refusal:
        """May the item be taken in now, to be processed later?"""
        ...

    def learned(self, ref: PatronRef, pin: Secret, patron: Patron) -> None:
        """The system has just let this patron in with this PIN: remember how to recognise it offline."""
        ...
