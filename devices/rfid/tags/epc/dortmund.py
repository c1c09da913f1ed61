"""The EPC of Dortmund's university library: 16 bytes (lukaslerche/bookwaves-feig, DE290Tag.java and DE6Tag.java).

=======  ===========================================================================
byte     content
=======  ===========================================================================
0-3      owner's ISIL without its hyphen, six characters of Code 40, filled with spaces
4-11     item number, big endian
12-14    00
15       01: the gate gives alarm; 00: it does not
=======  ===========================================================================

Variants of the same house that keep texts where the number is are not read: their first number byte is not 00, and a
number that large is none.
"""

from __future__ import annotations

import re
from typing import Final

from devices.rfid.errors import EncodeError
from devices.rfid.tags.content import Model, TagContent, Usage
from devices.rfid.tags.epc import code40

_LENGTH: Final = 16
_HEADER: Final = slice(0, 4)
_NUMBER: Final = slice(4, 12)
_SPARE: Final = slice(12, 15)
_ARMED: Final = 0x01
_MOST: Final = (1 << 56) - 1
_OWNER: Final = re.compile(r"[A-Z]{2}[0-9]{1,4}")
#: The first 5000 tags of Dortmund have a header that was computed wrongly.
_WRONG_HEADERS: Final = {bytes.fromhex("1381F871"): "DE290"}


class Dortmund:
    """See :class:`devices.rfid.tags.epc.EpcLayout`."""

    model: Final = Model.DORTMUND_EPC

    def decode(self, pc: int, epc: bytes) -> TagContent | None:
        owner, number = self._owner(epc), int.from_bytes(epc[_NUMBER], "big")
        if not owner or any(epc[_SPARE]) or epc[-1] & ~_ARMED or not 0 < number <= _MOST:
            return None
        return TagContent(self.model, str(number), f"{owner[:2]}-{owner[2:]}", usage=Usage.NONE, crc_ok=True)

    def identity(self, epc: bytes) -> str:
        return self._with_bit(epc, False).hex().upper()

    def armed(self, pc: int, epc: bytes) -> bool | None:
        return bool(epc[-1] & _ARMED) if self.decode(pc, epc) else None

    def with_alarm(self, pc: int, epc: bytes, armed: bool) -> tuple[int, bytes]:
        return pc, self._with_bit(epc, armed)

    def encode(self, item_id: str, isil: str = "", *, armed: bool = True) -> bytes:
        digits = item_id.isascii() and item_id.isdecimal() and len(item_id) <= len(str(_MOST))
        number = int(item_id) if digits else 0
        if str(number) != item_id or not 0 < number <= _MOST:
            raise EncodeError(f"item number {item_id!r}: this EPC holds 1 to {_MOST}, without leading zeros")
        owner = isil.replace("-", "", 1)
        header = code40.encode(owner.ljust(6))
        if isil[2:3] != "-" or not _OWNER.fullmatch(owner) or header is None:
            raise EncodeError(f"ISIL {isil!r}: this EPC holds two capitals, a hyphen and up to four digits, as DE-290")
        return header + number.to_bytes(8, "big") + bytes([0, 0, 0, _ARMED * armed])

    @staticmethod
    def _owner(epc: bytes) -> str:
        if len(epc) != _LENGTH:
            return ""
        header = epc[_HEADER]
        owner = _WRONG_HEADERS.get(header) or (code40.decode(header) or "").rstrip()
        return owner if _OWNER.fullmatch(owner) else ""

    @staticmethod
    def _with_bit(epc: bytes, armed: bool) -> bytes:
        return epc[:-1] + bytes([(epc[-1] & ~_ARMED) | (_ARMED * armed)]) if epc else epc
