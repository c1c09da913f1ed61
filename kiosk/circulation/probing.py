"""What replay, and whoever serves a library system to others, asks of it beyond the port.

A system that offers these lets an operation whose fate is unknown be settled by looking instead of by guessing. The
questions change nothing and may be asked at any time.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from kiosk.circulation.port import Item, PatronRef, Refusal, Unknown


class CopyStatus(enum.StrEnum):
    """Where a copy is in its life; the list of SIP 2.00's *circulation status*, field by field."""

    OTHER = "other"  # 01
    ON_ORDER = "on-order"  # 02
    AVAILABLE = "available"  # 03
    CHARGED = "charged"  # 04
    CHARGED_NOT_RECALLABLE = "charged-not-recallable"  # 05
    IN_PROCESS = "in-process"  # 06
    RECALLED = "recalled"  # 07
    HOLD_SHELF = "hold-shelf"  # 08
    RESHELVING = "reshelving"  # 09
    IN_TRANSIT = "in-transit"  # 10
    CLAIMED_RETURNED = "claimed-returned"  # 11
    LOST = "lost"  # 12
    MISSING = "missing"  # 13

    @property
    def on_loan(self) -> bool:
        """Whether somebody has it, as far as the system knows."""
        return self in _ON_LOAN


_ON_LOAN = frozenset(
    {CopyStatus.CHARGED, CopyStatus.CHARGED_NOT_RECALLABLE, CopyStatus.RECALLED, CopyStatus.CLAIMED_RETURNED}
)


@dataclass(frozen=True, slots=True)
class Copy:
    """What a system says of one copy.

    ``mark`` is the fingerprint of its present loan: another text after each loan and, where the system tells a due
    date only, after each renewal; empty when it is not on loan or the system gives nothing to tell loans apart.
    """

    item: Item
    status: CopyStatus
    due: date | None = None
    mark: str = ""
    waiting: int | None = None  # how many holds wait for it; None: not told
    collection: str = ""
    call_number: str = ""
    location: str = ""  # where it belongs
    kept_until: date | None = None  # on the hold shelf, until when
    fee: int = 0  # what borrowing it costs, whole rupiah


@dataclass(frozen=True, slots=True)
class Happened:
    """An operation that took place before the system hears of it: offline, and now replayed.

    ``due`` is the date that was promised. With ``forced`` the system is told not to refuse (SIP2: *no block*); only
    for a system on which that was tried out.
    """

    at: datetime  # aware, UTC
    due: date | None = None
    forced: bool = False


@runtime_checkable
class Probing(Protocol):
    """A system that can be looked at with the authority of staff: no PIN is asked."""

    def copy(self, item_id: str) -> Copy | Refusal | Unknown:
        """What this copy is and where it stands; ``Refusal(UNKNOWN_ITEM)`` if the system does not know it."""
        ...

    def has_on_loan(self, ref: PatronRef, item_id: str) -> bool | Unknown:
        """Whether this patron has this copy now. ``Unknown`` also when the system cannot tell (titles, no list)."""
        ...

    def quiet_seconds(self) -> float:
        """How long after a call without an answer it may still take effect (SIP2: from *timeout* and *retries*)."""
        ...


@runtime_checkable
class RemembersOperations(Protocol):
    """A system that keeps its answer to every operation: the same id asked again has no second effect."""

    def answered(self, op: str) -> bool:
        """Whether the operation was carried out or refused."""
        ...


_DUE = "due "


def due_mark(due: date) -> str:
    """The fingerprint of a loan of which only the due date is known, as in an extract made from an export."""
    return f"{_DUE}{due.isoformat()}"


def same_loan(mark: str, copy: Copy) -> bool:
    """Whether the copy's present loan is the one of which ``mark`` was taken. Without a mark nobody can say so: no."""
    if mark.startswith(_DUE):
        return copy.due is not None and mark == due_mark(copy.due)
    return mark != "" and mark == copy.mark
