"""The negative binomial distribution, given by its mean and variance. Pure.

Counts of people vary more than a Poisson law allows, since people come in groups and days differ. With variance
``mean + phi · mean²`` the law has two parameters; as the variance falls to the mean it becomes Poisson's.

Source: the usual sum of probabilities by their ratio, P(k+1) / P(k) = (k + r) / (k + 1) · q with
r = mean² / (variance - mean) and q = 1 - mean / variance.
"""

from __future__ import annotations

import math

#: A variance this close to the mean is Poisson's: the formula above divides by the difference.
_NEARLY = 1e-6
#: Terms smaller than this share of the sum add nothing more that a double could hold.
_TINY = 1e-17


class NegativeBinomial:
    """Counts with a mean above 0 and a variance not below it (a smaller one is raised to the mean)."""

    def __init__(self, mean: float, variance: float) -> None:
        self.mean = mean
        self.variance = max(variance, mean)
        self._poisson = self.variance <= mean * (1 + _NEARLY)
        self._q = 0.0 if self._poisson else 1 - mean / self.variance
        self._r = 0.0 if self._poisson else mean * (1 - self._q) / self._q

    def log_probability(self, count: int) -> float:
        """Natural logarithm of the probability of exactly ``count``."""
        if self._poisson:
            return count * math.log(self.mean) - self.mean - math.lgamma(count + 1)
        r = self._r
        choose = math.lgamma(count + r) - math.lgamma(r) - math.lgamma(count + 1)
        return choose + r * math.log1p(-self._q) + count * math.log(self._q)

    def at_least(self, count: int) -> float:
        """Natural logarithm of the probability of ``count`` or more."""
        if count <= 0:
            return 0.0
        if count <= self.mean:
            return math.log1p(-min(1.0 - _TINY, math.exp(self.at_most(count - 1))))
        return self._tail(count, up=True)

    def at_most(self, count: int) -> float:
        """Natural logarithm of the probability of ``count`` or fewer."""
        if count > self.mean:
            return math.log1p(-min(1.0 - _TINY, math.exp(self._tail(count + 1, up=True))))
        return self._tail(count, up=False)

    def _tail(self, count: int, *, up: bool) -> float:
        """From ``count`` away from the mean, where each probability is smaller than the one before."""
        total = term = 1.0
        k = count
        while term > _TINY * total and (up or k > 0):
            if up:
                term *= self._ratio(k)
                k += 1
            else:
                k -= 1
                term /= self._ratio(k)
            total += term
        return self.log_probability(count) + math.log(total)

    def _ratio(self, k: int) -> float:
        """The probability of ``k + 1`` over that of ``k``."""
        return self.mean / (k + 1) if self._poisson else (k + self._r) / (k + 1) * self._q

    def interval(self, share: float) -> tuple[int, int]:
        """The lowest and the highest count of the middle ``share``: as much is left out below as above, or less."""
        beyond = math.log((1 - share) / 2)
        return self._bound(beyond, up=False), self._bound(beyond, up=True)

    def _bound(self, beyond: float, *, up: bool) -> int:
        low, high = 0, max(4, math.ceil(self.mean + 60 * math.sqrt(self.variance)))
        while low < high:
            middle = (low + high) // 2
            if up:  # the lowest count above which lies no more than ``beyond``
                low, high = (low, middle) if self.at_least(middle + 1) <= beyond else (middle + 1, high)
            else:  # the lowest count up to which lies more than ``beyond``
                low, high = (low, middle) if self.at_most(middle) > beyond else (middle + 1, high)
        return low
