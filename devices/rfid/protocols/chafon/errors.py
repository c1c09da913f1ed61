"""Status bytes of the Chafon UHFReader families, and what a Gen2 tag may add to status FC.

Sources: the status tables of the UHFReader18 and UHFReader288 manuals as published drivers list them
(wabson/chafon-rfid, xynogen/uhfreader18); the tags' codes are those of EPC Gen2, annex I.
"""

from __future__ import annotations

import enum
from typing import Final


class Status(enum.IntEnum):
    """The byte behind the command code of an answer; ``sentence`` says it in words."""

    OK = 0x00
    ROUND_DONE = 0x01
    ROUND_TIMED_OUT = 0x02
    MORE_FRAMES = 0x03
    MEMORY_FULL = 0x04
    WRONG_PASSWORD = 0x05
    KILL_FAILED = 0x09
    KILL_PASSWORD_ZERO = 0x0A
    NOT_SUPPORTED_BY_TAG = 0x0B
    PASSWORD_ZERO = 0x0C
    PROTECTED_ALREADY = 0x0D
    NOT_PROTECTED = 0x0E
    LOCKED_BYTES = 0x10
    CANNOT_LOCK = 0x11
    LOCKED_ALREADY = 0x12
    NOT_SAVED = 0x13
    CANNOT_ADJUST = 0x14
    FIRST_ROUND_DONE = 0x15
    FIRST_ROUND_TIMED_OUT = 0x16
    FIRST_ROUND_MORE = 0x17
    FIRST_ROUND_FULL = 0x18
    NOT_SUPPORTED = 0x19
    CUSTOM_COMMAND_FAILED = 0x1A
    STATISTICS = 0x26
    ANTENNA = 0xF8
    FAILED = 0xF9
    POOR_LINK = 0xFA
    NO_TAG = 0xFB
    TAG_ERROR = 0xFC
    BAD_LENGTH = 0xFD
    BAD_COMMAND = 0xFE
    BAD_PARAMETER = 0xFF
    UNKNOWN = -1

    @property
    def sentence(self) -> str:
        """What the reader means."""
        return _SENTENCES[self]

    @classmethod
    def of(cls, byte: int) -> Status:
        """The status, or :attr:`UNKNOWN` for a byte that no manual lists."""
        try:
            return cls(byte)
        except ValueError:
            return cls.UNKNOWN


_SENTENCES: Final = {
    Status.OK: "Done.",
    Status.ROUND_DONE: "The inventory is complete.",
    Status.ROUND_TIMED_OUT: "The inventory ended because its time was up; there may be more tags.",
    Status.MORE_FRAMES: "More tags follow in another frame.",
    Status.MEMORY_FULL: "The reader cannot hold more tags; the others were left out.",
    Status.WRONG_PASSWORD: "The tag's access password is another one.",
    Status.KILL_FAILED: "The kill password is another one.",
    Status.KILL_PASSWORD_ZERO: "A tag whose kill password is zero cannot be killed.",
    Status.NOT_SUPPORTED_BY_TAG: "The tag does not support this command.",
    Status.PASSWORD_ZERO: "This command needs a tag whose access password is not zero.",
    Status.PROTECTED_ALREADY: "The tag is protected already.",
    Status.NOT_PROTECTED: "The tag is not protected; there is nothing to undo.",
    Status.LOCKED_BYTES: "Some of the bytes are locked and were not written.",
    Status.CANNOT_LOCK: "This cannot be locked.",
    Status.LOCKED_ALREADY: "This is locked already.",
    Status.NOT_SAVED: "The reader uses the setting, but could not store it.",
    Status.CANNOT_ADJUST: "The reader cannot change this setting.",
    Status.FIRST_ROUND_DONE: "The inventory of the older tag kind is complete.",
    Status.FIRST_ROUND_TIMED_OUT: "The inventory of the older tag kind ended because its time was up.",
    Status.FIRST_ROUND_MORE: "More tags of the older kind follow in another frame.",
    Status.FIRST_ROUND_FULL: "The reader cannot hold more tags of the older kind.",
    Status.NOT_SUPPORTED: "The reader cannot do this, or needs an access password that is not zero.",
    Status.CUSTOM_COMMAND_FAILED: "The tag's own command failed.",
    Status.STATISTICS: "The inventory's statistics.",
    Status.ANTENNA: "The antenna is missing or damaged: check its cable.",
    Status.FAILED: "The reader could not carry out the command.",
    Status.POOR_LINK: "The tag was heard, but too weakly to work with: move it closer.",
    Status.NO_TAG: "No tag answered.",
    Status.TAG_ERROR: "The tag itself refused.",
    Status.BAD_LENGTH: "The command had the wrong length.",
    Status.BAD_COMMAND: "The reader does not know this command, or it came damaged.",
    Status.BAD_PARAMETER: "A parameter of the command was wrong.",
    Status.UNKNOWN: "The reader reports a status it has no name for.",
}


class TagError(enum.IntEnum):
    """The byte behind status FC: what the tag said (EPC Gen2, annex I)."""

    OTHER = 0x00
    NO_SUCH_MEMORY = 0x03
    LOCKED = 0x04
    NO_POWER = 0x0B
    UNSPECIFIED = 0x0F

    @property
    def sentence(self) -> str:
        """What the tag means."""
        return _TAG_SENTENCES[self]

    @classmethod
    def of(cls, byte: int) -> TagError:
        """The code, or :attr:`UNSPECIFIED` for one that the standard does not assign."""
        try:
            return cls(byte)
        except ValueError:
            return cls.UNSPECIFIED


_TAG_SENTENCES: Final = {
    TagError.OTHER: "The tag reports an error it cannot name.",
    TagError.NO_SUCH_MEMORY: "The tag has no such memory.",
    TagError.LOCKED: "The memory is locked on the tag.",
    TagError.NO_POWER: "The tag gets too little power to write: move it closer.",
    TagError.UNSPECIFIED: "The tag does not say why.",
}
