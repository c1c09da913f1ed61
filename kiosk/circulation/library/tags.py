"""The UID of a copy's tag in the sample and in training: always the same one for the same copy and part."""

from __future__ import annotations

import hashlib

#: ISO 15693: E0, then NXP's maker code 04 and its ICODE SLI family 01.
_PREFIX = "E0040100"


def tag_uid(number: str, part: int = 1) -> str:
    """16 hex digits for the tag in part ``part`` (from 1) of the copy ``number``."""
    return _PREFIX + hashlib.sha256(f"{number}/{part}".encode()).hexdigest()[:8].upper()
