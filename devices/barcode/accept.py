"""Which code is a patron, which an item, which is noise.

The library's two rules decide, each by the whole text, the code's format and, if wanted, the check digit. What
matches both is reported as such and never guessed. The publisher's codes (EAN-13 beginning with 978 or 979, and
the 192 of the second line on Japanese books) are noise unless a rule names EAN13 among its formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from devices.barcode.code import MATRIX_FORMATS, BarcodeError, Code, check_formats
from devices.barcode.events import Kind
from devices.barcode.settings import CodeSettings, KindRule

#: The kinds that a session can use.
USABLE: Final = frozenset({Kind.PATRON, Kind.ITEM, Kind.AMBIGUOUS})

_PUBLISHER = re.compile(r"(?:97[89]|192)\d{10}")
_META = frozenset(r".^$*+?{}[]\|()")


@dataclass(frozen=True, slots=True)
class Reading:
    """A code and what it is. ``text`` is the number to use; ``sure`` when one frame is proof enough."""

    kind: Kind
    text: str
    code: Code
    sure: bool = False


class Rules:
    """The accept list of one library, made once from its settings.

    Raises:
        BarcodeError: a pattern is not a regular expression, or a format or check is not known.
    """

    def __init__(self, settings: CodeSettings) -> None:
        check_formats(settings.formats)
        self._rules = ((Kind.PATRON, _Rule("patron", settings.patron)), (Kind.ITEM, _Rule("item", settings.item)))

    def judge(self, code: Code) -> Reading:
        """What ``code`` is."""
        text = code.text.strip()
        publisher = code.format == "EAN13" and _PUBLISHER.fullmatch(text) is not None
        matches = [(kind, rule) for kind, rule in self._rules if rule.accepts(code.format, text, publisher)]
        if not matches:
            return Reading(Kind.ISBN if publisher else Kind.UNKNOWN, text, code)
        if len(matches) > 1:
            # Two rules may strip different prefixes, so the whole text is all that can be handed on.
            return Reading(Kind.AMBIGUOUS, text, code)
        kind, rule = matches[0]
        return Reading(kind, rule.number(text), code, rule.proves(code.format, text))

    def usable(self, codes: Iterable[Code]) -> bool:
        """Whether any of ``codes`` is one a session can use: only this ends a search."""
        return any(self.judge(code).kind in USABLE for code in codes)


class _Rule:
    def __init__(self, name: str, rule: KindRule) -> None:
        try:
            self._pattern = re.compile(rule.pattern)
        except re.error as error:
            raise BarcodeError(
                f"codes.{name}.pattern: {rule.pattern!r} is not a regular expression: {error}"
            ) from error
        if rule.formats:
            check_formats(rule.formats)
        if rule.check not in ("", "mod10"):
            raise BarcodeError(f"codes.{name}.check: {rule.check!r} is not known; use mod10 or leave it out")
        self._rule = rule
        self._has_prefix = bool(rule.strip) or bool(literal_prefix(rule.pattern))

    def accepts(self, format_name: str, text: str, publisher: bool) -> bool:
        if self._rule.formats and format_name not in self._rule.formats:
            return False
        if publisher and "EAN13" not in self._rule.formats:
            return False
        if self._pattern.fullmatch(text) is None:
            return False
        return self._rule.check != "mod10" or mod10_holds(self.number(text))

    def number(self, text: str) -> str:
        return text.removeprefix(self._rule.strip)

    def proves(self, format_name: str, text: str) -> bool:
        """QR corrects its own errors; elsewhere only a check digit and a fixed beginning together are proof."""
        if format_name in MATRIX_FORMATS:
            return True
        return self._rule.check == "mod10" and self._has_prefix and text.startswith(self._rule.strip)


def mod10_holds(number: str) -> bool:
    """Whether the last digit is the Luhn check of the others, as on 14-digit library numbers."""
    if not (number.isascii() and number.isdigit() and len(number) > 1):
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def literal_prefix(pattern: str) -> str:
    """The plain characters every match of ``pattern`` begins with; empty when that cannot be seen at once."""
    if "|" in pattern:
        return ""
    end = next((place for place, char in enumerate(pattern) if char in _META), len(pattern))
    if end < len(pattern) and pattern[end] in "*?{":
        end -= 1
    return pattern[: max(end, 0)]
