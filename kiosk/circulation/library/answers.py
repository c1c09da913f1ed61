"""Answers as stored text, so that the same operation gets the same answer for ever."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kiosk.circulation.counter import Done, Held
from kiosk.circulation.port import Borrowed, Refused, Renewed, Returned

#: What the library may have answered. ``Unknown`` is never stored: it is the lack of an answer.
Answer = Borrowed | Returned | Renewed | Refused | Held | Done | int

_KINDS: dict[
    str, type[Borrowed] | type[Returned] | type[Renewed] | type[Refused] | type[Held] | type[Done] | type[int]
] = {
    "borrowed": Borrowed,
    "returned": Returned,
    "renewed": Renewed,
    "refused": Refused,
    "held": Held,
    "done": Done,
    "owed": int,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def encode(answers: Sequence[Answer]) -> str:
    """The answers as JSON: a list of ``[kind, content]``."""
    return msgspec.json.encode([(_NAMES[type(answer)], answer) for answer in answers]).decode()


def decode(text: str) -> list[Answer]:
    """The answers again, equal to those that were encoded."""
    pairs = msgspec.json.decode(text, type=list[tuple[str, msgspec.Raw]])
    return [msgspec.json.decode(raw, type=_KINDS[kind]) for kind, raw in pairs]
