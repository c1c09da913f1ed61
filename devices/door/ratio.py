"""How many persons one count stands for, with a 95 % interval. Pure.

The factor is persons who really came / persons counted, N / C, over the same time. Misses and inventions come in groups
(a class that walks in side by side), so they are not independent of each other: the time is cut into blocks of a
minute, each block's error is N_b - factor × C_b, and the spread of those errors says how well the factor is known (the
ratio estimator of survey sampling, on the log scale so that the interval stays positive, with Student's t for the
number of blocks). It was preferred to a bootstrap over the same blocks because it needs no random numbers, so that
anyone can recompute it, and covers as well.

With very few errors their spread says next to nothing. The interval is therefore never narrower than if misses and
inventions came singly (Poisson), with one error more of each sort than was seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: The normal distribution's 97.5 % point.
_Z: Final = 1.959963984540054


@dataclass(frozen=True)
class Block:
    """A stretch of time: persons seen, of whom ``both`` were counted too; and what was counted without a person."""

    both: int = 0
    missed: int = 0
    false: int = 0

    @property
    def seen(self) -> int:
        """Persons who really came."""
        return self.both + self.missed

    @property
    def counted(self) -> int:
        """Persons counted."""
        return self.both + self.false


@dataclass(frozen=True)
class Factor:
    """Persons for each one counted, and between what it lies with 95 % confidence."""

    value: float
    low: float
    high: float

    @property
    def excludes_one(self) -> bool:
        """Whether the counter is surely off."""
        return not self.low <= 1 <= self.high


def factor(blocks: Sequence[Block]) -> Factor | None:
    """The factor of all blocks together; ``None`` when nobody was counted or nobody came."""
    used = [block for block in blocks if block.seen or block.counted]
    seen, counted = sum(block.seen for block in used), sum(block.counted for block in used)
    if not seen or not counted:
        return None
    value = seen / counted
    both, missed, false = (sum(getattr(block, key) for block in used) for key in ("both", "missed", "false"))
    singly = both * (1 / seen - 1 / counted) ** 2 + (missed + 1) / seen**2 + (false + 1) / counted**2
    variance, t = singly, _Z
    if len(used) > 1:
        spread = sum((block.seen - value * block.counted) ** 2 for block in used)
        grouped = len(used) / (len(used) - 1) * spread / seen**2
        if grouped > singly:
            variance, t = grouped, student(len(used) - 1)
    width = t * math.sqrt(variance)
    return Factor(value, value * math.exp(-width), value * math.exp(width))


def student(freedom: int) -> float:
    """The 97.5 % point of Student's t (Cornish-Fisher's expansion; within 1 % from 3 degrees of freedom on)."""
    z, n = _Z, float(max(1, freedom))
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )


def share(part: int, whole: int) -> tuple[float, float, float] | None:
    """A share with Wilson's 95 % interval, as (share, low, high); ``None`` of nothing."""
    if not whole:
        return None
    p, z2 = part / whole, _Z**2
    middle = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = _Z * math.sqrt(p * (1 - p) / whole + z2 / (4 * whole**2)) / (1 + z2 / whole)
    return p, max(0.0, middle - half), min(1.0, middle + half)
