"""Frames on the emulated server's line: its own small reader and writer, sharing nothing with the kiosk's codec.

A test between two programs that share their codec proves little: both would be wrong together.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

#: The fixed fields of each request: name and width.
_DATE = ("date", 18)
LAYOUTS: dict[str, tuple[tuple[str, int], ...]] = {
    "23": (("language", 3), _DATE),
    "11": (("renewal policy", 1), ("no block", 1), _DATE, ("due", 18)),
    "09": (("no block", 1), _DATE, ("return date", 18)),
    "01": (("retained", 1), _DATE),
    "99": (("status", 1), ("width", 3), ("version", 4)),
    "93": (("uid algorithm", 1), ("pwd algorithm", 1)),
    "63": (("language", 3), _DATE, ("summary", 10)),
    "35": (_DATE,),
    "37": (_DATE, ("fee type", 2), ("payment type", 2), ("currency", 3)),
    "17": (_DATE,),
    "19": (_DATE,),
    "25": (_DATE,),
    "15": (("mode", 1), _DATE),
    "29": (("third party", 1), ("no block", 1), _DATE, ("due", 18)),
    "65": (_DATE,),
    "97": (),
}
LONGEST = 8192


@dataclass(frozen=True)
class Asked:
    """One request. ``sequence`` and ``checksum`` are empty when it came without."""

    code: str
    fixed: dict[str, str] = field(repr=False)
    fields: dict[str, str] = field(repr=False)
    sequence: str = ""
    checksum: str = ""

    def get(self, name: str) -> str:
        """A variable field, empty if it is not there."""
        return self.fields.get(name, "")


@dataclass(frozen=True)
class Said:
    """One answer before it becomes bytes: its code with the fixed fields, and the variable fields in order."""

    head: str
    fields: tuple[tuple[str, str], ...] = ()

    def with_field(self, name: str, value: str) -> Said:
        """The same with every such field changed, or one added."""
        if any(there == name for there, _ in self.fields):
            return Said(self.head, tuple((n, value if n == name else v) for n, v in self.fields))
        return Said(self.head, (*self.fields, (name, value)))

    def to_bytes(self, encoding: str, message_encoding: str = "") -> bytes:
        """Without sequence number and checksum."""
        parts = [encode(self.head, encoding)]
        for name, value in self.fields:
            chosen = message_encoding if name == "AF" and message_encoding else encoding
            parts.append(name.encode("ascii") + encode(value.replace("|", "&#124;"), chosen) + b"|")
        return b"".join(parts)


class Incoming:
    """Bytes of one connection, cut into messages at each CR."""

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that ended. More than ``LONGEST`` bytes without an end are thrown away."""
        *whole, self._kept = (self._kept + data).split(b"\r")
        if len(self._kept) > LONGEST:
            self._kept = b""
        return whole


def checksum(data: bytes) -> str:
    """The four digits that follow ``data``, which ends in ``AZ``."""
    return f"{-sum(data) & 0xFFFF:04X}"


def encode(text: str, encoding: str) -> bytes:
    """``ascii`` strips diacritics; whatever a code page lacks becomes a question mark."""
    if encoding == "ascii":
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text.encode(encoding, "replace")


def parse(message: bytes, encoding: str) -> tuple[Asked, bool] | None:
    """A request, and whether its checksum is right (or absent); ``None`` for what is none."""
    body, sequence, mark, right = message, "", "", True
    if len(message) >= 6 and message[-6:-4] == b"AZ":
        mark = message[-4:].decode("ascii", "replace")
        right = mark == checksum(message[:-4])
        body = message[:-6]
        if len(body) >= 3 and body[-3:-1] == b"AY":
            sequence, body = chr(body[-1]), body[:-3]
    text = body.decode(encoding, "replace")
    layout = LAYOUTS.get(text[:2])
    if layout is None:
        return (Asked(text[:2], {}, {}, sequence, mark), right) if text[:2].isdigit() else None
    fixed, at = {}, 2
    for name, width in layout:
        fixed[name] = text[at : at + width]
        at += width
    fields: dict[str, str] = {}
    for part in text[at:].split("|"):
        if len(part) >= 2:
            fields.setdefault(part[:2], part[2:])
    return Asked(text[:2], fixed, fields, sequence, mark), right
