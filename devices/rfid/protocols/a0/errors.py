"""Result codes of the A0 protocol (the table at the end of the vendors' protocol papers, as published drivers list it;
81 to 8F: EPC Gen2 errors that some firmware passes on, high bit set, inferred).
"""

from __future__ import annotations

import enum
from typing import Final


class Code(enum.IntEnum):
    """The only byte of an answer that has nothing else to tell; ``sentence`` says it in words."""

    SUCCESS = 0x10
    FAIL = 0x11
    MCU_RESET = 0x20
    CARRIER = 0x21
    ANTENNA_MISSING = 0x22
    FLASH_NOT_WRITTEN = 0x23
    FLASH_NOT_READ = 0x24
    POWER_NOT_SET = 0x25
    INVENTORY = 0x31
    READ = 0x32
    WRITE = 0x33
    LOCK = 0x34
    KILL = 0x35
    NO_TAG = 0x36
    HEARD_BUT_NOT_REACHED = 0x37
    BUFFER_EMPTY = 0x38
    PASSWORD = 0x40
    BAD_PARAMETER = 0x41
    TOO_MANY_WORDS = 0x42
    NO_SUCH_BANK = 0x43
    NO_SUCH_LOCK_REGION = 0x44
    NO_SUCH_LOCK_ACTION = 0x45
    BAD_ADDRESS = 0x46
    NO_SUCH_ANTENNA = 0x47
    NO_SUCH_POWER = 0x48
    NO_SUCH_REGION = 0x49
    NO_SUCH_BAUD = 0x4A
    NO_SUCH_BEEPER = 0x4B
    MATCH_TOO_LONG = 0x4C
    MATCH_LENGTH = 0x4D
    NO_SUCH_MATCH_MODE = 0x4E
    NO_SUCH_FREQUENCY = 0x4F
    NO_HANDLE = 0x50
    NO_SUCH_DRM = 0x51
    PLL = 0x52
    RF_CHIP = 0x53
    POWER_NOT_REACHED = 0x54
    NOT_GENUINE = 0x55
    REGULATION = 0x56
    POWER_TOO_LOW = 0x57
    TAG_OTHER = 0x80
    TAG_NO_SUCH_MEMORY = 0x83
    TAG_LOCKED = 0x84
    TAG_NO_POWER = 0x8B
    TAG_UNSPECIFIED = 0x8F
    UNKNOWN = -1

    @property
    def sentence(self) -> str:
        """What the reader means."""
        return _SENTENCES[self]

    @classmethod
    def of(cls, byte: int) -> Code:
        """The code, or :attr:`UNKNOWN` for a byte that no paper lists."""
        try:
            return cls(byte)
        except ValueError:
            return cls.UNKNOWN


_SENTENCES: Final = {
    Code.SUCCESS: "Done.",
    Code.FAIL: "The reader could not carry out the command.",
    Code.MCU_RESET: "The reader could not restart.",
    Code.CARRIER: "The transmitter could not be switched on.",
    Code.ANTENNA_MISSING: "The antenna is missing: check its cable.",
    Code.FLASH_NOT_WRITTEN: "The reader could not store the setting.",
    Code.FLASH_NOT_READ: "The reader could not read its settings.",
    Code.POWER_NOT_SET: "The transmit power could not be set.",
    Code.INVENTORY: "The inventory failed.",
    Code.READ: "The tag could not be read.",
    Code.WRITE: "The tag could not be written.",
    Code.LOCK: "The tag could not be locked.",
    Code.KILL: "The tag could not be killed.",
    Code.NO_TAG: "No tag answered.",
    Code.HEARD_BUT_NOT_REACHED: "The tag was heard, but too weakly to work with: move it closer.",
    Code.BUFFER_EMPTY: "The reader's buffer is empty.",
    Code.PASSWORD: "The tag could not be reached, or its access password is another one.",
    Code.BAD_PARAMETER: "A parameter of the command was wrong.",
    Code.TOO_MANY_WORDS: "More words were asked for than fit.",
    Code.NO_SUCH_BANK: "There is no such memory bank.",
    Code.NO_SUCH_LOCK_REGION: "There is no such region to lock.",
    Code.NO_SUCH_LOCK_ACTION: "There is no such kind of lock.",
    Code.BAD_ADDRESS: "The reader's address cannot be that.",
    Code.NO_SUCH_ANTENNA: "The reader has no such antenna.",
    Code.NO_SUCH_POWER: "The reader cannot transmit with that power.",
    Code.NO_SUCH_REGION: "The reader knows no such region.",
    Code.NO_SUCH_BAUD: "The reader knows no such line speed.",
    Code.NO_SUCH_BEEPER: "The beeper knows no such mode.",
    Code.MATCH_TOO_LONG: "The EPC to match is too long.",
    Code.MATCH_LENGTH: "The length of the EPC to match is wrong.",
    Code.NO_SUCH_MATCH_MODE: "There is no such way to match an EPC.",
    Code.NO_SUCH_FREQUENCY: "The reader knows no such frequency.",
    Code.NO_HANDLE: "The tag went away while it was addressed.",
    Code.NO_SUCH_DRM: "There is no such receiver mode.",
    Code.PLL: "The transmitter's oscillator does not lock: the reader is defective.",
    Code.RF_CHIP: "The radio chip does not answer: the reader is defective.",
    Code.POWER_NOT_REACHED: "The transmit power is not reached: check the reader's supply.",
    Code.NOT_GENUINE: "The firmware refuses this hardware.",
    Code.REGULATION: "The radio rules that are set do not allow this.",
    Code.POWER_TOO_LOW: "The transmit power is too low.",
    Code.TAG_OTHER: "The tag reports an error it cannot name.",
    Code.TAG_NO_SUCH_MEMORY: "The tag has no such memory.",
    Code.TAG_LOCKED: "The memory is locked on the tag.",
    Code.TAG_NO_POWER: "The tag gets too little power to write: move it closer.",
    Code.TAG_UNSPECIFIED: "The tag does not say why.",
    Code.UNKNOWN: "The reader reports a result it has no name for.",
}
