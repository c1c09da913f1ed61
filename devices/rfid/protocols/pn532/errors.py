"""Error codes of the PN532 (NXP UM0701-02, section 7.1, table 14)."""

from __future__ import annotations

import enum
from typing import Final


class ErrorCode(enum.IntEnum):
    """The low six bits of a status byte, and 7F, the error frame's; ``sentence`` says it in words."""

    NONE = 0x00
    TIMEOUT = 0x01
    CRC = 0x02
    PARITY = 0x03
    BIT_COUNT = 0x04
    MIFARE_FRAME = 0x05
    COLLISION = 0x06
    BUFFER = 0x07
    OVERFLOW = 0x09
    FIELD_LATE = 0x0A
    PROTOCOL = 0x0B
    HOT = 0x0D
    INTERNAL_OVERFLOW = 0x0E
    BAD_PARAMETER = 0x10
    DEP_COMMAND = 0x12
    DATA_FORMAT = 0x13
    AUTHENTICATION = 0x14
    UID_CHECK = 0x23
    DEVICE_STATE = 0x25
    NOT_ALLOWED = 0x26
    WRONG_CONTEXT = 0x27
    RELEASED = 0x29
    CARD_EXCHANGED = 0x2A
    CARD_GONE = 0x2B
    NFCID3 = 0x2C
    OVER_CURRENT = 0x2D
    NO_NAD = 0x2E
    SYNTAX = 0x7F
    UNKNOWN = -1

    @property
    def sentence(self) -> str:
        """What the chip means."""
        return _SENTENCES[self]

    @classmethod
    def of(cls, byte: int) -> ErrorCode:
        """The code, or :attr:`UNKNOWN` for a byte that the manual does not list."""
        try:
            return cls(byte)
        except ValueError:
            return cls.UNKNOWN


_SENTENCES: Final = {
    ErrorCode.NONE: "No error.",
    ErrorCode.TIMEOUT: "The card did not answer.",
    ErrorCode.CRC: "The card's answer had a wrong checksum.",
    ErrorCode.PARITY: "The card's answer had a wrong parity bit.",
    ErrorCode.BIT_COUNT: "The card's answer had the wrong number of bits.",
    ErrorCode.MIFARE_FRAME: "The card's frame was not one of its kind.",
    ErrorCode.COLLISION: "Two cards answered at once.",
    ErrorCode.BUFFER: "The chip's buffer is too small for this.",
    ErrorCode.OVERFLOW: "The chip's radio buffer ran over.",
    ErrorCode.FIELD_LATE: "The other side switched its field on too late.",
    ErrorCode.PROTOCOL: "The radio protocol was broken.",
    ErrorCode.HOT: "The chip is too hot and has switched its antenna off.",
    ErrorCode.INTERNAL_OVERFLOW: "The chip ran out of memory.",
    ErrorCode.BAD_PARAMETER: "A parameter of the command was wrong.",
    ErrorCode.DEP_COMMAND: "The other side sent a command that is not supported.",
    ErrorCode.DATA_FORMAT: "The data had a wrong format.",
    ErrorCode.AUTHENTICATION: "The card's key is another one.",
    ErrorCode.UID_CHECK: "The card's number had a wrong check byte.",
    ErrorCode.DEVICE_STATE: "The chip cannot do this in its present state.",
    ErrorCode.NOT_ALLOWED: "The chip does not allow this in its configuration.",
    ErrorCode.WRONG_CONTEXT: "The command does not fit here: no card is selected, or another one.",
    ErrorCode.RELEASED: "The other side has let the chip go.",
    ErrorCode.CARD_EXCHANGED: "Another card lies there now.",
    ErrorCode.CARD_GONE: "The card has gone.",
    ErrorCode.NFCID3: "The other side's identifier does not match.",
    ErrorCode.OVER_CURRENT: "The antenna draws too much current.",
    ErrorCode.NO_NAD: "The frame lacks its node address.",
    ErrorCode.SYNTAX: "The chip did not understand the command.",
    ErrorCode.UNKNOWN: "The chip reports an error it has no name for.",
}
