"""What a profile's value must be beyond its type. Each check answers the rest of a sentence, or nothing."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        return "Python knows no such encoding; common ones are utf-8, latin-1, cp850 and ascii."
    return ""


def _terminator(text: str) -> str:
    return "" if text in ("\r", "\r\n", "\n") else 'expected "\\r" (the specification\'s), "\\r\\n" or "\\n".'


def _zone(text: str) -> str:
    return "" if text in ("", "Z") else 'expected "" for local time or "Z" for UTC.'


def _field(text: str) -> str:
    return "" if re.fullmatch(r"([A-Z][A-Z0-9])?", text) else 'expected two characters such as "ZU", or nothing.'


def _currency(text: str) -> str:
    return "" if re.fullmatch(r"[A-Z]{3}", text) else 'expected three capital letters, such as "IDR".'


def _flags(places: tuple[int, ...]) -> str:
    return "" if all(0 <= place <= 13 for place in places) else "the patron status has places 0 to 13."


def _formats(patterns: tuple[str, ...]) -> str:
    for pattern in patterns:
        if not ("%d" in pattern and re.search(r"%[mbB]", pattern) and re.search(r"%[yY]", pattern)):
            return f'{pattern!r} does not name day, month and year; a pattern looks like "%d/%m/%Y".'
        try:
            datetime.strptime("", pattern)  # noqa: DTZ007 - only whether the pattern itself is understood
        except ValueError as error:
            if "bad directive" in str(error) or "stray %" in str(error):
                return f"{pattern!r} is no date pattern: {error}."
    return ""


def _refusals(patterns: tuple[Any, ...]) -> str:
    for refusal in patterns:
        try:
            re.compile(refusal.pattern)
        except re.error as error:
            return f"{refusal.pattern!r} is no regular expression: {error}."
    return ""


def _between(least: float, most: float) -> Callable[[float], str]:
    return lambda number: "" if least <= number <= most else f"expected a number from {least:g} to {most:g}."


CHECKS: dict[str, Callable[[Any], str]] = {
    "encoding": _encoding,
    "send_terminator": _terminator,
    "zone": _zone,
    "operation_field": _field,
    "reason_field": _field,
    "currency": _currency,
    "blocking_flags": _flags,
    "due_formats": _formats,
    "refusals": _refusals,
    "longest_answer": _between(1024, 1_048_576),
    "keep_alive_seconds": _between(0, 3600),
    "quiet_seconds": _between(0, 3600),
    "summary_per_request": _between(1, 6),
    "page_size": _between(0, 999),
}
