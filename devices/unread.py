"""Cells that say "nothing was read" instead of a number, as counting sheets and gates write them. Pure.

A recording of totals at the door and history at the desk come out of the same hands, and are read alike: missing is not
zero, whichever way in it takes.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = frozenset(
    (
        "n/a", "na", "t/a", "nan", "null", "none", "nil", "kosong", "error", "err", "fail", "failed", "gagal", "rusak",
        "broken", "missing", "hilang", "offline", "down", "tba", "mati", "dead", "timeout",
    )
)  # fmt: skip
_PHRASES: Final = frozenset(("no data", "tidak ada"))
#: Dashes, question marks, a spreadsheet's own errors (``#N/A``), and what some scripts write for "no answer".
_SIGNS: Final = re.compile(r"[-–—?#*.…xX/]+|#[A-Za-z/]+[!?]?|-1")


def is_unread(text: str) -> bool:
    """Whether a cell that is not empty says that no number is known."""
    text = text.strip().lower()
    words = {word.strip(".,:;()[]\"'") for word in text.split()}
    return bool(_SIGNS.fullmatch(text) or words & _WORDS or text in _PHRASES)
