"""The line kept to the library system: connect, log in, stay, come back. Used from one thread.

What may be repeated is decided here and nowhere else:

* a request of which no byte left is made once more on a new connection, whatever it is;
* a question that got no answer is asked once more on a new connection, if there is time;
* an operation that got no answer is never repeated: ``NoAnswer`` goes to the caller.

A line that has been idle for a while may have been cut by a firewall without a word. So before an operation it is
tried with a 99: better a question into the void than a checkout.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from kiosk.circulation.clock import Clock
from kiosk.circulation.errors import SystemAway
from kiosk.circulation.sip2.asking import Asking
from kiosk.circulation.sip2.connection import Connection, MakeWire, NoAnswer, NotSent, Tally
from kiosk.circulation.sip2.layout import Request, Response
from kiosk.circulation.sip2.patience import Deadline
from kiosk.circulation.sip2.responses import AcsStatus, LoginResponse

log = logging.getLogger(__name__)
R = TypeVar("R", bound=Response)

#: After so long without a word the line is tried before it is used; firewalls drop idle connections after minutes.
STALE_SECONDS = 30.0
#: How much of a question's time the trial may take.
_TRIAL = 0.4
#: Less than this share of a question's time is not worth a beginning.
_WORTH = 0.1
#: Pauses between the attempts of ``tend`` to come back, in seconds; the last one stays.
_PAUSES = (2.0, 5.0, 10.0, 20.0, 30.0)
_SECOND = 1_000_000_000


class Line:
    """``heard`` is called with each 98 that arrives."""

    def __init__(
        self, make_wire: MakeWire, asking: Asking, clock: Clock, *, seconds: float, heard: Callable[[AcsStatus], None]
    ) -> None:
        self._make_wire, self._asking, self._clock, self._heard = make_wire, asking, clock, heard
        self._seconds, self._worth = seconds, seconds * _WORTH
        self._connection: Connection | None = None
        self._used_ns = 0
        self._failures = 0
        self._retry_ns = 0
        self.tally = Tally()
        self.away_since: datetime | None = None

    @property
    def is_up(self) -> bool:
        return self._connection is not None

    def deadline(self) -> Deadline:
        """For one whole question: connecting, login, asking, all pages."""
        return Deadline(self._clock.monotonic_ns, self._seconds)

    def ready(self, deadline: Deadline) -> None:
        """Connect if need be, so that the last 98 is known. Raises ``SystemAway``."""
        self._working(deadline)

    def ask(self, request: Request, expected: type[R], deadline: Deadline) -> R:
        """A question, which changes nothing.

        Raises:
            SystemAway, NoAnswer: twice no answer, or no time for a (second) try.
        """
        self._check_time(deadline)
        try:
            return self._once_sent(request, expected, deadline)
        except NoAnswer:
            if deadline.left() < self._worth:
                self._note_away()
                raise
        try:
            return self._once_sent(request, expected, deadline)
        except NoAnswer:
            self._note_away()
            raise

    def tell(self, request: Request, expected: type[R], deadline: Deadline) -> R:
        """An operation. Sent at most once.

        Raises:
            SystemAway: nothing was sent.
            NoAnswer: it may have been carried out, or may yet be.
        """
        self._working(deadline)
        self._check_time(deadline)
        return self._once_sent(request, expected, deadline)

    def status(self, deadline: Deadline) -> AcsStatus:
        """Asks 99; also what keeps the line alive."""
        answer = self.ask(self._asking.status(), AcsStatus, deadline)
        self._heard(answer)
        return answer

    def tend(self) -> float:
        """Keep the line alive, or get it back before somebody needs it; seconds until this wants to be called again.

        Raises:
            SystemAway: the system does not answer. It is not knocked at again before a pause that grows.
        """
        now, pause = self._clock.monotonic_ns(), self._asking.profile.keep_alive_seconds
        if self._connection is None and now < self._retry_ns:
            return (self._retry_ns - now) / _SECOND
        idle = (now - self._used_ns) / _SECOND
        if self._connection is not None and self._connection.is_quiet() and (not pause or idle < pause):
            return pause - idle if pause else STALE_SECONDS
        try:
            self.status(self.deadline())
        except NoAnswer as error:
            raise SystemAway(f"The library system did not answer: {error.doubt.value}.") from error
        return pause or STALE_SECONDS

    def hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    # inside

    def _check_time(self, deadline: Deadline) -> None:
        """An answer that could not come in time is better not asked for: the line stays, and nothing is in doubt."""
        if deadline.left() < self._worth:
            raise SystemAway("There was no time left to ask the library system.")

    def _once_sent(self, request: Request, expected: type[R], deadline: Deadline) -> R:
        """Send on a line that works; when it turns out closed before a byte left, once more on a new one."""
        connection = self._working(deadline)
        try:
            return self._exchange(connection, request, expected, deadline)
        except NotSent:
            log.info("the line was closed; the request goes out on a new one")
        return self._exchange(self._new(deadline), request, expected, deadline)

    def _exchange(self, connection: Connection, request: Request, expected: type[R], deadline: Deadline) -> R:
        try:
            answer = connection.exchange(request, expected, deadline)
        finally:
            if not connection.is_open:
                self.hang_up()
        self._used_ns = self._clock.monotonic_ns()
        return answer

    def _working(self, deadline: Deadline) -> Connection:
        """A connection that has been heard lately, or has just been made."""
        connection = self._connection
        if connection is None or not connection.is_quiet():
            return self._new(deadline)
        if (self._clock.monotonic_ns() - self._used_ns) / _SECOND < STALE_SECONDS:
            return connection
        try:
            self._heard(self._exchange(connection, self._asking.status(), AcsStatus, deadline.part(_TRIAL)))
        except (NotSent, NoAnswer):
            log.info("the idle line was dead; a new one is made")
            return self._new(deadline)
        return connection

    def _new(self, deadline: Deadline) -> Connection:
        """Connect and log in.

        Raises:
            SystemAway: with a sentence that says at which step it failed.
        """
        self.hang_up()
        connection = Connection(self._make_wire(), self._asking.profile, self.tally)
        try:
            connection.open(deadline)
            self._introduce(connection, deadline)
        except NotSent as error:
            self._note_away()
            raise SystemAway(
                "The library system hangs up at once. Check whether it lets this kiosk's address in, and whether "
                "circulation.sip2.port and tls fit it."
            ) from error
        except SystemAway:
            connection.close()
            self._note_away()
            raise
        self._connection, self._used_ns = connection, self._clock.monotonic_ns()
        self._failures, self.away_since = 0, None
        return connection

    def _introduce(self, connection: Connection, deadline: Deadline) -> None:
        """93 and 99, in the order the server wants."""
        profile = self._asking.profile
        if profile.status_first:
            self._greet(connection, deadline)
        if profile.login and self._asking.terminal.login:
            self._log_in(connection, deadline)
        if not profile.status_first:
            self._greet(connection, deadline)

    def _log_in(self, connection: Connection, deadline: Deadline) -> None:
        try:
            answer = connection.exchange(self._asking.login(), LoginResponse, deadline)
        except NoAnswer as error:
            raise SystemAway(
                f"The library system did not answer the login (message 93: {error.doubt.value}). Check "
                "circulation.sip2.login and its password file, and whether the server wants a status (99) first "
                "(dialect: status_first) or no login at all (dialect: login)."
            ) from error
        if not answer.ok:
            raise SystemAway(
                "The library system refused this kiosk's login. "
                "Check circulation.sip2.login and password_file against the account there."
            )

    def _greet(self, connection: Connection, deadline: Deadline) -> None:
        try:
            self._heard(connection.exchange(self._asking.status(), AcsStatus, deadline))
        except NoAnswer as error:
            raise SystemAway(
                f"The library system did not answer the status request (message 99: {error.doubt.value}). Check the "
                "port, and whether the server wants the login (93) before it (dialect: status_first)."
            ) from error

    def _note_away(self) -> None:
        pause = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
        self._failures += 1
        self._retry_ns = self._clock.monotonic_ns() + int(pause * _SECOND)
        if self.away_since is None:
            self.away_since = self._clock.now()
