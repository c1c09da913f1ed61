"""One terminal's connection: reads, lets the session decide, has requests answered, writes. In order, one at a time.

While a request is with the library system nothing is read, so a terminal that sends without waiting fills its own
socket and nobody's memory. Every wait has an end: for the login, for a frame's last byte, for the next request, for the
library system, and for the terminal to take the answer.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Protocol

from kiosk.circulation.sip2.errors import MalformedMessage, UnsafeValue
from kiosk.circulation.sip2.layout import Response
from kiosk.circulation.sip2.messages import Login, LoginResponse, ScStatus
from kiosk.circulation.sip2.server.accounts import Account
from kiosk.circulation.sip2.server.answering import OPERATIONS
from kiosk.circulation.sip2.server.session import Asked, Cause, HangUp, Send, Session
from kiosk.circulation.sip2.server.settings import ServeSettings
from kiosk.circulation.sip2.server.telling import Event, Kind, Tell
from kiosk.circulation.sip2.server.visit import Visit

_PIECE = 8192
_LAST_BYTES_SECONDS = 2.0


class Library(Protocol):
    """What a line needs of the service."""

    async def login(self, asked: Login, address: str, *, checked: bool) -> Account | None:
        """The account, if login, password, address and checksum are right."""
        ...

    async def status(self, account: Account | None) -> Response:
        """98."""
        ...

    async def ask(self, asked: Asked, account: Account, visit: Visit, *, first: bool) -> Response | None:
        """The answer. ``first``: the connection has carried out nothing yet. ``None``: nothing may be claimed."""
        ...

    def pause(self, account: Account | None, address: str) -> float:
        """How many seconds this request has to wait, by the account's rate."""
        ...


class Line:
    """See the module's text."""

    def __init__(
        self,
        library: Library,
        settings: ServeSettings,
        session: Session,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        address: str,
        tell: Tell,
    ) -> None:
        self._library, self._settings, self._session = library, settings, session
        self._reader, self._writer, self._address, self._tell = reader, writer, address, tell
        self._visit = Visit()
        self._opened = self._now()
        self._frame_since: float | None = None
        self._busy = False
        self._ending = asyncio.Event()
        self._wrong_logins = 0
        self._operations = 0

    @property
    def account(self) -> Account | None:
        return self._session.account

    def end(self) -> None:
        """Close when the answer in flight, if any, has been sent."""
        self._ending.set()
        if not self._busy:
            self._writer.close()

    async def run(self) -> None:
        """Until either side closes."""
        why = ""
        try:
            why = await self._talk()
        except TimeoutError:
            why = "too slow"
            self._writer.transport.abort()  # what it does not take is not kept for it
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError) as error:
            why = type(error).__name__
        finally:
            self._writer.close()
            login = self.account.login if self.account is not None else ""
            self._tell(Event(Kind.CLOSED, self._address, login, why=why))
            await self._gone()

    async def _talk(self) -> str:
        while not self._ending.is_set():
            data = await self._read()
            if not data:
                return "closed by the terminal" if not self._ending.is_set() else "the service ends"
            self._busy = True
            try:
                self._session.receive(data)
                why = await self._work()
            finally:
                self._busy = False
            if why:
                return why
            self._frame_since = (self._frame_since or self._now()) if self._session.half_frame else None
        return "the service ends"

    async def _read(self) -> bytes:
        settings = self._settings
        if self.account is None:
            until = self._opened + settings.login_seconds
        elif self._frame_since is not None:
            until = self._frame_since + settings.frame_seconds
        else:
            until = self._now() + settings.idle_seconds
        async with asyncio.timeout_at(until):
            return await self._reader.read(_PIECE)

    async def _work(self) -> str:
        """Deal with everything that has come; why to hang up, if so."""
        while (step := self._session.next()) is not None:
            match step:
                case HangUp(why=why):
                    return why
                case Send():
                    self._tell_of(step)
                    await self._pause()
                    await self._write(step.data)
                case Asked():
                    why = await self._answer(step)
                    if why:
                        return why
            if self._ending.is_set():
                return "the service ends"
        return ""

    async def _answer(self, asked: Asked) -> str:
        await self._pause()
        request = asked.request
        if isinstance(request, Login):
            return await self._log_in(asked, request)
        account = self.account
        if isinstance(request, ScStatus):
            response: Response | None = await self._library.status(account)
        else:
            assert account is not None  # the session lets nothing else through before a login
            response = await self._library.ask(asked, account, self._visit, first=self._operations == 0)
            self._operations += isinstance(request, OPERATIONS)
        if response is None:
            login = account.login if account is not None else ""
            self._tell(Event(Kind.NO_ANSWER, self._address, login, request.code))
            return "the library system gave no answer"
        try:
            data = self._session.answer(asked, response)
        except (UnsafeValue, MalformedMessage) as error:
            # Nothing of the message is in the sentence. It happened, but cannot be said: so nothing is claimed.
            self._tell(Event(Kind.NO_ANSWER, self._address, message=request.code, why=str(error)))
            return "the answer could not be written"
        await self._write(data)
        return ""

    async def _log_in(self, asked: Asked, request: Login) -> str:
        account = await self._library.login(request, self._address, checked=asked.checked)
        name = account.login if account is not None else ""
        self._tell(Event(Kind.LOGIN if account is not None else Kind.LOGIN_REFUSED, self._address, name))
        if account is not None:
            self._visit = Visit()
            self._session.become(account)
        await self._write(self._session.answer(asked, LoginResponse(ok=account is not None)))
        if account is None:
            self._wrong_logins += 1
            if self._wrong_logins >= self._settings.wrong_logins:
                return "too many wrong logins"
        return ""

    async def _pause(self) -> None:
        seconds = self._library.pause(self.account, self._address)
        if seconds > 0:
            try:
                async with asyncio.timeout(seconds):
                    await self._ending.wait()
            except TimeoutError:
                return

    async def _write(self, data: bytes) -> None:
        self._writer.write(data)
        if not self._writer.transport.get_write_buffer_size():  # it has left already
            return
        async with asyncio.timeout(self._settings.write_seconds):
            await self._writer.drain()

    async def _gone(self) -> None:
        """Wait a moment for the last bytes to leave."""
        try:
            async with asyncio.timeout(_LAST_BYTES_SECONDS):
                await self._writer.wait_closed()
        except (OSError, ssl.SSLError, TimeoutError):
            self._writer.transport.abort()

    def _tell_of(self, step: Send) -> None:
        kind = Kind.REPEATED if step.cause in (Cause.REPEATED, Cause.RESEND) else Kind.UNREADABLE
        login = self.account.login if self.account is not None else ""
        self._tell(Event(kind, self._address, login, step.code, step.cause.value))

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
