"""An owner's ISIL as ISO 28560-2 packs it: letters in 5 bits, digits in 4, with codes that change the table.

A *latch* changes the table until the next one, a *shift* for one character. The text starts in upper case and is
filled with ones to whole bytes (ISO 28560-2, owner institution; tables as in DigitalPlatform/dp2, Compact.cs).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from devices.rfid.errors import EncodeError
from devices.rfid.tags.bits import Bits, pack


@dataclass(frozen=True, slots=True)
class _Table:
    """Characters by code; the codes behind them change the table, each to ``(table, for good)``."""

    width: int
    characters: str
    changes: tuple[tuple[str, bool], ...]


_TABLES: Final = {
    "upper": _Table(
        5, "-ABCDEFGHIJKLMNOPQRSTUVWXYZ:", (("lower", True), ("lower", False), ("digit", True), ("digit", False))
    ),
    "lower": _Table(
        5, "-abcdefghijklmnopqrstuvwxyz/", (("upper", True), ("upper", False), ("digit", True), ("digit", False))
    ),
    "digit": _Table(4, "0123456789-:", (("upper", True), ("upper", False), ("lower", True), ("lower", False))),
}


def decode(data: bytes) -> str:
    """The ISIL in ``data``; empty for empty data. Any bytes give some text."""
    bits, latched, now, text = Bits(data), "upper", "upper", []
    while (code := bits.take(_TABLES[now].width)) is not None:
        table = _TABLES[now]
        if code < len(table.characters):
            text.append(table.characters[code])
            now = latched
        else:
            now, for_good = table.changes[code - len(table.characters)]
            latched = now if for_good else latched
    return "".join(text)


def encode(isil: str) -> bytes:
    """Pack an ISIL; empty gives no bytes.

    Raises:
        EncodeError: characters that the tables lack.
    """
    codes, latched = [], "upper"
    for at, character in enumerate(isil):
        homes = [name for name, table in _TABLES.items() if character in table.characters]
        if not homes:
            raise EncodeError(f"ISIL {isil!r}: {character!r} cannot be in an ISIL; use letters, digits and - : /")
        home = latched
        if latched not in homes:
            home = homes[0]
            follower = isil[at + 1 : at + 2]
            for_good = bool(follower) and follower not in _TABLES[latched].characters
            table = _TABLES[latched]
            codes.append((len(table.characters) + table.changes.index((home, for_good)), table.width))
            latched = home if for_good else latched
        codes.append((_TABLES[home].characters.index(character), _TABLES[home].width))
    return pack(codes, fill=0xFF)
