"""Error codes of the M100/QM100 and R200 modules (R200 user protocol V2.3.3, section 36; Loopack-Systems/YMR100).

A failure does not say which command it belongs to; its code does. Where the tag itself refused, the code holds the
command in the high half and what the tag said (EPC Gen2, annex I) in the low half.
"""

from __future__ import annotations

import enum
from typing import Final


class ErrorCode(enum.IntEnum):
    """The first byte of a failure; ``sentence`` says it in words. Of the last five only the high half counts."""

    READ_NO_TAG = 0x09
    BAD_PARAMETER = 0x0E
    WRITE_NO_TAG = 0x10
    KILL_NO_TAG = 0x12
    LOCK_NO_TAG = 0x13
    PERMALOCK_NO_TAG = 0x14
    NO_TAG = 0x15
    ACCESS_DENIED = 0x16
    BAD_COMMAND = 0x17
    CONFIG_NO_TAG = 0x1A
    EAS_NO_TAG = 0x1B
    EAS_NOT_SECURED = 0x1C
    ALARM_NO_TAG = 0x1D
    NO_FREE_CHANNEL = 0x20
    PROTECT_NO_TAG = 0x2A
    UNPROTECT_NO_TAG = 0x2B
    QT_NO_TAG = 0x2E
    READ_REFUSED = 0xA0
    WRITE_REFUSED = 0xB0
    LOCK_REFUSED = 0xC0
    KILL_REFUSED = 0xD0
    SPECIAL_REFUSED = 0xE0
    UNKNOWN = 0xFF

    @property
    def sentence(self) -> str:
        """What the module means."""
        return _SENTENCES[self]

    @property
    def by_tag(self) -> bool:
        """Whether the tag refused, so that the low half of the byte is a :class:`TagError`."""
        return self in _BY_TAG

    @classmethod
    def of(cls, byte: int) -> ErrorCode:
        """The code, or :attr:`UNKNOWN` for a byte that no document lists."""
        for code in (byte, byte & 0xF0):
            if code in _KNOWN and (code == byte or _KNOWN[code] in _BY_TAG):
                return _KNOWN[code]
        return cls.UNKNOWN


class TagError(enum.IntEnum):
    """What the tag said (EPC Gen2, annex I); ``sentence`` says it in words."""

    OTHER = 0x0
    OVERRUN = 0x3
    LOCKED = 0x4
    POWER = 0xB
    UNSAID = 0xF

    @property
    def sentence(self) -> str:
        """What the tag means."""
        return _TAG_SENTENCES[self]

    @classmethod
    def of(cls, byte: int) -> TagError:
        """The error in the low half; :attr:`OTHER` for one that the standard does not list."""
        low = byte & 0x0F
        return next((error for error in cls if error == low), cls.OTHER)


_BY_TAG: Final = frozenset(
    {
        ErrorCode.READ_REFUSED,
        ErrorCode.WRITE_REFUSED,
        ErrorCode.LOCK_REFUSED,
        ErrorCode.KILL_REFUSED,
        ErrorCode.SPECIAL_REFUSED,
    }
)
_KNOWN: Final = {int(code): code for code in ErrorCode}

_SENTENCES: Final = {
    ErrorCode.READ_NO_TAG: "The selected tag did not answer the read, or too faintly.",
    ErrorCode.BAD_PARAMETER: "A parameter of the command was wrong.",
    ErrorCode.WRITE_NO_TAG: "The selected tag did not answer the write, or too faintly; it may have been written.",
    ErrorCode.KILL_NO_TAG: "The selected tag did not answer the kill command.",
    ErrorCode.LOCK_NO_TAG: "The selected tag did not answer the lock command.",
    ErrorCode.PERMALOCK_NO_TAG: "The selected tag did not answer the permanent lock command.",
    ErrorCode.NO_TAG: "No tag answered, or none could be understood.",
    ErrorCode.ACCESS_DENIED: "The tag wants another access password.",
    ErrorCode.BAD_COMMAND: "The module's firmware does not know this command.",
    ErrorCode.CONFIG_NO_TAG: "The selected tag did not answer the change of its configuration (NXP).",
    ErrorCode.EAS_NO_TAG: "The selected tag did not answer the change of its alarm bit (NXP).",
    ErrorCode.EAS_NOT_SECURED: "The tag changes its alarm bit only with an access password (NXP).",
    ErrorCode.ALARM_NO_TAG: "No tag whose alarm bit is set answered (NXP).",
    ErrorCode.NO_FREE_CHANNEL: "Every radio channel is taken: another reader is too near.",
    ErrorCode.PROTECT_NO_TAG: "The selected tag did not answer the read protection (NXP).",
    ErrorCode.UNPROTECT_NO_TAG: "The selected tag did not answer the end of the read protection (NXP).",
    ErrorCode.QT_NO_TAG: "The selected tag did not answer the QT command (Impinj Monza).",
    ErrorCode.READ_REFUSED: "The tag refuses to be read.",
    ErrorCode.WRITE_REFUSED: "The tag refuses to be written.",
    ErrorCode.LOCK_REFUSED: "The tag refuses to be locked.",
    ErrorCode.KILL_REFUSED: "The tag refuses to be killed.",
    ErrorCode.SPECIAL_REFUSED: "The tag refuses a command of its maker.",
    ErrorCode.UNKNOWN: "The module reports an error that no document lists.",
}

_TAG_SENTENCES: Final = {
    TagError.OTHER: "It does not say why.",
    TagError.OVERRUN: "It has no such memory, or cannot hold an EPC of this length.",
    TagError.LOCKED: "This memory is locked.",
    TagError.POWER: "It gets too little power to write: move it nearer to the antenna.",
    TagError.UNSAID: "It cannot say why.",
}
