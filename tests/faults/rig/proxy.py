"""A TCP proxy on the loopback that cuts, delays, holds back, half-closes and flaps: a bad line between two programs.

It knows nothing of what it carries. Faults may be set at any time, from any thread.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Line:
    """How the line behaves now. Budgets count bytes from now on, all connections together; ``None``: no limit."""

    delay: float = 0.0  # seconds, each way
    up_budget: int | None = None  # bytes towards the server, then the connection is cut
    down_budget: int | None = None  # bytes towards the client, then it is cut
    hold: bool = False  # swallow everything towards the client, keep the connection
    half_close: bool = False  # after the next answer the server's side is closed for the client
    accepting: bool = True


@dataclass
class _Pair:
    client: socket.socket
    server: socket.socket
    waiting: list[tuple[float, socket.socket, bytes]] = field(default_factory=list)


class Proxy:
    """Listens on ``port`` from ``with`` to its end, and carries to ``(host, upstream)``."""

    def __init__(self, upstream: int, host: str = "127.0.0.1") -> None:
        self.line = Line()
        self.upstream = upstream
        self.connections = 0
        self._host = host
        self._pairs: list[_Pair] = []
        self._selector = selectors.DefaultSelector()
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._listener = socket.create_server((host, 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)

    def __enter__(self) -> Proxy:
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)
        self.cut()
        self._listener.close()
        self._selector.close()

    def cut(self) -> None:
        """Break every connection now (reset)."""
        with self._lock:
            for pair in list(self._pairs):
                self._end(pair)

    # inside, on the thread

    def _run(self) -> None:
        while not self._stop.is_set():
            for key, _ in self._selector.select(0.005):
                with self._lock:
                    if key.fileobj is self._listener:
                        self._accept()
                    elif key.data in self._pairs:
                        self._carry(key.data, key.fileobj)  # type: ignore[arg-type]
            self._deliver()

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        self.connections += 1
        try:
            if not self.line.accepting:
                raise ConnectionRefusedError
            server = socket.create_connection((self._host, self.upstream), 5)
        except OSError:
            _reset(client)
            return
        pair = _Pair(client, server)
        self._pairs.append(pair)
        self._selector.register(client, selectors.EVENT_READ, pair)
        self._selector.register(server, selectors.EVENT_READ, pair)

    def _carry(self, pair: _Pair, source: socket.socket) -> None:
        try:
            data = source.recv(65536)
        except OSError:
            data = b""
        if not data:
            self._end(pair)
            return
        if source is pair.client:
            self._send(pair, pair.server, data, "up_budget")
        elif not self.line.hold:
            self._send(pair, pair.client, data, "down_budget")

    def _send(self, pair: _Pair, target: socket.socket, data: bytes, budget: str) -> None:
        left = getattr(self.line, budget)
        if left is not None:
            data = data[:left]
            setattr(self.line, budget, left - len(data))
        pair.waiting.append((time.monotonic() + self.line.delay, target, data))
        if left is not None and left <= len(data):
            self._deliver(everything=True)
            self._end(pair)

    def _deliver(self, *, everything: bool = False) -> None:
        with self._lock:
            for pair in list(self._pairs):
                while pair.waiting and (everything or pair.waiting[0][0] <= time.monotonic()):
                    _, target, data = pair.waiting.pop(0)
                    with contextlib.suppress(OSError):
                        target.sendall(data)
                    if self.line.half_close and target is pair.client:
                        with contextlib.suppress(OSError):
                            target.shutdown(socket.SHUT_WR)

    def _end(self, pair: _Pair) -> None:
        self._pairs.remove(pair)
        for end in (pair.client, pair.server):
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(end)
            end.close() if end is pair.server else _reset(end)


class Flapping:
    """Lets a proxy's line come and go: ``period`` seconds there, as long away."""

    def __init__(self, proxy: Proxy, period: float) -> None:
        self._proxy, self._period = proxy, period
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="flapping", daemon=True)

    def __enter__(self) -> Flapping:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)
        self._proxy.line.accepting = True

    def _run(self) -> None:
        while not self._stop.wait(self._period):
            self._proxy.line.accepting = not self._proxy.line.accepting
            if not self._proxy.line.accepting:
                self._proxy.cut()


def _reset(end: socket.socket) -> None:
    """Close with RST: what a cut line or a dead router looks like."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    end.close()
