"""How often somebody may ask: token buckets, and a back-off for wrong logins. Pure: the time is passed in, in seconds.

Each table holds at most ``_MOST`` names; the one that was quiet longest is forgotten, so an attacker with many
addresses fills no memory.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

_MOST = 4096


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Buckets:
    """One bucket for each name: ``rate`` tokens a second flow in, at most ``burst`` stay."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, name: str, now: float, rate: float, burst: float) -> float:
        """Take a token; how many seconds to wait before going on (0: none).

        A token that is not there yet is borrowed: who waits as told is served at ``rate``.
        """
        bucket = self._of(name, now, burst)
        bucket.tokens = min(burst, bucket.tokens + max(0.0, now - bucket.at) * rate) - 1
        bucket.at = now
        return max(0.0, -bucket.tokens / rate)

    def try_take(self, name: str, now: float, rate: float, burst: float) -> bool:
        """Take a token if there is one."""
        bucket = self._of(name, now, burst)
        bucket.tokens = min(burst, bucket.tokens + max(0.0, now - bucket.at) * rate)
        bucket.at = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

    def _of(self, name: str, now: float, burst: float) -> _Bucket:
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(burst, now)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(name)
        return bucket


@dataclass(slots=True)
class _Tries:
    wrong: int = 0
    until: float = 0.0


class BackOff:
    """After ``free`` wrong logins in a row a name is shut out for ``first`` seconds, then twice as long, and so on.

    Count it for the pair of address and login, and with more patience for the address alone, so that one
    misconfigured terminal does not shut out its neighbours behind the same router.
    """

    def __init__(self, *, free: int = 3, first: float = 1.0, longest: float = 300.0, most: int = _MOST) -> None:
        self._free, self._first, self._longest, self._most = free, first, longest, most
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def shut_out(self, name: str, now: float) -> bool:
        """Whether a try must not even be looked at."""
        tries = self._tries.get(name)
        return tries is not None and now < tries.until

    def wrong(self, name: str, now: float) -> None:
        """A try was wrong."""
        tries = self._tries.setdefault(name, _Tries())
        self._tries.move_to_end(name)
        if len(self._tries) > self._most:
            self._tries.popitem(last=False)
        tries.wrong += 1
        if tries.wrong >= self._free:
            tries.until = now + min(self._longest, self._first * 2 ** min(tries.wrong - self._free, 20))

    def right(self, name: str) -> None:
        """A try was right: everything before is forgotten."""
        self._tries.pop(name, None)
