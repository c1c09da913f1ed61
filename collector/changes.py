"""A bell from the writing thread to the pages that wait in the event loop. It carries no data: whoever hears it looks
into the store.
"""

from __future__ import annotations

import asyncio
import threading


class Changes:
    """Rings for every waiting page; a page that is late hears one ring for many changes."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a signal handler may ring while its own thread holds it
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self.closed = False

    def happened(self) -> None:
        """Ring; from any thread."""
        with self._lock:
            for loop, event in self._waiting:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(event.set)

    def close(self) -> None:
        """Let every page go."""
        self.closed = True
        self.happened()

    def join(self) -> asyncio.Event:
        """An event of the running loop that is set at each ring; clear it, and give it back with :meth:`leave`."""
        event = asyncio.Event()
        with self._lock:
            self._waiting.add((asyncio.get_running_loop(), event))
        return event

    def leave(self, event: asyncio.Event) -> None:
        """Stop listening."""
        with self._lock:
            self._waiting = {entry for entry in self._waiting if entry[1] is not event}

    @property
    def listeners(self) -> int:
        """Pages that wait now."""
        return len(self._waiting)
