"""Smartfreq's EPC: ``41 length text``, filled with 00 to whole words (lukaslerche/bookwaves-feig, BRTag.java).

``length`` counts bytes of the text, which has six bits a character (``@`` is 0 and fills). The security byte is an AFI
in the low byte of the PC: 07 alarm, C2 none, with the PC's bit 0x0100 set, which says "an AFI follows, no GS1 code"
(ISO/IEC 18000-63).
"""

from __future__ import annotations

import re
from typing import Final

from devices.rfid.errors import EncodeError
from devices.rfid.tags.bits import Bits, pack
from devices.rfid.tags.content import Model, TagContent, Usage

_MARK: Final = 0x41
_AFI_FOLLOWS: Final = 0x0100
_ALARM: Final = 0x07
_NO_ALARM: Final = 0xC2
#: What an item number is made of. The table has more, but such texts are not item numbers of this vendor.
_TEXT: Final = re.compile(r"[A-Z0-9]([A-Z0-9 ]*[A-Z0-9])?")
#: The PC counts words in five bits.
_LONGEST: Final = 62


class Smartfreq:
    """See :class:`devices.rfid.tags.epc.EpcLayout`."""

    model: Final = Model.SMARTFREQ_EPC

    def decode(self, pc: int, epc: bytes) -> TagContent | None:
        if len(epc) < 4 or epc[0] != _MARK or len(epc) != 2 + epc[1] + epc[1] % 2 or any(epc[2 + epc[1] :]):
            return None
        bits, text = Bits(epc[2 : 2 + epc[1]]), ""
        while (code := bits.take(6)) is not None:
            text += chr(code if code & 0x20 else code | 0x40)
        text = text.rstrip("@")
        if bits.rest() or not _TEXT.fullmatch(text):
            return None
        return TagContent(self.model, text, usage=Usage.NONE, crc_ok=True)

    def identity(self, epc: bytes) -> str:
        return epc.hex().upper()

    def armed(self, pc: int, epc: bytes) -> bool | None:
        if not pc & _AFI_FOLLOWS or self.decode(pc, epc) is None:
            return None
        return {_ALARM: True, _NO_ALARM: False}.get(pc & 0xFF)

    def with_alarm(self, pc: int, epc: bytes, armed: bool) -> tuple[int, bytes]:
        return (pc & 0xFE00) | _AFI_FOLLOWS | (_ALARM if armed else _NO_ALARM), epc

    def encode(self, item_id: str, isil: str = "", *, armed: bool = True) -> bytes:
        """The EPC alone; its security byte is in the PC: see :meth:`with_alarm`."""
        if isil:
            raise EncodeError(f"ISIL {isil!r}: this EPC has no place for an owner; leave it out")
        if not _TEXT.fullmatch(item_id):
            raise EncodeError(f"item number {item_id!r}: this EPC holds A-Z, 0-9, and spaces between them")
        data = pack(((ord(character) & 0x3F, 6) for character in item_id), fill=0)
        if 2 + len(data) > _LONGEST:
            raise EncodeError(f"item number {item_id!r} takes {len(data)} bytes; this EPC holds {_LONGEST - 2}")
        return bytes([_MARK, len(data)]) + data + bytes(len(data) % 2)
