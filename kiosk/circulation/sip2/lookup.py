"""Names to addresses within a deadline.

The machine's resolver has no time-out that a caller can set: with a dead name server it may block for half a minute,
and a patron would wait for it. So it runs in a thread that is waited for only as long as the question may take. One
lookup runs at a time; a slow one is joined by the next question instead of being started again, and while none
succeeds the addresses that were right last time are used.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

#: What ``socket.getaddrinfo`` answers, cut down to what ``connect`` needs.
Where = tuple[str, int] | tuple[str, int, int, int]
Address = tuple[socket.AddressFamily, Where]


def resolve(host: str, port: int) -> list[Address]:
    """The machine's own answer; blocks for as long as that takes.

    Raises:
        OSError: there is no such name, or nobody who knows it.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in found if not isinstance(address[1], bytes)]


@dataclass(slots=True)
class _Lookup:
    """One lookup, running or finished."""

    done: threading.Event = field(default_factory=threading.Event)
    found: list[Address] = field(default_factory=list)
    failed: OSError | None = None


class Addresses:
    """The addresses of one host and port. ``resolver`` is replaced only by tests of slow name servers."""

    def __init__(self, host: str, port: int, resolver: Callable[[str, int], list[Address]] = resolve) -> None:
        self._host, self._port, self._resolver = host, port, resolver
        self._running: _Lookup | None = None
        self._known: list[Address] = []

    def find(self, seconds: float) -> list[Address]:
        """The addresses, at the latest after ``seconds``.

        Raises:
            TimeoutError: no answer in time, and none from before.
            OSError: there is no such name.
        """
        lookup = self._running or self._start()
        if not lookup.done.wait(seconds):
            if self._known:
                return self._known
            raise TimeoutError(f"the name '{self._host}' was not resolved in time")
        self._running = None
        if lookup.failed is not None:
            if self._known:
                return self._known
            raise lookup.failed
        self._known = lookup.found
        return self._known

    def _start(self) -> _Lookup:
        lookup = self._running = _Lookup()
        threading.Thread(target=self._look, args=(lookup,), name="sip2-lookup", daemon=True).start()
        return lookup

    def _look(self, lookup: _Lookup) -> None:
        try:
            lookup.found = self._resolver(self._host, self._port)
        except OSError as error:
            lookup.failed = error
        except UnicodeError as error:  # a label that is empty or too long
            lookup.failed = OSError(f"'{self._host}' is no host name: {error}")
        finally:
            lookup.done.set()
