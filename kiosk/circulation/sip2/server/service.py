"""The server: accepts lines, knows who is logged in, has requests carried out on worker threads, and ends cleanly.

Small pools, so that nobody waits for what others do slowly: one for requests, one for those that try a patron's PIN
(tens of milliseconds each, on purpose), and the door's.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from kiosk.circulation.errors import Sip2Error
from kiosk.circulation.sip2.layout import Request, Response
from kiosk.circulation.sip2.messages import Login
from kiosk.circulation.sip2.server.accounts import Account, AccountBook
from kiosk.circulation.sip2.server.answering import OPERATIONS, Answering
from kiosk.circulation.sip2.server.door import Door
from kiosk.circulation.sip2.server.limits import Buckets
from kiosk.circulation.sip2.server.line import Line
from kiosk.circulation.sip2.server.recent import Kept, Recent, about
from kiosk.circulation.sip2.server.session import Asked, Session
from kiosk.circulation.sip2.server.settings import ServeSettings
from kiosk.circulation.sip2.server.telling import Event, Kind, Tell, log, to_log
from kiosk.circulation.sip2.server.visit import Visit

T = TypeVar("T")

_BACKLOG: Final = 256
_PIN_WORKERS: Final = 2
_HANDSHAKE_SECONDS: Final = 5.0
_GOODBYE_SECONDS: Final = 2.0
#: Bytes that the kernel keeps for a terminal that does not read; on its own it would take megabytes.
_SEND_BUFFER: Final = 65536
#: Requests a second before a login, and at once: a few logins, or 99 and 97.
_STRANGERS_RATE, _STRANGERS_BURST = 5.0, 160
#: What may be an operation's id: a UUID, or what another program of the library made.
_OPERATION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{7,63}")


class Service:
    """Use from one event loop: ``start``, then ``stop``. ``tell`` hears every event besides the log."""

    def __init__(
        self,
        answering: Answering,
        accounts: AccountBook,
        settings: ServeSettings,
        *,
        tls: ssl.SSLContext | None = None,
        tell: Tell | None = None,
    ) -> None:
        self._answering, self._accounts, self._settings, self._tls = answering, accounts, settings, tls
        self._also_tell = tell
        self._listeners: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._acceptors: list[asyncio.Task[None]] = []
        self._in_flight: set[asyncio.Task[Response | None]] = set()
        self._lines: dict[Line, str] = {}
        self._addresses: Counter[str] = Counter()
        self._recent = Recent()
        self._requests, self._arrivals = Buckets(), Buckets()
        self._ending = asyncio.Event()
        self._workers = ThreadPoolExecutor(settings.workers, "sip2")
        self._pin_workers = ThreadPoolExecutor(_PIN_WORKERS, "sip2-pin")
        self._door = Door(accounts, self._now)

    # life

    async def start(self) -> list[tuple[str, int]]:
        """Listen; answers the addresses and ports.

        Raises:
            Sip2Error: the address cannot be used.
        """
        host, port = self._settings.host, self._settings.port
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            for family, *_, address in dict.fromkeys(found):
                self._listeners.append(_listen(family, address))
        except OSError as error:
            self._close_listeners()
            raise Sip2Error(f"Cannot listen on {host}:{port}: {error.strerror or error}.") from error
        bound = [listener.getsockname()[:2] for listener in self._listeners]
        for listener, (address, at) in zip(self._listeners, bound, strict=True):
            self._acceptors.append(self._begin(self._accept(listener)))
            self.tell(Event(Kind.LISTENING, address, port=at, why="TLS" if self._tls else "not encrypted"))
        self._begin(self._keep_house())
        return bound

    async def stop(self) -> None:
        """Accept nobody, finish the answers in flight, close every line. Once; again is nothing."""
        if self._ending.is_set():
            return
        self.tell(Event(Kind.STOPPING))
        self._ending.set()
        for acceptor in self._acceptors:
            acceptor.cancel()
        self._close_listeners()
        for line in list(self._lines):
            line.end()
        open_tasks = [task for task in (*self._tasks, *self._in_flight) if not task.done()]
        if open_tasks:
            _, late = await asyncio.wait(open_tasks, timeout=self._settings.stop_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for pool in (self._workers, self._pin_workers):
            pool.shutdown(wait=False, cancel_futures=True)
        self._door.close()
        self.tell(Event(Kind.STOPPED))

    def tell(self, event: Event) -> None:
        """To the log, and to whoever listens."""
        to_log(event)
        if self._also_tell is not None:
            self._also_tell(event)

    @property
    def lines(self) -> int:
        """How many connections there are."""
        return len(self._lines)

    # what lines ask (``line.Library``)

    async def login(self, asked: Login, address: str, *, checked: bool) -> Account | None:
        return await self._door.login(asked, address, checked=checked)

    async def status(self, account: Account | None) -> Response:
        return await self._run(self._workers, lambda: self._answering.status(account))

    async def ask(self, asked: Asked, account: Account, visit: Visit, *, first: bool) -> Response | None:
        request = asked.request
        if not isinstance(request, OPERATIONS):
            return await self._question(request, account, visit)
        now = self._now()
        kept = self._recent.repeated(account.login, asked.mark, request, now) if first else None
        if kept is not None:
            answer = await self._in_time(kept.answer)
            if answer is not None or not kept.answer.done():
                self.tell(Event(Kind.REPEATED, account=account.login, message=request.code, why="on a new connection"))
                return answer
        sent = asked.operation if _OPERATION.fullmatch(asked.operation) else ""
        op = kept.op if kept is not None else sent or str(uuid.uuid4())
        task = self._spawn(request, account, visit, op)
        self._recent.begin(account.login, Kept(op, asked.mark, about(request), now, task))
        return await self._in_time(task)

    def pause(self, account: Account | None, address: str) -> float:
        if account is None:
            return self._requests.take(f"@{address}", self._now(), _STRANGERS_RATE, _STRANGERS_BURST)
        return self._requests.take(account.login, self._now(), account.rate, account.burst)

    # inside

    def _spawn(self, request: Request, account: Account, visit: Visit, op: str) -> asyncio.Task[Response | None]:
        """Have it carried out, whether or not anybody still waits for the answer."""
        task = asyncio.create_task(self._carry_out(request, account, visit, op))
        self._in_flight.add(task)
        task.add_done_callback(self._in_flight.discard)
        return task

    async def _question(self, request: Request, account: Account, visit: Visit) -> Response | None:
        """As an operation, but nobody needs the answer later."""
        try:
            async with asyncio.timeout(self._settings.answer_seconds):
                return await self._carry_out(request, account, visit, "")
        except TimeoutError:
            return None

    async def _carry_out(self, request: Request, account: Account, visit: Visit, op: str) -> Response | None:
        pin = getattr(request, "patron_password", None)
        number = getattr(request, "patron_identifier", "")
        slow = bool(pin) and not visit.knows(number, pin or "", self._now())
        pool = self._pin_workers if slow else self._workers
        try:
            return await self._run(pool, lambda: self._answering.answer(request, account, visit, op))
        except Exception as error:  # noqa: BLE001 - a system may raise anything; only the type is safe to write down
            log.error("the library system did not answer a %s: %s", request.code, type(error).__name__)
            return None

    async def _in_time(self, task: asyncio.Future[Response | None]) -> Response | None:
        try:
            async with asyncio.timeout(self._settings.answer_seconds):
                return await asyncio.shield(task)
        except TimeoutError:
            return None

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, work)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while not self._ending.is_set():
            try:
                connection, peer = await loop.sock_accept(listener)
            except OSError as error:
                if self._ending.is_set():
                    return
                log.error("cannot accept connections: %s", error.strerror or error)  # such as too many open files
                await self._wait(0.5)
                continue
            address = str(peer[0])
            if self._admits(address):
                self._addresses[address] += 1
                self._begin(self._serve(connection, address))
            else:
                connection.close()

    def _admits(self, address: str) -> bool:
        settings = self._settings
        full = self._addresses.total() >= settings.lines or self._addresses[address] >= settings.lines_per_address
        rate, burst = settings.new_lines_rate, settings.new_lines_burst
        if full or not self._arrivals.try_take(address, self._now(), rate, burst):
            self.tell(Event(Kind.TURNED_AWAY, address, why="too many connections"))
            return False
        return True

    async def _serve(self, connection: socket.socket, address: str) -> None:
        line: Line | None = None
        try:
            line = await self._connect(connection, address)
            self._lines[line] = address
            if self._ending.is_set():
                line.end()
            self.tell(Event(Kind.CONNECTED, address))
            await line.run()
        except (OSError, ssl.SSLError, TimeoutError) as error:
            connection.close()
            self.tell(Event(Kind.CLOSED, address, why=f"no connection: {type(error).__name__}"))
        finally:
            if line is not None:
                self._lines.pop(line, None)
            self._addresses[address] -= 1
            if self._addresses[address] <= 0:
                del self._addresses[address]

    async def _connect(self, connection: socket.socket, address: str) -> Line:
        loop = asyncio.get_running_loop()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        reader = asyncio.StreamReader(limit=16384)
        protocol = asyncio.StreamReaderProtocol(reader)
        handshake = _HANDSHAKE_SECONDS if self._tls is not None else None
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol,
            connection,
            ssl=self._tls,
            ssl_handshake_timeout=handshake,
            ssl_shutdown_timeout=_GOODBYE_SECONDS if self._tls is not None else None,
        )
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        session = Session(status_before_login=self._accounts.status_before_login)
        return Line(self, self._settings, session, reader, writer, address, self.tell)

    async def _keep_house(self) -> None:
        """Read the accounts when they change, and end the lines of those that did."""
        while not self._ending.is_set():
            await self._wait(self._settings.refresh_seconds)
            self._recent.forget(self._now())
            problem = self._accounts.refresh()
            if problem is not None:
                self.tell(Event(Kind.ACCOUNTS, why=problem or "read again"))
            for line in list(self._lines):
                if line.account is not None and self._accounts.get(line.account.login) != line.account:
                    line.end()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._ending.wait()
        except TimeoutError:
            return

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _close_listeners(self) -> None:
        for listener in self._listeners:
            asyncio.get_running_loop().remove_reader(listener)
            listener.close()
        self._listeners.clear()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _listen(family: int, address: object) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.setblocking(False)
        listener.bind(address)  # type: ignore[arg-type]
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener
