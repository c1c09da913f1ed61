"""What a look at a device found: for ``pustaka doctor``."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Grade(enum.StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one part, and what to do about it, if anything."""

    part: str
    grade: Grade
    said: str
    todo: str = ""
