"""Error codes of the PN532 (NXP UM0701-02, section 7.1, table 14)."""

from __future__ import annotations

from devices.rfid.protocols.status_code import StatusCode


class ErrorCode(StatusCode):
    """The low six bits of a status byte, and 7F, the error frame's."""

    NONE = 0x00, "No error."
    TIMEOUT = 0x01, "The card did not answer."
    CRC = 0x02, "The card's answer had a wrong checksum."
    PARITY = 0x03, "The card's answer had a wrong parity bit."
    BIT_COUNT = 0x04, "The card's answer had the wrong number of bits."
    MIFARE_FRAME = 0x05, "The card's frame was not one of its kind."
    COLLISION = 0x06, "Two cards answered at once."
    BUFFER = 0x07, "The chip's buffer is too small for this."
    OVERFLOW = 0x09, "The chip's radio buffer ran over."
    FIELD_LATE = 0x0A, "The other side switched its field on too late."
    PROTOCOL = 0x0B, "The radio protocol was broken."
    HOT = 0x0D, "The chip is too hot and has switched its antenna off."
    INTERNAL_OVERFLOW = 0x0E, "The chip ran out of memory."
    BAD_PARAMETER = 0x10, "A parameter of the command was wrong."
    DEP_COMMAND = 0x12, "The other side sent a command that is not supported."
    DATA_FORMAT = 0x13, "The data had a wrong format."
    AUTHENTICATION = 0x14, "The card's key is another one."
    UID_CHECK = 0x23, "The card's number had a wrong check byte."
    DEVICE_STATE = 0x25, "The chip cannot do this in its present state."
    NOT_ALLOWED = 0x26, "The chip does not allow this in its configuration."
    WRONG_CONTEXT = 0x27, "The command does not fit here: no card is selected, or another one."
    RELEASED = 0x29, "The other side has let the chip go."
    CARD_EXCHANGED = 0x2A, "Another card lies there now."
    CARD_GONE = 0x2B, "The card has gone."
    NFCID3 = 0x2C, "The other side's identifier does not match."
    OVER_CURRENT = 0x2D, "The antenna draws too much current."
    NO_NAD = 0x2E, "The frame lacks its node address."
    SYNTAX = 0x7F, "The chip did not understand the command."
    UNKNOWN = -1, "The chip reports an error it has no name for."
