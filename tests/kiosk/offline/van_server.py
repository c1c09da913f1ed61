"""The town's library behind our own SIP2 server, and a line to it over TCP that can be cut."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.circulation.clock import Clock
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.sip2.circulation import SipCirculation
from kiosk.circulation.sip2.profile import load_profile
from kiosk.circulation.sip2.server.account_file import put
from kiosk.circulation.sip2.server.accounts import Account, AccountBook, May
from kiosk.circulation.sip2.server.answering import Answering
from kiosk.circulation.sip2.server.passwords import hash_password
from kiosk.circulation.sip2.server.service import Service
from kiosk.circulation.sip2.server.settings import ServeSettings
from kiosk.circulation.sip2.server.turn import Terms
from kiosk.circulation.sip2.settings import Sip2Settings
from kiosk.circulation.sip2.wire import TcpWire

_PASSWORD = "a password of the van"
_MAY = (May.PATRON, May.ITEM, May.CHECKOUT, May.CHECKIN, May.RENEW, May.REPLAY)


class Server:
    """Serves from a thread until it is closed. ``port`` is whatever was free."""

    def __init__(self, library: EmbeddedLibrary, folder: Path, zone: ZoneInfo, clock: Clock) -> None:
        accounts = folder / "accounts.toml"
        stored = hash_password(_PASSWORD)
        account = Account(login="van", password=stored, may=_MAY, rate=100_000.0, burst=100_000)
        values = {"login": "van", "password": stored, "may": [may.value for may in _MAY], "rate": 1e5, "burst": 100_000}
        put(accounts, account, values, replace=False)
        self._service = Service(
            Answering(library, Terms(zone, "SMD"), clock), AccountBook(accounts), ServeSettings(port=0)
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="server")
        self._thread.start()
        ((self.host, self.port),) = asyncio.run_coroutine_threadsafe(self._service.start(), self._loop).result(10)
        self._password = folder / "van.password"
        self._password.write_text(_PASSWORD + "\n")

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._service.stop(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def client(self, line: SipLine, zone: ZoneInfo, clock: Clock) -> SipCirculation:
        """The kiosk's way to the library."""
        settings = Sip2Settings(
            host=self.host,
            port=self.port,
            tls="off",
            login="van",
            password_file=str(self._password),
            institution="SMD",
            profile="pustaka",
            answer_seconds=10.0,
        )
        wire = lambda: Wire(line, TcpWire(self.host, self.port, None))  # noqa: E731
        return SipCirculation(settings, load_profile("pustaka", {}), clock=clock, zone=zone, wire=wire)


class SipLine:
    """The state of the line between the van and the town."""

    def __init__(self) -> None:
        self.cut = False
        self.swallow = False  # the next checkout arrives, and its answer is lost


class Wire:
    """A real connection that ends when the line is cut."""

    def __init__(self, line: SipLine, real: TcpWire) -> None:
        self._line = line
        self._real = real
        self._lost = False

    def open(self, seconds: float) -> None:
        if self._line.cut:
            raise ConnectionRefusedError
        self._real.open(seconds)

    def send(self, data: bytes, seconds: float) -> None:
        self._lost = self._line.swallow and data.startswith(b"11")
        self._real.send(data, seconds)

    def receive(self, seconds: float) -> bytes:
        if self._lost:
            assert self._real.receive(seconds)  # the answer came as far as here: it was carried out
            self._line.cut = True
            return b""
        return self._real.receive(seconds)

    def close(self) -> None:
        self._real.close()
