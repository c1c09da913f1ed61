"""Error codes of the 3M/Bibliotheca readers (3M RFID Reader Protocol Specification, appendix A)."""

from __future__ import annotations

import enum
from typing import Final


class ErrorCode(enum.IntEnum):
    """The byte behind the command code of an answer; ``sentence`` says it in words."""

    NONE = 0x00
    NOT_IMPLEMENTED = 0x02
    NO_TRANSPONDER = 0x06
    UNKNOWN = 0x0F
    MEMORY_NOT_AVAILABLE = 0x11
    LOCKED = 0x12
    NOT_READ = 0x15
    NOT_WRITTEN = 0x16
    TAG_COMMAND_NOT_SUPPORTED = 0x21
    TAG_COMMAND_UNKNOWN = 0x22
    TAG_OPTION_NOT_SUPPORTED = 0x23
    NOT_SUPPORTED = 0x30
    OPTION_NOT_SUPPORTED = 0x31
    BAD_PARAMETER = 0x32
    CANCELLED = 0xFD
    NO_MEMORY = 0xFE

    @property
    def sentence(self) -> str:
        """What the reader means."""
        return _SENTENCES[self]

    @classmethod
    def of(cls, byte: int) -> ErrorCode:
        """The code, or :attr:`UNKNOWN` for a byte that the specification does not list."""
        try:
            return cls(byte)
        except ValueError:
            return cls.UNKNOWN


_SENTENCES: Final = {
    ErrorCode.NONE: "No error.",
    ErrorCode.NOT_IMPLEMENTED: "The reader's firmware does not know this command.",
    ErrorCode.NO_TRANSPONDER: "No tag answered: it has left the pad, or it cannot do this.",
    ErrorCode.UNKNOWN: "The reader reports an error it cannot name.",
    ErrorCode.MEMORY_NOT_AVAILABLE: "The tag has no such block or value.",
    ErrorCode.LOCKED: "The value is locked on the tag and cannot be changed.",
    ErrorCode.NOT_READ: "The tag answered, but its memory could not be read.",
    ErrorCode.NOT_WRITTEN: "The tag could not store the value; it may lie too far from the antenna.",
    ErrorCode.TAG_COMMAND_NOT_SUPPORTED: "The tag does not support this command.",
    ErrorCode.TAG_COMMAND_UNKNOWN: "The tag did not understand this command.",
    ErrorCode.TAG_OPTION_NOT_SUPPORTED: "The tag does not support an option of this command.",
    ErrorCode.NOT_SUPPORTED: "The reader cannot do this with this kind of tag.",
    ErrorCode.OPTION_NOT_SUPPORTED: "The reader knows the command, but not the option that was sent.",
    ErrorCode.BAD_PARAMETER: "A parameter of the command was wrong.",
    ErrorCode.CANCELLED: "The command was cancelled by the host.",
    ErrorCode.NO_MEMORY: "The reader has run out of memory.",
}
