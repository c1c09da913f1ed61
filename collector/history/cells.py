"""Numbers as they stand in the cells of counting sheets, and the words that stand there instead. Pure."""

from __future__ import annotations

import enum
import re
from typing import Final


class Word(enum.StrEnum):
    """What a cell says that holds no number."""

    EMPTY = "empty"
    CLOSED = "closed"  # the library was closed: no number is missing
    UNKNOWN = "unknown"  # a counter that failed, a dash, n/a: not zero
    TEXT = "text"  # something else; to be looked at


_CLOSED: Final = frozenset(("closed", "close", "tutup", "libur", "holiday", "shut"))
_UNKNOWN: Final = frozenset(
    (
        "n/a", "na", "nan", "null", "none", "nil", "kosong", "error", "err", "fail", "failed", "gagal", "rusak",
        "broken", "missing", "hilang", "offline", "down", "tba", "mati", "dead",
    )
)  # fmt: skip
_SIGNS: Final = re.compile(r"[-–—?#*.xX/]+|#[A-Z/]+[!?]?|-1")
_GROUPED: Final = re.compile(r"[+]?\d{1,3}(?:([.,' \u00a0\u202f])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]0+)?")
_PLAIN: Final = re.compile(r"[+]?\d+(?:[.,]0+)?")
#: No door in the world has counted more in one row; beyond it is a telephone number.
_LARGEST: Final = 10**12


def number(cell: str | float | None) -> int | Word:
    """A cell's whole number, or what stands there instead.

    A point or comma before three figures groups thousands (both are in use); before zeros at the end it is a fraction
    of nothing. Fractions of people and negative numbers are :attr:`Word.TEXT`, since a count is neither; -1 is what
    some gates say for "no answer".
    """
    if cell is None:
        return Word.EMPTY
    if isinstance(cell, bool):
        return Word.TEXT
    if isinstance(cell, int | float):
        return _whole(cell)
    text = cell.strip().strip("\"'").strip()
    if not text:
        return Word.EMPTY
    words = {word.strip(".,:;()[]\"'") for word in text.lower().split()}
    if _SIGNS.fullmatch(text) or words & _UNKNOWN:
        return Word.UNKNOWN
    if words & _CLOSED:
        return Word.CLOSED
    if _GROUPED.fullmatch(text) or _PLAIN.fullmatch(text):
        return _from_digits(text)
    return Word.TEXT


def _whole(value: float) -> int | Word:
    if value != value or value == -1:
        return Word.UNKNOWN
    return int(value) if 0 <= value < _LARGEST and value == int(value) else Word.TEXT


def _from_digits(text: str) -> int | Word:
    grouped = _GROUPED.fullmatch(text)
    if not grouped:
        text = re.split(r"[.,]", text)[0]
    elif fraction := re.search(r"[.,]0+$", text):  # the last group has three figures, and is one only behind its sign
        text = text[: fraction.start()] if fraction.group()[0] != grouped.group(1) else text
    value = int(re.sub(r"\D", "", text))
    return value if value < _LARGEST else Word.TEXT
