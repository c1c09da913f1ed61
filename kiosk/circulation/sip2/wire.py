"""The line to the library system: bytes over TCP, plain or inside TLS. Nothing in here knows SIP2.

A ``Wire`` is used for one connection and by one thread. All waits are bounded by the ``seconds`` given.
"""

from __future__ import annotations

import socket
import ssl
import time
from typing import Protocol

from kiosk.circulation.sip2.lookup import Addresses, Where
from kiosk.circulation.sip2.tls import refused_because

#: How much is taken from the socket at once.
PIECE = 16384


class NothingSent(OSError):
    """A send that certainly put no byte on the line: what was to be sent may be sent again elsewhere."""


class NotTrusted(OSError):
    """The other side is not who it should be, or speaks no TLS; the message is a sentence that says what to do."""


class Wire(Protocol):
    """One connection, not yet open. Every method may raise ``OSError`` (``TimeoutError`` when ``seconds`` are over)."""

    def open(self, seconds: float) -> None:
        """Connect."""
        ...

    def send(self, data: bytes, seconds: float) -> None:
        """Send all of it. ``NothingSent`` promises that no byte left; after any other error some may have."""
        ...

    def receive(self, seconds: float) -> bytes:
        """What has come, at least one byte; ``b""`` when the other side has closed. 0 seconds: only look."""
        ...

    def close(self) -> None:
        """Hang up; never raises, may be called twice."""
        ...


class TcpWire:
    """A real socket. ``tls`` as made by ``tls.context_of``; ``None`` sends in clear."""

    def __init__(
        self,
        host: str,
        port: int,
        tls: ssl.SSLContext | None,
        server_name: str = "",
        addresses: Addresses | None = None,
    ) -> None:
        self._host, self._tls, self._server_name = host, tls, server_name or host
        self._addresses = addresses or Addresses(host, port)
        self._where = f"{host}:{port}"
        self._socket: socket.socket | None = None

    def open(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        addresses = self._addresses.find(seconds)
        failed: OSError = OSError(f"'{self._host}' has no address")
        for place, (family, address) in enumerate(addresses):
            share = _left(end) / (len(addresses) - place)  # one dead address leaves time for the others
            try:
                self._socket = _connected(family, address, share)
                break
            except OSError as error:
                failed = error
        else:
            raise failed
        if self._tls is not None:
            self._protect(self._tls, _left(end))

    def send(self, data: bytes, seconds: float) -> None:
        line, end = self._line(), time.monotonic() + seconds
        left, rest = False, memoryview(data)
        while rest:
            try:
                line.settimeout(_left(end))
                count = line.send(rest)
            except OSError as error:
                if left or self._tls is not None:  # a record of TLS may be out although its write failed
                    raise
                raise NothingSent(str(error)) from error
            left, rest = True, rest[count:]

    def receive(self, seconds: float) -> bytes:
        line = self._line()
        line.settimeout(max(seconds, 0.0))
        try:
            return line.recv(PIECE)
        except (BlockingIOError, ssl.SSLWantReadError) as error:
            raise TimeoutError("nothing there") from error
        except ssl.SSLEOFError:
            return b""

    def close(self) -> None:
        line, self._socket = self._socket, None
        if line is not None:
            line.close()

    def _line(self) -> socket.socket:
        if self._socket is None:
            raise NothingSent("the line is not open")
        return self._socket

    def _protect(self, tls: ssl.SSLContext, seconds: float) -> None:
        line = self._line()
        line.settimeout(seconds)
        try:
            self._socket = tls.wrap_socket(line, server_hostname=self._server_name)
        except ssl.SSLError as error:
            self.close()
            line.close()
            raise NotTrusted(refused_because(error, self._where)) from error
        except OSError:
            self.close()
            line.close()
            raise


def _connected(family: socket.AddressFamily, address: Where, seconds: float) -> socket.socket:
    line = socket.socket(family, socket.SOCK_STREAM)
    try:
        line.settimeout(seconds)
        line.connect(address)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    except OSError:
        line.close()
        raise
    return line


def _left(end: float) -> float:
    """Seconds until then. Raises ``TimeoutError`` when there are none."""
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the time is used up")
    return seconds
