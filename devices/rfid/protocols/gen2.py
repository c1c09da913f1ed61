"""What UHF readers of every make have in common: EPC Gen2 tags, their banks of 16-bit words, and what they refuse."""

from __future__ import annotations

from typing import Final

from devices.rfid.errors import EncodeError
from devices.rfid.protocols.status_code import StatusCode

EPC_BANK: Final = 1
TID_BANK: Final = 2
USER_BANK: Final = 3
#: Access password of a tag that has none.
NO_PASSWORD: Final = bytes(4)
_LONGEST_EPC: Final = 62  # bytes: 31 words, all that the PC can count


class TagError(StatusCode):
    """What the tag said (EPC Gen2, annex I); its sentence goes behind the reader's."""

    OTHER = 0x0, "It does not say why."
    NO_SUCH_MEMORY = 0x3, "It has no such memory, or cannot hold an EPC of this length."
    LOCKED = 0x4, "This memory is locked."
    NO_POWER = 0xB, "It gets too little power to write: move it nearer to the antenna."
    UNSPECIFIED = 0xF, "It cannot say why."

    @classmethod
    def of(cls, byte: int) -> TagError:
        """The error in the low half; :attr:`OTHER` for one that the standard does not list."""
        low = byte & 0x0F
        return next((error for error in cls if error == low), cls.OTHER)


def epc_bytes(pc: int) -> int:
    """The length of an EPC by the protocol control word before it, whose upper five bits count its words."""
    return 2 * (pc >> 11)


def word_count(data: bytes, what: str) -> int:
    """Whole words in ``data``.

    Raises:
        EncodeError: there are none, half ones, or more than an EPC can have; the message says ``what``.
    """
    words, odd = divmod(len(data), 2)
    if odd or not words or len(data) > _LONGEST_EPC:
        raise EncodeError(f"{what} has {len(data)} bytes; use whole words of 2, at most {_LONGEST_EPC} bytes")
    return words


def r2000_dbm(level: int) -> int:
    """Signal strength in dBm, from the Impinj R2000's table: 98 is -31 dBm, 31 is -99 dBm, with a step behind 89."""
    return level - (129 if level > 89 else 130)
