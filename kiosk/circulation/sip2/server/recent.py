"""The last operation of each account, kept for a short time: for a terminal that lost the line before the answer.

Many terminals connect again and repeat the same bytes. On the new connection the repetition cannot be known by the
session, and carrying it out again could lend, charge or renew twice. So a new connection's *first* operation is
answered with the kept answer if all of this holds:

* it is byte for byte the account's last operation, with a sequence number and a right checksum, and names a moment
  (*transaction date*): a new wish of the same kind has another moment or another sequence number;
* that was at most ``KEPT_SECONDS`` ago;
* no operation of anybody has named the same item or patron since, so the kept answer still describes how things are;
* the connection has carried out nothing yet: a terminal repeats what it asked last, and at once.

An operation that is still being carried out is waited for, and one that ended without an answer is asked again under
its own id, which a system of ours carries out once. Terminals that never set their clock send the same moment always;
for them the last three conditions bound what can go wrong to one repeated wish within ``KEPT_SECONDS``.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from kiosk.circulation.sip2.layout import Request, Response

KEPT_SECONDS: Final = 60.0


@dataclass(slots=True)
class Kept:
    """One operation: its id, what it was about, and its answer, once there is one."""

    op: str
    mark: bytes = field(repr=False)
    about: frozenset[str] = field(repr=False)
    at: float
    answer: asyncio.Future[Response | None] = field(repr=False)


class Recent:
    """See the module's rules. Used from one event loop; ``now`` is in seconds and never goes back."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}

    def repeated(self, login: str, mark: bytes, request: Request, now: float) -> Kept | None:
        """The account's last operation, if this is its repetition."""
        kept = self._kept.get(login)
        if kept is None or not mark or kept.mark != mark or now - kept.at > KEPT_SECONDS:
            return None
        return kept if getattr(request, "transaction_date", "") else None

    def begin(self, login: str, kept: Kept) -> None:
        """The account carries out another operation; whatever it is about has changed for everybody."""
        for other in [name for name, old in self._kept.items() if old.about & kept.about or name == login]:
            del self._kept[other]
        self._kept[login] = kept

    def forget(self, now: float) -> None:
        """Drop what is too old."""
        for login in [name for name, kept in self._kept.items() if now - kept.at > KEPT_SECONDS]:
            del self._kept[login]


def about(request: Request) -> frozenset[str]:
    """The item and the patron that a request names."""
    named = (
        "i" + str(getattr(request, "item_identifier", "") or ""),
        "p" + str(getattr(request, "patron_identifier", "") or ""),
    )
    return frozenset(each for each in named if len(each) > 1)
