"""Status bytes of the FEIG OBID readers, and the error codes that tags give (H20800-16e, annex C, C1 and C2).

0F, 84 and F2 are not in that edition: 84 is in the manual of the LR200 (H90692-16e, annex D), the other two in the
open Rust driver for these readers.
"""

from __future__ import annotations

import enum
from typing import Final


class Status(enum.IntEnum):
    """The byte behind the command code of an answer; ``sentence`` says it in words."""

    OK = 0x00
    NO_TRANSPONDER = 0x01
    DATA_FALSE = 0x02
    WRITE_ERROR = 0x03
    ADDRESS_ERROR = 0x04
    WRONG_TYPE = 0x05
    NOT_AUTHORISED = 0x08
    GENERAL = 0x0E
    BUSY = 0x0F
    EEPROM = 0x10
    OUT_OF_RANGE = 0x11
    UNKNOWN_COMMAND = 0x80
    LENGTH = 0x81
    NOT_AVAILABLE = 0x82
    RF_COMMUNICATION = 0x83
    RF_WARNING = 0x84
    OVERFLOW = 0x93
    MORE_DATA = 0x94
    ISO15693 = 0x95
    ISO14443 = 0x96
    HARDWARE = 0xF1
    DEFAULTS = 0xF2
    UNLISTED = 0x100

    @property
    def sentence(self) -> str:
        """What the reader means."""
        return _STATUS[self]

    @classmethod
    def of(cls, byte: int) -> Status:
        """The status, or :attr:`UNLISTED` for a byte that the manual does not list."""
        try:
            return cls(byte)
        except ValueError:
            return cls.UNLISTED


class TagError(enum.IntEnum):
    """What an ISO 15693 tag answered, behind status 95 (annex C1)."""

    NONE = 0x00
    NOT_SUPPORTED = 0x01
    NOT_RECOGNISED = 0x02
    OPTION_NOT_SUPPORTED = 0x03
    UNKNOWN = 0x0F
    NO_SUCH_BLOCK = 0x10
    ALREADY_LOCKED = 0x11
    LOCKED = 0x12
    NOT_PROGRAMMED = 0x13
    NOT_LOCKED = 0x14
    CUSTOM = 0xA0
    RESERVED = 0x100

    @property
    def sentence(self) -> str:
        """What the tag means."""
        return _TAG[self]

    @classmethod
    def of(cls, byte: int) -> TagError:
        """The error; A0 to DF are the chip makers' own and all :attr:`CUSTOM`, any other is :attr:`RESERVED`."""
        if 0xA0 <= byte <= 0xDF:
            return cls.CUSTOM
        try:
            return cls(byte)
        except ValueError:
            return cls.RESERVED


class CardError(enum.IntEnum):
    """What went wrong with an ISO 14443 card, behind status 96 (annex C2)."""

    LOW_LEVEL = 0x01
    TIMEOUT = 0x02
    PROTOCOL = 0x03
    BLOCK_NUMBER = 0x04
    TOO_WEAK = 0x05
    UNLISTED = 0x100

    @property
    def sentence(self) -> str:
        """What the reader means."""
        return _CARD[self]

    @classmethod
    def of(cls, byte: int) -> CardError:
        """The error, or :attr:`UNLISTED`."""
        try:
            return cls(byte)
        except ValueError:
            return cls.UNLISTED


_STATUS: Final = {
    Status.OK: "No error.",
    Status.NO_TRANSPONDER: "No tag answered: it has left the pad, is muted, or was disturbed.",
    Status.DATA_FALSE: "The tag's answer was damaged on the air.",
    Status.WRITE_ERROR: "The tag could not store the value: it is protected, or lies too far from the antenna.",
    Status.ADDRESS_ERROR: "The tag has no memory at that place.",
    Status.WRONG_TYPE: "This kind of tag cannot do this.",
    Status.NOT_AUTHORISED: "The card does not accept the reader's key.",
    Status.GENERAL: "The tag answered with an error it did not explain.",
    Status.BUSY: "The reader is busy; the command has to be repeated.",
    Status.EEPROM: "The reader's own memory cannot be written, or has lost its content.",
    Status.OUT_OF_RANGE: "A parameter of the command was out of range.",
    Status.UNKNOWN_COMMAND: "The reader's firmware does not know this command.",
    Status.LENGTH: "The command did not have the length that the reader expects.",
    Status.NOT_AVAILABLE: "The reader is in scan mode and takes no commands for tags: switch it to host mode.",
    Status.RF_COMMUNICATION: "The radio was disturbed: not every tag was found, or what was read may be damaged.",
    Status.RF_WARNING: "The reader's antenna or radio is not in order, but it went on.",
    Status.OVERFLOW: "There are more tags in the field than the reader can handle.",
    Status.MORE_DATA: "The reader holds more tags than fit into one answer.",
    Status.ISO15693: "The tag refused.",
    Status.ISO14443: "The card refused.",
    Status.HARDWARE: "The reader's hardware does not work properly.",
    Status.DEFAULTS: "The reader has lost its settings and works with those from the factory.",
    Status.UNLISTED: "The reader reports a status that its manual does not list.",
}

_TAG: Final = {
    TagError.NONE: "No error.",
    TagError.NOT_SUPPORTED: "The tag does not support this command.",
    TagError.NOT_RECOGNISED: "The tag did not understand this command.",
    TagError.OPTION_NOT_SUPPORTED: "The tag does not support an option of this command.",
    TagError.UNKNOWN: "The tag reports an error it cannot name.",
    TagError.NO_SUCH_BLOCK: "The tag has no such block.",
    TagError.ALREADY_LOCKED: "The value is locked on the tag already.",
    TagError.LOCKED: "The value is locked on the tag and cannot be changed.",
    TagError.NOT_PROGRAMMED: "The tag could not store the value; it may lie too far from the antenna.",
    TagError.NOT_LOCKED: "The tag could not lock the value.",
    TagError.CUSTOM: "The tag reports an error of its maker's own.",
    TagError.RESERVED: "The tag reports an error that the standard does not list.",
}

_CARD: Final = {
    CardError.LOW_LEVEL: "The card's answer was damaged on the air.",
    CardError.TIMEOUT: "The card did not answer in time.",
    CardError.PROTOCOL: "The card did not keep to its protocol.",
    CardError.BLOCK_NUMBER: "A part of the card's answer was lost.",
    CardError.TOO_WEAK: "The card gets too little power: too far from the antenna, or too many cards.",
    CardError.UNLISTED: "The reader reports an error that its manual does not list.",
}
