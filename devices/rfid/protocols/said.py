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


def noise(raw: bytes, text: str = "bytes of no frame") -> Said:
    """What belongs to no frame."""
    return Said("noise", raw.hex().upper(), text)


def framed(
    way: str,
    raw: bytes,
    command: int,
    name: str,
    data: bytes = b"",
    *,
    uids: tuple[str, ...] = (),
    error: int | None = None,
    text: tuple[str, ...] = (),
    outcome: str = "",
) -> Said:
    """One frame: its text is ``name``, ``text`` or else ``uids``, ``data`` and ``outcome``, as far as there are."""
    shown = data.hex().upper()
    words = " ".join(part for part in (name, *(text or uids), shown, outcome) if part)
    return Said(way, raw.hex().upper(), words, command, name, error, uids, shown)
