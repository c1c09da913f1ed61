"""Status bytes of the FEIG OBID readers, and the error codes that tags give (H20800-16e, annex C, C1 and C2).

0F, 84 and F2 are not in that edition: 84 is in the manual of the LR200 (H90692-16e, annex D), the other two in the
open Rust driver for these readers.
"""

from __future__ import annotations

from devices.rfid.protocols.status_code import StatusCode


class Status(StatusCode):
    """The byte behind the command code of an answer."""

    OK = 0x00, "No error."
    NO_TRANSPONDER = 0x01, "No tag answered: it has left the pad, is muted, or was disturbed."
    DATA_FALSE = 0x02, "The tag's answer was damaged on the air."
    WRITE_ERROR = 0x03, "The tag could not store the value: it is protected, or lies too far from the antenna."
    ADDRESS_ERROR = 0x04, "The tag has no memory at that place."
    WRONG_TYPE = 0x05, "This kind of tag cannot do this."
    NOT_AUTHORISED = 0x08, "The card does not accept the reader's key."
    GENERAL = 0x0E, "The tag answered with an error it did not explain."
    BUSY = 0x0F, "The reader is busy; the command has to be repeated."
    EEPROM = 0x10, "The reader's own memory cannot be written, or has lost its content."
    OUT_OF_RANGE = 0x11, "A parameter of the command was out of range."
    UNKNOWN_COMMAND = 0x80, "The reader's firmware does not know this command."
    LENGTH = 0x81, "The command did not have the length that the reader expects."
    NOT_AVAILABLE = 0x82, "The reader is in scan mode and takes no commands for tags: switch it to host mode."
    RF_COMMUNICATION = 0x83, "The radio was disturbed: not every tag was found, or what was read may be damaged."
    RF_WARNING = 0x84, "The reader's antenna or radio is not in order, but it went on."
    OVERFLOW = 0x93, "There are more tags in the field than the reader can handle."
    MORE_DATA = 0x94, "The reader holds more tags than fit into one answer."
    ISO15693 = 0x95, "The tag refused."
    ISO14443 = 0x96, "The card refused."
    HARDWARE = 0xF1, "The reader's hardware does not work properly."
    DEFAULTS = 0xF2, "The reader has lost its settings and works with those from the factory."
    UNKNOWN = 0x100, "The reader reports a status that its manual does not list."


class TagError(StatusCode):
    """What an ISO 15693 tag answered, behind status 95 (annex C1)."""

    NONE = 0x00, "No error."
    NOT_SUPPORTED = 0x01, "The tag does not support this command."
    NOT_RECOGNISED = 0x02, "The tag did not understand this command."
    OPTION_NOT_SUPPORTED = 0x03, "The tag does not support an option of this command."
    UNNAMED = 0x0F, "The tag reports an error it cannot name."
    NO_SUCH_BLOCK = 0x10, "The tag has no such block."
    ALREADY_LOCKED = 0x11, "The value is locked on the tag already."
    LOCKED = 0x12, "The value is locked on the tag and cannot be changed."
    NOT_PROGRAMMED = 0x13, "The tag could not store the value; it may lie too far from the antenna."
    NOT_LOCKED = 0x14, "The tag could not lock the value."
    CUSTOM = 0xA0, "The tag reports an error of its maker's own."
    UNKNOWN = 0x100, "The tag reports an error that the standard does not list."

    @classmethod
    def of(cls, byte: int) -> TagError:
        """The error; A0 to DF are the chip makers' own and all :attr:`CUSTOM`, any other is :attr:`UNKNOWN`."""
        return cls.CUSTOM if 0xA0 <= byte <= 0xDF else super().of(byte)


class CardError(StatusCode):
    """What went wrong with an ISO 14443 card, behind status 96 (annex C2)."""

    LOW_LEVEL = 0x01, "The card's answer was damaged on the air."
    TIMEOUT = 0x02, "The card did not answer in time."
    PROTOCOL = 0x03, "The card did not keep to its protocol."
    BLOCK_NUMBER = 0x04, "A part of the card's answer was lost."
    TOO_WEAK = 0x05, "The card gets too little power: too far from the antenna, or too many cards."
    UNKNOWN = 0x100, "The reader reports an error that its manual does not list."
