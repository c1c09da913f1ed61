"""A reader behind a network cable: the frames of its serial line over TCP (FEIG's LAN readers, serial-to-LAN boxes)."""

from __future__ import annotations

import select
import socket
from urllib.parse import urlsplit

#: How a port on the network is named: ``socket://host:10001``.
TCP = "socket://"
_CONNECT_S = 1.0
_WRITE_S = 1.0


def place(name: str) -> tuple[str, int]:
    """Host and port.

    Raises:
        ValueError: the name is no ``socket://host:port``.
    """
    found = urlsplit(name)
    if not found.hostname or not found.port:
        raise ValueError("give it as socket://HOST:PORT, for example socket://192.168.10.10:10001")
    return found.hostname, found.port


class TcpLine:
    """A connection. It is there at once or not at all: who waits longer keeps others waiting.

    Raises:
        OSError: nobody answers there.
        ValueError: the name is no ``socket://host:port``.
    """

    def __init__(self, name: str) -> None:
        self._socket = socket.create_connection(place(name), _CONNECT_S)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def fileno(self) -> int:
        """To wait for bytes on."""
        return self._socket.fileno()

    def read(self, size: int, /) -> bytes:
        """What has come; ``b""`` for nothing.

        Raises:
            OSError: the connection has ended.
        """
        try:
            data = self._socket.recv(size)
        except BlockingIOError:
            return b""
        if not data:
            raise ConnectionResetError("the reader has hung up")
        return data

    def write(self, data: bytes, /) -> None:
        """Send everything, or raise.

        Raises:
            OSError: the connection has ended, or takes nothing for a second.
        """
        rest = memoryview(data)
        while rest:
            if not select.select([], [self._socket], [], _WRITE_S)[1]:
                raise TimeoutError("the reader takes no bytes")
            rest = rest[self._socket.send(rest) :]

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
