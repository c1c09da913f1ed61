"""Is an item on loan, or in the library? What decides which value its security bit should have.

=================================================  =============
what is known                                      answer
=================================================  =============
promised here to a patron, and not replayed yet    on loan
taken in here without the system, not replayed     in the library
an operation on it is open or with staff           cannot be told
the system has it on loan                          on loan
the system has it on a shelf or on its way there   in the library
lost, missing, claimed returned, anything else     cannot be told
the system is away, or does not know the item      cannot be told
=================================================  =============

An extract is never asked: it may be a day old, and a bit that is switched off on old news is a hole in the gate.
"""

from __future__ import annotations

import enum

from kiosk.circulation.journal import Kind, State
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.port import Refusal, Unknown
from kiosk.circulation.probing import Copy, CopyStatus


class Whereabouts(enum.Enum):
    """Where an item is, as far as that can be told for certain."""

    ON_LOAN = "on-loan"
    IN_LIBRARY = "in-library"
    UNKNOWN = "unknown"


_OUT = frozenset({CopyStatus.CHARGED, CopyStatus.CHARGED_NOT_RECALLABLE, CopyStatus.RECALLED})
_IN = frozenset(
    {
        CopyStatus.AVAILABLE,
        CopyStatus.ON_ORDER,
        CopyStatus.IN_PROCESS,
        CopyStatus.HOLD_SHELF,
        CopyStatus.RESHELVING,
        CopyStatus.IN_TRANSIT,
    }
)


def by_journal(item: str, unsettled: list[Entry]) -> Whereabouts | None:
    """What this kiosk has done with the item and the system has not heard of; ``None``: nothing."""
    mine = [entry for entry in unsettled if entry.item == item and entry.kind in (Kind.CHECKOUT, Kind.CHECKIN)]
    if not mine:
        return None
    last = mine[-1]
    if not last.promised or last.state == State.CONFLICT:
        return Whereabouts.UNKNOWN
    return Whereabouts.ON_LOAN if last.kind == Kind.CHECKOUT else Whereabouts.IN_LIBRARY


def by_system(copy: Copy | Refusal | Unknown | None) -> Whereabouts:
    """What the system says."""
    if not isinstance(copy, Copy):
        return Whereabouts.UNKNOWN
    if copy.status in _OUT:
        return Whereabouts.ON_LOAN
    return Whereabouts.IN_LIBRARY if copy.status in _IN else Whereabouts.UNKNOWN
