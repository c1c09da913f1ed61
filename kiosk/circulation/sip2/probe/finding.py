"""What a detective has found out: a fact, its value, and why one may believe it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import msgspec

from kiosk.circulation.sip2.profile import Profile

#: As the configuration may hold it; ``None`` when it is not known, or is no setting.
Value = bool | int | float | str | tuple[str, ...] | None

_SETTINGS = frozenset(field.name for field in msgspec.structs.fields(Profile))


class Confidence(enum.StrEnum):
    """How far a value may be relied on."""

    CERTAIN = "certain"  # the server showed it
    LIKELY = "likely"  # everything seen fits; something else would fit as well
    UNKNOWN = "unknown"  # it was not shown, or not asked


@dataclass(frozen=True, slots=True)
class Finding:
    """``key`` is a key of the profile, or ``server.…`` for a fact that is no setting. ``reason`` is a sentence without
    anybody's name or number. ``alarm``: somebody should look at this.
    """

    key: str
    value: Value
    reason: str
    confidence: Confidence = Confidence.CERTAIN
    alarm: bool = False

    @property
    def known(self) -> bool:
        """Whether there is a value to go by."""
        return self.confidence is not Confidence.UNKNOWN

    @property
    def setting(self) -> bool:
        """Whether it can be written into the configuration: known, and a key of the profile."""
        return self.known and self.key in _SETTINGS


def unknown(key: str, reason: str, *, alarm: bool = False) -> Finding:
    """Nothing could be found out, or nothing that a program should decide, and why."""
    return Finding(key, None, reason, Confidence.UNKNOWN, alarm)
