"""The emulated system on a real port: TCP or TLS on the loopback, in a thread of its own.

    with Served(EmulatedIls(members, items, KOHA)) as served:
        client = connect("127.0.0.1", served.port)

Pauses and late executions take the time they say. The system's tables may be looked at under ``served.lock``.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from types import TracebackType

from kiosk.circulation.sip2.emulator.connection import Connection, Reply
from kiosk.circulation.sip2.emulator.ils import EmulatedIls

_START_SECONDS = 10.0
#: How often a connection looks for answers that were put off.
_LOOK_SECONDS = 0.02


class Served:
    """Listens from ``start`` (or ``with``) to ``stop``. ``port`` stays the same when it is started again."""

    def __init__(self, ils: EmulatedIls, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.ils = ils
        self.host = host
        self.port = 0
        self.lock = threading.RLock()
        self._tls = tls
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._stopping: asyncio.Event | None = None
        self._error: BaseException | None = None

    def __enter__(self) -> Served:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Listen.

        Raises:
            OSError: the port cannot be had.
        """
        self._ready.clear()
        self._error = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="emulated-ils", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_SECONDS):
            raise TimeoutError("the emulated library system did not start")
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """Close every connection and stop listening."""
        if self._loop is not None and self._stopping is not None and self._thread is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(_START_SECONDS)
        self._loop = self._thread = self._stopping = None

    async def _main(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        terminals: set[asyncio.Task[None]] = set()

        async def terminal(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            terminals.add(task)
            try:
                await self._serve(reader, writer)
            except (OSError, asyncio.CancelledError):
                pass  # the terminal has gone, or we stop
            finally:
                terminals.discard(task)
                writer.close()

        try:
            server = await asyncio.start_server(terminal, self.host, self.port, ssl=self._tls)
        except OSError as error:
            self._error = error
            self._ready.set()
            return
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopping.wait()
        server.close()
        for task in list(terminals):
            task.cancel()
        await asyncio.gather(*terminals, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with self.lock:
                connection = self.ils.connect()
        except ConnectionRefusedError:
            return
        sending: set[asyncio.Task[None]] = set()
        incoming = asyncio.ensure_future(reader.read(4096))
        try:
            while not connection.closed or sending:
                looking = _LOOK_SECONDS if self.ils.next_due() is not None else None
                waiting = {incoming, *sending} if not connection.closed else set(sending)
                await asyncio.wait(waiting, timeout=looking, return_when=asyncio.FIRST_COMPLETED)
                data = b""
                if incoming.done() and not connection.closed:
                    data = incoming.result()
                    if not data:
                        return
                    incoming = asyncio.ensure_future(reader.read(4096))
                for reply in self._hear(connection, data):
                    sending.add(asyncio.ensure_future(_send(writer, reply)))
                sending = {task for task in sending if not task.done()}
        finally:
            incoming.cancel()
            for task in sending:
                task.cancel()
            with self.lock:
                connection.hang_up()

    def _hear(self, connection: Connection, data: bytes) -> list[Reply]:
        with self.lock:
            late = connection.due()
            return late + (connection.receive(data) if data else [])


async def _send(writer: asyncio.StreamWriter, reply: Reply) -> None:
    if reply.after:
        await asyncio.sleep(reply.after)
    if reply.data:
        writer.write(reply.data)
        await writer.drain()
    if reply.close:
        writer.close()
