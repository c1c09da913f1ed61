"""Amounts of money as servers write them (BV, CC), to whole units of the currency and back."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_NUMBER = re.compile(r"-?[0-9][0-9.,]*")
#: A last group of exactly three digits after one kind of separator means thousands: 50.000 is fifty thousand.
_GROUPED = re.compile(r"-?[0-9]{1,3}([.,])[0-9]{3}(?:\1[0-9]{3})*")
#: More digits than any fine has: the text is something else.
_LONGEST = 24


def read_amount(text: str | None) -> int | None:
    """Whole units, half rounded up; ``None`` without a number. ``1.234,50`` and ``1,234.50`` are both read."""
    found = _NUMBER.search(text or "")
    if found is None or len(found[0]) > _LONGEST:
        return None
    number = found[0].rstrip(".,")
    if _GROUPED.fullmatch(number):
        return int(re.sub("[.,]", "", number))
    whole, mark, fraction = _split(number)
    digits = re.sub("[.,]", "", whole) + ("." + fraction if mark else "")
    return int(Decimal(digits).quantize(Decimal(1), ROUND_HALF_UP))


def write_amount(amount: int, like: str | None = None) -> str:
    """The amount as this server writes one: with two decimals where ``like`` has them."""
    _, mark, fraction = _split((like or "").strip())
    return f"{amount}{mark}00" if mark and len(fraction) == 2 else str(amount)


def _split(number: str) -> tuple[str, str, str]:
    """Before the last separator, that separator, and behind it."""
    at = max(number.rfind("."), number.rfind(","))
    return (number, "", "") if at < 0 else (number[:at], number[at], number[at + 1 :])
