"""Which code is a patron, which an item, which is noise.

The library's rules decide, each by the whole text, the code's format and, if wanted, the check digit. What matches
both a patron's and an item's rule is reported as such, with the number that it would be in each case, and never
guessed. What a rule of ``ignore`` matches is as if it were not there. Publishers' codes (EAN-13 beginning with 978 or
979, the 977 of magazines, the 192 and 491 of Japanese ones) are noise unless a rule names EAN13 among its formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from devices.barcode.check_digits import ean13_holds
from devices.barcode.code import BarcodeError, Code, check_formats
from devices.barcode.events import Kind
from devices.barcode.rule import Match, Rule
from devices.barcode.settings import CodeSettings, KindRule, KindRules

#: The kinds that a session can use.
USABLE: Final = frozenset({Kind.PATRON, Kind.ITEM, Kind.AMBIGUOUS, Kind.STAFF})
#: No number of a library is longer (characters); a pattern shall not have to chew on a whole page of text.
LONGEST: Final = 256

_PUBLISHER = re.compile(r"(?:97[789]|192|491)\d{10}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reading:
    """A code and what it is. ``text`` is the number to use; ``sure`` when one frame is proof enough.

    Of an ambiguous one ``text`` is the whole text, ``patron`` and ``item`` are the numbers it would be.
    """

    kind: Kind
    text: str
    code: Code
    sure: bool = False
    patron: str = ""
    item: str = ""


class Rules:
    """The accept list of one library, made once from its settings.

    Raises:
        BarcodeError: a setting cannot be used; the sentence names it.
    """

    def __init__(self, settings: CodeSettings) -> None:
        try:
            check_formats(settings.formats)
        except BarcodeError as error:
            raise BarcodeError(f"codes.{error}") from error
        self._patron = _rules("codes.patron", settings.patron)
        self._item = _rules("codes.item", settings.item)
        self._staff = _rules("codes.staff", settings.staff)
        self._ignore = _rules("codes.ignore", settings.ignore)

    def judge(self, code: Code) -> Reading:
        """What ``code`` is. Its format may be empty: a scanner does not always tell which it read."""
        text = code.text.strip()
        if not 0 < len(text) <= LONGEST or not text.isprintable():
            return Reading(Kind.UNKNOWN, text[:LONGEST], code)
        if any(rule.match(code.format, text) for rule in self._ignore):
            return Reading(Kind.IGNORED, text, code)
        publisher = _is_publishers(code.format, text)

        def first(rules: tuple[Rule, ...]) -> Match | None:
            found = (rule.match(code.format, text, publisher=publisher) for rule in rules)
            return next((match for match in found if match is not None), None)

        if (staff := first(self._staff)) is not None:
            return Reading(Kind.STAFF, staff.number, code, staff.sure)
        patron, item = first(self._patron), first(self._item)
        if patron is not None and item is not None:
            return Reading(Kind.AMBIGUOUS, text, code, patron.sure and item.sure, patron.number, item.number)
        if patron is not None:
            return Reading(Kind.PATRON, patron.number, code, patron.sure)
        if item is not None:
            return Reading(Kind.ITEM, item.number, code, item.sure)
        return Reading(Kind.ISBN if publisher else Kind.UNKNOWN, text, code)

    def usable(self, codes: Iterable[Code]) -> bool:
        """Whether any of ``codes`` is one a session can use: only this ends a search."""
        return any(self.judge(code).kind in USABLE for code in codes)


def _rules(key: str, rules: KindRules) -> tuple[Rule, ...]:
    """Rules made ready; of several each is named by its place, counted from 0 as everywhere in the settings."""
    if isinstance(rules, KindRule):
        return (Rule(key, rules),)
    return tuple(Rule(f"{key}[{place}]", rule) for place, rule in enumerate(rules))


def _is_publishers(format_name: str, text: str) -> bool:
    if _PUBLISHER.fullmatch(text) is None:
        return False
    return format_name == "EAN13" or (format_name == "" and ean13_holds(text))
