"""Whole numbers to show, from exact thousandths. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from collector.derive.facts import MILLI


def whole(parts: Sequence[int]) -> list[int]:
    """Each of ``parts`` (thousandths) as a whole number, so that their sum is the rounded sum.

    Everyone gets his whole part; what the sum still lacks goes, one each, to those with the largest remainders (the
    earlier one first among equals). So no figure is off by one or more, and a column always adds up. Halves of the sum
    are rounded to the even neighbour, which favours no side over many periods.
    """
    floors = [part // MILLI for part in parts]
    lacking = nearest(sum(parts)) - sum(floors)
    by_remainder = sorted(range(len(parts)), key=lambda i: (-(parts[i] % MILLI), i))
    for i in by_remainder[:lacking]:
        floors[i] += 1
    return floors


def nearest(part: int) -> int:
    """One number of thousandths as a whole one, a half to the even neighbour."""
    down, rest = divmod(part, MILLI)
    return down + (rest * 2 > MILLI or (rest * 2 == MILLI and down % 2 == 1))
