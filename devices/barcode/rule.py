"""One accept rule, made ready: is a text of its kind, and which number does it stand for?

The settings of a rule are explained at :class:`devices.barcode.settings.KindRule`. Everything that can be wrong with
them is found when the rule is made, not when the first book is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from devices.barcode.check_digits import mod10_holds, mod43_holds
from devices.barcode.code import PROVEN_FORMATS, BarcodeError, check_formats
from devices.barcode.settings import KindRule

_META: Final = frozenset(r".^$*+?{}[]\|()")
_CASES: Final = ("", "upper", "lower")
_CHECKS: Final = ("", "mod10", "mod43")
_LENGTHS: Final = "write for example 14, or '6-8' for six to eight, or '8, 14' for either"


@dataclass(frozen=True, slots=True)
class Match:
    """``number`` is what to use; ``sure``: one reading is proof enough."""

    number: str
    sure: bool


class Rule:
    """One rule. ``key`` is where it stands in the settings, for example ``codes.item``.

    Raises:
        BarcodeError: a setting cannot be used; the sentence names it.
    """

    def __init__(self, key: str, rule: KindRule) -> None:
        if not (rule.pattern or rule.prefix) and rule.length == "":
            raise BarcodeError(f"{key}: every text would be of this kind; set pattern, prefix or length")
        self._rule = rule
        self._pattern = _compiled(f"{key}.pattern", rule.pattern) if rule.pattern else None
        self._lengths, self._fixed = _lengths(f"{key}.length", rule.length)
        self._replace = _replacement(f"{key}.replace", rule.replace)
        self._drop = str.maketrans("", "", rule.drop)
        self._beginning = rule.prefix or literal_prefix(rule.pattern)
        if rule.case not in _CASES:
            raise BarcodeError(f"{key}.case: {rule.case!r} is not known; use upper or lower, or leave it out")
        if rule.check not in _CHECKS:
            raise BarcodeError(f"{key}.check: {rule.check!r} is not known; use mod10 or mod43, or leave it out")
        _check_formats(key, rule, self._fixed)

    def match(self, format_name: str, text: str, *, publisher: bool = False) -> Match | None:
        """The number that ``text`` stands for, or ``None`` when it is not of this kind.

        ``format_name`` is empty when the reader did not tell it: then any will do. ``publisher``: it is a code of the
        book trade, which is of this kind only where the rule names EAN13.
        """
        if publisher and "EAN13" not in self._rule.formats:
            return None
        if format_name and not self._takes(format_name):
            return None
        tidy = self._tidied(text)
        if tidy is None or not self._fits(tidy):
            return None
        number = tidy.removeprefix(self._rule.strip)
        if self._rule.check == "mod10" and not mod10_holds(number):
            return None
        if self._replace is not None:
            pattern, replacement = self._replace
            number = pattern.sub(replacement, number)
        return Match(self._rule.add + number, self._proves(format_name, tidy)) if number else None

    def _takes(self, format_name: str) -> bool:
        """Part of an ITF code reads as a whole one: only a fixed length tells them apart."""
        if format_name == "ITF" and not self._fixed:
            return False
        if self._rule.check == "mod43" and format_name != "Code39":
            return False
        return not self._rule.formats or format_name in self._rule.formats

    def _tidied(self, text: str) -> str | None:
        """The text as a person would type it from the label; ``None`` when its check character is wrong."""
        tidy = text.translate(self._drop)
        if self._rule.case:
            tidy = tidy.upper() if self._rule.case == "upper" else tidy.lower()
        if self._rule.check != "mod43":
            return tidy
        return tidy[:-1] if mod43_holds(tidy.upper()) else None

    def _fits(self, tidy: str) -> bool:
        return (
            tidy.startswith(self._rule.prefix)
            and (self._lengths is None or any(least <= len(tidy) <= most for least, most in self._lengths))
            and (self._pattern is None or self._pattern.fullmatch(tidy) is not None)
        )

    def _proves(self, format_name: str, tidy: str) -> bool:
        """QR corrects its own errors; elsewhere only a check digit and a fixed beginning together are proof."""
        if format_name in PROVEN_FORMATS:
            return True
        begins = bool(self._beginning) or bool(self._rule.strip and tidy.startswith(self._rule.strip))
        return bool(self._rule.check) and begins


def literal_prefix(pattern: str) -> str:
    """The plain characters every match of ``pattern`` begins with; empty when that cannot be seen at once."""
    if "|" in pattern:
        return ""
    end = next((place for place, char in enumerate(pattern) if char in _META), len(pattern))
    if end < len(pattern) and pattern[end] in "*?{":
        end -= 1
    return pattern[: max(end, 0)]


def _compiled(key: str, pattern: str) -> re.Pattern[str]:
    # ASCII: \d shall not take the digits of other scripts for numbers that a library printed.
    try:
        return re.compile(pattern, re.ASCII)
    except re.error as error:
        raise BarcodeError(f"{key}: {pattern!r} is not a regular expression: {error}") from error


def _lengths(key: str, length: int | str) -> tuple[tuple[tuple[int, int], ...] | None, bool]:
    """The ranges of lengths that will do (``None``: any), and whether each of them is one length only."""
    if length == "":
        return None, False
    ranges = []
    for part in str(length).split(","):
        found = re.fullmatch(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?", part, re.ASCII)
        least, most = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 0 < least <= most:
            raise BarcodeError(f"{key}: {length!r} is no length; {_LENGTHS}")
        ranges.append((least, most))
    return tuple(ranges), all(least == most for least, most in ranges)


def _replacement(key: str, replace: tuple[str, ...]) -> tuple[re.Pattern[str], str] | None:
    if not replace:
        return None
    if len(replace) != 2:
        raise BarcodeError(f"{key}: give two texts, a pattern and what to put in its place")
    pattern = _compiled(key, replace[0])
    try:
        pattern.sub(replace[1], "")
    except (re.error, IndexError) as error:
        raise BarcodeError(f"{key}: {replace[1]!r} cannot be put in place of {replace[0]!r}: {error}") from error
    return pattern, replace[1]


def _check_formats(key: str, rule: KindRule, fixed: bool) -> None:
    if rule.formats:
        try:
            check_formats(rule.formats)
        except BarcodeError as error:
            raise BarcodeError(f"{key}.{error}") from error
    if "ITF" in rule.formats and not fixed:
        raise BarcodeError(f"{key}.length: part of an ITF code reads as a whole one, so ITF needs fixed lengths; "
                           f"write for example 14 or '8, 14'")  # fmt: skip
    if rule.check == "mod43" and set(rule.formats) - {"Code39"}:
        raise BarcodeError(f"{key}.check: mod43 belongs to Code 39 alone; take the others off {key}.formats")
