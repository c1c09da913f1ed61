"""A reader's line behind a network cable: FEIG's LAN readers, and boxes that put a serial line on a network."""

from __future__ import annotations

import contextlib
import socket

from devices.emulators.line import LineError


class TcpServer:
    """See :class:`devices.emulators.line.Line`. One host at a time; whoever comes second is sent away.

    Raises:
        LineError: nothing can listen there.
    """

    def __init__(self, host: str, number: int) -> None:
        self._address = (host, number)
        self._server: socket.socket | None = None
        self._client: socket.socket | None = None
        self._fresh = False
        self.opened = False
        self.come_back()

    @property
    def port(self) -> str:
        host, number = self._address
        return f"socket://{host}:{number}"

    @property
    def fds(self) -> list[int]:
        return [one.fileno() for one in (self._server, self._client) if one is not None]

    def look(self) -> bool:
        fresh, self._fresh = self._fresh, False
        return fresh

    def read(self, fd: int) -> bytes:
        if self._server is not None and fd == self._server.fileno():
            self._accept(self._server)
            return b""
        if self._client is None or fd != self._client.fileno():
            return b""
        try:
            data = self._client.recv(4096)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._drop()
        return data

    def write(self, data: bytes) -> None:
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.send(data)

    def hang_up(self) -> None:
        self._drop()
        if self._server is not None:
            self._server.close()
            self._server = None

    def come_back(self, name: str = "") -> None:
        if name:
            raise LineError(f"{name}: a reader on the network comes back at its address, {self.port}")
        if self._server is not None:
            raise LineError(f"{self.port}: is there already; 'hang up' first")
        try:
            self._server = socket.create_server(self._address)
        except (OSError, OverflowError) as error:
            raise LineError(f"{self.port}: cannot be listened at ({error})") from error
        self._server.setblocking(False)
        self._address = (self._address[0], self._server.getsockname()[1])

    def close(self) -> None:
        self.hang_up()

    def _accept(self, server: socket.socket) -> None:
        try:
            client, _ = server.accept()
        except OSError:  # it has gone again
            return
        if self._client is not None:
            client.close()
            return
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        self.opened = self._fresh = True

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
        self.opened = False
