"""What the status and error bytes of every protocol have in common: a name, and a sentence for people."""

from __future__ import annotations

import enum
from typing import Self


class StatusCode(enum.IntEnum):
    """Members are ``NAME = byte, "Sentence."``; one of them is ``UNKNOWN``, for bytes that no document lists."""

    sentence: str

    def __new__(cls, byte: int, sentence: str) -> Self:
        code = int.__new__(cls, byte)
        code._value_ = byte
        code.sentence = sentence
        return code

    @classmethod
    def of(cls, byte: int) -> Self:
        """The code of this byte, or ``UNKNOWN``."""
        found = cls._value2member_map_.get(byte)
        return found if isinstance(found, cls) else cls["UNKNOWN"]
