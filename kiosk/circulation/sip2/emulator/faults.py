"""What can go wrong with one request, and plans of when it does."""

from __future__ import annotations

import enum
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Wrong(enum.StrEnum):
    """One misbehaviour. Unless it says otherwise the request is carried out at once."""

    NOTHING = "nothing"
    # time
    LATE = "late"  # answered after ``seconds``
    EXECUTED_LATE = "executed-late"  # carried out and answered only after ``seconds``, whoever has hung up meanwhile
    SILENT = "silent"  # carried out, never answered
    DEAF = "deaf"  # neither
    # the connection
    DROP_BEFORE = "drop-before"  # closed, nothing carried out
    DROP_AFTER = "drop-after"  # carried out, closed without an answer
    HALF = "half"  # half of the answer, then silence
    HALF_DROP = "half-drop"  # half of the answer, then closed
    REFUSED = "refused"  # only for a new connection: not accepted
    CLOSED_AT_ONCE = "closed-at-once"  # only for a new connection
    # the stream
    GLUED = "glued"  # the answer before, once more, and the right one, in one piece
    BYTEWISE = "bytewise"
    CRLF = "crlf"
    SECOND = "second"  # the answer, and ``seconds`` later once more
    PREVIOUS = "previous"  # the answer before, instead of this one
    GARBAGE = "garbage"
    # the frame
    WRONG_CHECKSUM = "wrong-checksum"
    WRONG_SEQUENCE = "wrong-sequence"
    HUGE = "huge"  # a field of one megabyte
    NUL = "nul"
    WRONG_ITEM = "wrong-item"
    WRONG_PATRON = "wrong-patron"
    PLEASE_RESEND = "please-resend"  # 96 once, nothing carried out


#: What one may do to any request, as opposed to a new connection.
REQUEST_FAULTS = tuple(wrong for wrong in Wrong if wrong not in (Wrong.NOTHING, Wrong.REFUSED, Wrong.CLOSED_AT_ONCE))


@dataclass(frozen=True)
class Fault:
    """A misbehaviour with its seconds, where it has any."""

    wrong: Wrong
    seconds: float = 0.0


FINE = Fault(Wrong.NOTHING)


class Plan(Protocol):
    """Says what goes wrong next. ``CONNECT`` stands for a new connection."""

    def __call__(self, code: str) -> Fault: ...


CONNECT = "connect"


class Queue:
    """Faults by hand: each is used once, by the next request of one of its codes (none named: any but a connection)."""

    def __init__(self) -> None:
        self._waiting: list[tuple[frozenset[str], Fault]] = []

    def add(self, wrong: Wrong, *codes: str, seconds: float = 0.0, times: int = 1) -> None:
        """Let it happen to the next request."""
        self._waiting += [(frozenset(codes), Fault(wrong, seconds))] * times

    def clear(self) -> None:
        """Nothing more goes wrong."""
        self._waiting.clear()

    def __len__(self) -> int:
        return len(self._waiting)

    def __call__(self, code: str) -> Fault:
        for place, (codes, fault) in enumerate(self._waiting):
            if code in codes or (not codes and code != CONNECT):
                del self._waiting[place]
                return fault
        return FINE


class Seeded:
    """Faults by chance: each request fails with probability ``rate``, alike for the same seed."""

    def __init__(
        self,
        seed: int,
        rate: float,
        wrongs: Sequence[Wrong] = REQUEST_FAULTS,
        seconds: tuple[float, float] = (0.0, 120.0),
        connecting: Sequence[Wrong] = (Wrong.REFUSED, Wrong.CLOSED_AT_ONCE),
    ) -> None:
        self._random = random.Random(seed)
        self._rate, self._wrongs, self._seconds, self._connecting = rate, tuple(wrongs), seconds, tuple(connecting)

    def __call__(self, code: str) -> Fault:
        wrongs = self._connecting if code == CONNECT else self._wrongs
        if not wrongs or self._random.random() >= self._rate:
            return FINE
        return Fault(self._random.choice(wrongs), self._random.uniform(*self._seconds))
