"""The emulated library system: what it holds, its clock, what it still has to do, and staff at its desk."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol

from kiosk.circulation.sip2.emulator.connection import Connection
from kiosk.circulation.sip2.emulator.dialect import GENERIC, Dialect
from kiosk.circulation.sip2.emulator.faults import CONNECT, FINE, Fault, Plan, Queue, Wrong
from kiosk.circulation.sip2.emulator.holdings import Copy, Denied, Effect, Holdings, Loan, Member
from kiosk.circulation.sip2.emulator.line import Asked
from kiosk.circulation.sip2.emulator.mangling import Outgoing

_REMEMBERED = 1000


class Now(Protocol):
    """A clock that says what time it is: aware, UTC."""

    def now(self) -> datetime: ...


class SystemNow:
    """The machine's own."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class EmulatedIls:
    """A library system that speaks SIP2 over bytes.

    ``faults`` is a queue for faults by hand; a ``plan`` is asked when the queue has nothing for a request. With
    ``down`` it accepts no connection (those that are open are not told). ``whose`` may name what the request that has
    just come belongs to; the effects log keeps it.
    """

    def __init__(
        self,
        members: Iterable[Member],
        items: Iterable[Copy],
        dialect: Dialect = GENERIC,
        clock: Now | None = None,
        *,
        zone: tzinfo = UTC,
        renewals: int = 3,
        plan: Plan | None = None,
    ) -> None:
        self.holdings = Holdings(members, items, renewals)
        self.dialect = dialect
        self.zone = zone
        self.faults = Queue()
        self.plan = plan
        self.down = False
        self.whose: Callable[[], str] = lambda: ""
        self.operation_field = "ZU"  # recorded in the effects log when it comes; nothing else depends on it
        self.received: list[str] = []  # the code of every request, whole and right
        self.asked: deque[Asked] = deque(maxlen=_REMEMBERED)  # the newest of them
        self.injected: list[Fault] = []
        self.last_of_all: Outgoing | None = None
        self._clock = clock or SystemNow()
        self._number = itertools.count(1)
        self._order = itertools.count()
        self._acting_at: datetime | None = None
        self._later: list[tuple[datetime, int, Callable[[], None]]] = []

    def connect(self) -> Connection:
        """A new connection; it may be closed already.

        Raises:
            ConnectionRefusedError: the system is down, or the plan says so.
        """
        self.run_due()
        fault = self.fault(CONNECT)
        if self.down or fault.wrong is Wrong.REFUSED:
            raise ConnectionRefusedError("the emulated library system accepts no connection")
        connection = Connection(self, next(self._number))
        connection.closed = fault.wrong is Wrong.CLOSED_AT_ONCE
        return connection

    # time

    def now(self) -> datetime:
        """The true time, aware, UTC; while something put off is carried out, the time it was put off to."""
        return self._acting_at or self._clock.now()

    def local_now(self) -> datetime:
        """What its own clock on the wall shows."""
        return (self.now() + timedelta(seconds=self.dialect.skew_seconds)).astimezone(self.zone)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something after so many seconds; see ``run_due``."""
        heapq.heappush(self._later, (self.now() + timedelta(seconds=seconds), next(self._order), action))

    def run_due(self) -> None:
        """Carry out what was put off and is due by now. Called with every byte that comes; call it after a wait."""
        while self._acting_at is None and self._later and self._later[0][0] <= self.now():
            self._acting_at, _, action = heapq.heappop(self._later)
            try:
                action()
            finally:
                self._acting_at = None

    def next_due(self) -> datetime | None:
        """When the next request that was put off will be carried out."""
        return self._later[0][0] if self._later else None

    def fault(self, code: str) -> Fault:
        """What goes wrong with a request of this code."""
        fault = self.faults(code)
        if fault is FINE and self.plan is not None:
            fault = self.plan(code)
        if fault.wrong is not Wrong.NOTHING:
            self.injected.append(fault)
        return fault

    # looking, and staff

    @property
    def effects(self) -> list[Effect]:
        """Every change so far, oldest first."""
        self.run_due()
        return self.holdings.effects

    def loan(self, barcode: str) -> Loan | None:
        """Who has it, if anybody."""
        self.run_due()
        return self.holdings.loans.get(barcode)

    def staff_checkout(self, member: str, barcode: str, *, due: date | None = None) -> Loan | Denied:
        """A librarian lends it."""
        self.run_due()
        return self.holdings.checkout(member, barcode, self.now(), forced_due=due, by="staff", op="")

    def staff_checkin(self, barcode: str) -> Loan | Denied:
        """A librarian takes it back."""
        self.run_due()
        return self.holdings.checkin(barcode, self.now(), by="staff", op="")

    def staff_renew(self, barcode: str) -> Loan | Denied:
        """A librarian prolongs whoever's loan it is."""
        self.run_due()
        loan = self.holdings.loans.get(barcode)
        return self.holdings.renew(loan.member if loan else "", barcode, self.now(), by="staff", op="")
