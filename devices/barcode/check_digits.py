"""Check digits of library numbers: the last sign of a number tells whether the others were read right."""

from __future__ import annotations

from typing import Final

#: The 43 signs of Code 39 in the order of their values (ISO/IEC 16388, table A.1).
_SIGNS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"


def mod10_holds(number: str) -> bool:
    """Whether the last digit is the Luhn check of the others, as on 14-digit library numbers."""
    if not (_is_digits(number) and len(number) > 1):
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def mod43_holds(text: str) -> bool:
    """Whether the last sign is the modulo 43 check of the others, optional in Code 39."""
    if len(text) < 2 or not all(sign in _SIGNS for sign in text):
        return False
    *others, check = (_SIGNS.index(sign) for sign in text)
    return sum(others) % 43 == check


def ean13_holds(number: str) -> bool:
    """Whether thirteen digits end in the check digit of an EAN-13."""
    if not (_is_digits(number) and len(number) == 13):
        return False
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(number)) % 10 == 0


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
