"""Error codes of the M100/QM100 and R200 modules (R200 user protocol V2.3.3, section 36; Loopack-Systems/YMR100).

A failure does not say which command it belongs to; its code does. Where the tag itself refused, the code holds the
command in the high half and what the tag said (EPC Gen2, annex I) in the low half.
"""

from __future__ import annotations

from typing import Final

from devices.rfid.protocols.status_code import StatusCode


class ErrorCode(StatusCode):
    """The first byte of a failure. Of the last five only the high half counts."""

    READ_NO_TAG = 0x09, "The selected tag did not answer the read, or too faintly."
    BAD_PARAMETER = 0x0E, "A parameter of the command was wrong."
    WRITE_NO_TAG = 0x10, "The selected tag did not answer the write, or too faintly; it may have been written."
    KILL_NO_TAG = 0x12, "The selected tag did not answer the kill command."
    LOCK_NO_TAG = 0x13, "The selected tag did not answer the lock command."
    PERMALOCK_NO_TAG = 0x14, "The selected tag did not answer the permanent lock command."
    NO_TAG = 0x15, "No tag answered, or none could be understood."
    ACCESS_DENIED = 0x16, "The tag wants another access password."
    BAD_COMMAND = 0x17, "The module's firmware does not know this command."
    CONFIG_NO_TAG = 0x1A, "The selected tag did not answer the change of its configuration (NXP)."
    EAS_NO_TAG = 0x1B, "The selected tag did not answer the change of its alarm bit (NXP)."
    EAS_NOT_SECURED = 0x1C, "The tag changes its alarm bit only with an access password (NXP)."
    ALARM_NO_TAG = 0x1D, "No tag whose alarm bit is set answered (NXP)."
    NO_FREE_CHANNEL = 0x20, "Every radio channel is taken: another reader is too near."
    PROTECT_NO_TAG = 0x2A, "The selected tag did not answer the read protection (NXP)."
    UNPROTECT_NO_TAG = 0x2B, "The selected tag did not answer the end of the read protection (NXP)."
    QT_NO_TAG = 0x2E, "The selected tag did not answer the QT command (Impinj Monza)."
    READ_REFUSED = 0xA0, "The tag refuses to be read."
    WRITE_REFUSED = 0xB0, "The tag refuses to be written."
    LOCK_REFUSED = 0xC0, "The tag refuses to be locked."
    KILL_REFUSED = 0xD0, "The tag refuses to be killed."
    SPECIAL_REFUSED = 0xE0, "The tag refuses a command of its maker."
    UNKNOWN = 0xFF, "The module reports an error that no document lists."

    @property
    def by_tag(self) -> bool:
        """Whether the tag refused, so that the low half of the byte is what the tag said."""
        return self in _BY_TAG

    @classmethod
    def of(cls, byte: int) -> ErrorCode:
        """The code, or :attr:`UNKNOWN` for a byte that no document lists."""
        code, refusal = super().of(byte), super().of(byte & 0xF0)
        return refusal if code is cls.UNKNOWN and refusal.by_tag else code


_BY_TAG: Final = frozenset(
    {
        ErrorCode.READ_REFUSED,
        ErrorCode.WRITE_REFUSED,
        ErrorCode.LOCK_REFUSED,
        ErrorCode.KILL_REFUSED,
        ErrorCode.SPECIAL_REFUSED,
    }
)
