"""A whole server on a free port of this machine, a terminal that shares no code with it, and the sample library."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.circulation.clock import SystemClock
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.sample import load_sample
from kiosk.circulation.port import Circulation
from kiosk.circulation.sip2.frame import checksum
from kiosk.circulation.sip2.server import account_file
from kiosk.circulation.sip2.server.accounts import Account, AccountBook, May
from kiosk.circulation.sip2.server.answering import Answering
from kiosk.circulation.sip2.server.service import Service
from kiosk.circulation.sip2.server.settings import ServeSettings
from kiosk.circulation.sip2.server.telling import Event, Kind
from kiosk.circulation.sip2.server.turn import Terms

ZONE = ZoneInfo("Asia/Makassar")
PASSWORD = "rahasia-123"
#: Cheaper than what the product makes, because nearly every test logs in.
_CHEAP = hashlib.scrypt(PASSWORD.encode(), salt=bytes(16), n=1024, r=8, p=1, dklen=32)
HASH = f"scrypt$1024$8$1${bytes(16).hex()}${_CHEAP.hex()}"
#: 18 characters.
NOW = "20261123    090000"
EVERYTHING = tuple(May)
#: What happens now; a message's date is no more than a date.
NOW_ONLY = tuple(what for what in May if what not in (May.REPLAY, May.FORCE))


class MovableClock:
    """Monday 23 November 2026, 09.00 in Samarinda, until a test moves it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
        self.seconds = 0.0

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)
        self.seconds += timedelta(**by).total_seconds()

    def now(self) -> datetime:
        return self.at

    def monotonic_ns(self) -> int:
        return int(self.seconds * 1e9)

    def boot_id(self) -> str:
        return "boot-of-the-test"

    def quality(self) -> str:
        return "ntp"


def account(**values: object) -> Account:
    return Account(**{"login": "kiosk-2", "password": HASH, "language": "en", "may": NOW_ONLY, **values})  # type: ignore[arg-type]


class Terminal:
    """A terminal that shares no code with ours but the checksum's sum: text in, text out, over a socket."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None, encoding: str = "utf-8") -> None:
        line = socket.create_connection(("127.0.0.1", port), 5)
        self.socket = tls.wrap_socket(line, server_hostname="localhost") if tls is not None else line
        self.socket.settimeout(10)
        self.encoding = encoding
        self._sequence = -1
        self._held = b""

    def frame(self, message: str, sequence: int | None = None) -> bytes:
        if sequence is None:
            self._sequence = sequence = (self._sequence + 1) % 10
        body = message.encode(self.encoding) + f"AY{sequence}AZ".encode()
        return body + checksum(body).encode() + b"\r"

    def ask(self, message: str, sequence: int | None = None) -> str:
        return self.send(self.frame(message, sequence))

    def send(self, data: bytes) -> str:
        self.socket.sendall(data)
        return self.hear()

    def hear(self) -> str:
        """The next answer without its trailer; empty when the server has hung up."""
        return self.hear_frame().partition(b"AZ")[0].decode(self.encoding).removesuffix("\r")

    def hear_frame(self) -> bytes:
        while b"\r" not in self._held:
            try:
                data = self.socket.recv(65536)
            except (ConnectionResetError, ssl.SSLError):
                data = b""
            if not data:
                return b""
            self._held += data
        frame, _, self._held = self._held.partition(b"\r")
        self._held = self._held.lstrip(b"\n")
        return frame + b"\r"

    def log_in(self, login: str = "kiosk-2", password: str = PASSWORD) -> Terminal:
        assert self.ask(f"9300CN{login}|CO{password}|CPX|").startswith("941")
        return self

    def close(self) -> None:
        self.socket.close()


@dataclass
class Serving:
    """A running server. ``events`` fills as it goes."""

    port: int
    accounts: Path
    service: Service
    loop: asyncio.AbstractEventLoop
    events: list[Event] = field(default_factory=list)
    heard: threading.Condition = field(default_factory=threading.Condition)
    tls: ssl.SSLContext | None = None
    terminals: list[Terminal] = field(default_factory=list)

    def connect(self, **options: object) -> Terminal:
        self.terminals.append(Terminal(self.port, self.tls, **options))  # type: ignore[arg-type]
        return self.terminals[-1]

    def terminal(self, login: str = "kiosk-2", **options: object) -> Terminal:
        return self.connect(**options).log_in(login)

    def tell(self, event: Event) -> None:
        with self.heard:
            self.events.append(event)
            self.heard.notify_all()

    def wait_for(self, kind: Kind, count: int = 1) -> list[Event]:
        with self.heard:
            assert self.heard.wait_for(lambda: len(self.of(kind)) >= count, 10), (
                f"{kind} was not told; {self.events[-5:]}"
            )
            return self.of(kind)

    def of(self, kind: Kind) -> list[Event]:
        return [event for event in self.events if event.event is kind]

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.service.stop(), self.loop).result(15)


Serve = Callable[..., "Serving"]


@contextmanager
def running(
    system: Circulation, folder: Path, accounts: tuple[Account, ...], settings: ServeSettings, **options: object
) -> Iterator[Serving]:
    file = folder / "accounts.toml"
    for each in accounts:
        put(file, each)
    if options.pop("status_before_login", False):
        file.write_text("status_before_login = true\n" + file.read_text())
    tls = options.pop("client_tls", None)
    clock = options.pop("clock", None) or SystemClock()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    answering = Answering(
        system, Terms(ZONE, "SMD", "Perpustakaan Kota", answer_seconds=settings.answer_seconds), clock
    )  # type: ignore[arg-type]
    serving: list[Serving] = []

    async def begin() -> tuple[Service, int]:
        service = Service(answering, AccountBook(file), settings, tell=lambda e: serving[0].tell(e), **options)  # type: ignore[arg-type]
        serving.append(Serving(0, file, service, loop, tls=tls))  # type: ignore[arg-type]
        ((_, port),) = await service.start()
        return service, port

    try:
        _, port = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
        serving[0].port = port
        yield serving[0]
    finally:
        for each in serving:
            for terminal in each.terminals:
                terminal.close()
            each.stop()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def put(file: Path, account: Account, *, replacing: bool = False) -> None:
    values = {
        name: getattr(account, name)
        for name in account.__struct_fields__
        if getattr(account, name) != getattr(Account(login="x", password="x"), name)
    }
    plain = {name: [*value] if isinstance(value, tuple) else value for name, value in values.items()}
    account_file.put(file, account, {name: _plain(value) for name, value in plain.items()}, replace=replacing)


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [str(each) for each in value]
    return value if isinstance(value, int | float | dict) else str(value)


QUICK = ServeSettings(port=0, refresh_seconds=0.05, stop_seconds=5.0)


def make_sample(path: Path) -> None:
    """The sample library, on the day of ``MovableClock``."""
    library = EmbeddedLibrary.open(path, create=True, clock=MovableClock())
    load_sample(library)
    library.close()
