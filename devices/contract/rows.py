"""Rows of a device's ledger, and what they hold."""

from __future__ import annotations

import enum
from typing import Annotated, ClassVar, Final

import msgspec


class Clock(enum.StrEnum):
    """How far a row's UTC times can be trusted."""

    SYNCED = "synced"
    RTC = "rtc"
    ESTIMATED = "estimated"
    NONE = "none"


class Kind(enum.StrEnum):
    """What a ledger row holds in its ``body``."""

    COUNT = "count"
    HEARTBEAT = "heartbeat"
    TRANSACTION = "transaction"
    ANCHOR = "anchor"


#: The largest number that JSON carries exactly everywhere is one less; checked when a message is read.
LIMIT: Final = 2**53
Whole = Annotated[int, msgspec.Meta(ge=0, lt=LIMIT)]
Epoch = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Stamped(msgspec.Struct, frozen=True, kw_only=True):
    """The number of a row and its times, whatever it holds."""

    epoch: Epoch
    seq: Annotated[int, msgspec.Meta(ge=1, lt=LIMIT)]
    boot: str
    bt0: Whole
    bt1: Whole
    t0: Whole | None = None
    t1: Whole | None = None
    clk: Clock = Clock.NONE


class Row(Stamped, frozen=True, kw_only=True):
    """One numbered row of a device's ledger.

    ``body`` stays raw JSON here, so that a row whose content is unreadable still has a readable number and can be
    set aside without holding up the rows behind it.
    """

    kind: str
    body: msgspec.Raw
    v: int = 1


class Count(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Body of ``count`` and ``heartbeat``: passages in the interval, and the running totals after it.

    The totals let anyone size a hole: ``total_in(n) - into(n) - total_in(k)`` passages lie between rows k and n.
    ``n_src`` holds the totals of a counter that is not ours as it showed them, (in,) or (in, out), wraps and all.
    """

    into: Whole = msgspec.field(name="in", default=0)
    out: Whole = 0
    total_in: Whole = msgspec.field(name="IN", default=0)
    total_out: Whole = msgspec.field(name="OUT", default=0)
    turned_back: Whole = msgspec.field(name="tb", default=0)
    ambiguous: Whole = msgspec.field(name="amb", default=0)
    glitch: Whole = 0
    flags: tuple[str, ...] = ()
    n_src: tuple[int, ...] | msgspec.UnsetType = msgspec.UNSET


#: Flags of a count or heartbeat whose sensor saw nothing, or not enough to count: such a row covers no time.
BLIND: Final = frozenset({"sensor_lost", "unreadable", "blocked", "one_beam_dead"})


class Transaction(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Body of ``transaction``: that something was lent, never what or to whom.

    ``op`` is checkout, checkin, renew or visit; ``result`` is done, refused or unknown; ``code`` is the refusal's
    enum name. ``total`` counts this device's done operations of this ``op`` since the ledger was made.
    """

    op: str
    result: str
    code: str | None = None
    total: Whole = 0


class Anchor(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Body of ``anchor``: at boot-clock ``bt`` of this row's boot it was ``utc`` (ms), give or take ``err`` ms."""

    bt: Whole
    utc: Whole
    err: Whole


class CountRow(Stamped, frozen=True, kw_only=True, tag_field="kind", tag=Kind.COUNT.value, gc=False):
    """A ``count`` row with its body read."""

    kind: ClassVar[str] = Kind.COUNT
    body: Count
    v: int = 1


class HeartbeatRow(Stamped, frozen=True, kw_only=True, tag_field="kind", tag=Kind.HEARTBEAT.value, gc=False):
    """A ``heartbeat`` row with its body read."""

    kind: ClassVar[str] = Kind.HEARTBEAT
    body: Count
    v: int = 1


class TransactionRow(Stamped, frozen=True, kw_only=True, tag_field="kind", tag=Kind.TRANSACTION.value, gc=False):
    """A ``transaction`` row with its body read."""

    kind: ClassVar[str] = Kind.TRANSACTION
    body: Transaction
    v: int = 1


class AnchorRow(Stamped, frozen=True, kw_only=True, tag_field="kind", tag=Kind.ANCHOR.value, gc=False):
    """An ``anchor`` row with its body read."""

    kind: ClassVar[str] = Kind.ANCHOR
    body: Anchor
    v: int = 1


#: A row of a kind that this version knows, read in one go.
KnownRow = CountRow | HeartbeatRow | TransactionRow | AnchorRow
#: Any row that can be kept: one of an unknown kind stays unread.
AnyRow = KnownRow | Row
