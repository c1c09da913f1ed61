"""Error codes of the 3M/Bibliotheca readers (3M RFID Reader Protocol Specification, appendix A)."""

from __future__ import annotations

from devices.rfid.protocols.status_code import StatusCode


class ErrorCode(StatusCode):
    """The byte behind the command code of an answer."""

    NONE = 0x00, "No error."
    NOT_IMPLEMENTED = 0x02, "The reader's firmware does not know this command."
    NO_TRANSPONDER = 0x06, "No tag answered: it has left the pad, or it cannot do this."
    UNKNOWN = 0x0F, "The reader reports an error it cannot name."
    MEMORY_NOT_AVAILABLE = 0x11, "The tag has no such block or value."
    LOCKED = 0x12, "The value is locked on the tag and cannot be changed."
    NOT_READ = 0x15, "The tag answered, but its memory could not be read."
    NOT_WRITTEN = 0x16, "The tag could not store the value; it may lie too far from the antenna."
    TAG_COMMAND_NOT_SUPPORTED = 0x21, "The tag does not support this command."
    TAG_COMMAND_UNKNOWN = 0x22, "The tag did not understand this command."
    TAG_OPTION_NOT_SUPPORTED = 0x23, "The tag does not support an option of this command."
    NOT_SUPPORTED = 0x30, "The reader cannot do this with this kind of tag."
    OPTION_NOT_SUPPORTED = 0x31, "The reader knows the command, but not the option that was sent."
    BAD_PARAMETER = 0x32, "A parameter of the command was wrong."
    CANCELLED = 0xFD, "The command was cancelled by the host."
    NO_MEMORY = 0xFE, "The reader has run out of memory."
