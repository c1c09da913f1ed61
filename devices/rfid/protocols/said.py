"""A frame in words, for support: what every protocol's ``say`` gives."""

from __future__ import annotations

import msgspec


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """``way`` is host, reader or noise; ``command`` the code; ``error`` of an answer; ``uids`` named in it."""

    way: str
    hex: str
    text: str
    command: int | None = None
    name: str = ""
    error: int | None = None
    uids: tuple[str, ...] = ()
    data: str = ""
