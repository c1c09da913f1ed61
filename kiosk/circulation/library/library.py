"""The embedded library as a ``Circulation``: for sites without a library system, for training and for mobile libraries.

One SQLite file, used by several kiosks at once. An operation and the answer to it are one transaction, keyed by the
operation's id: asked again, however often and after whatever crash, it answers the same and changes nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kiosk.circulation.clock import Clock, SystemClock
from kiosk.circulation.errors import LibraryError, OperationMismatch
from kiosk.circulation.library import answers, copies, holds, lending, pins, records, retention, rules
from kiosk.circulation.library.answers import Answer
from kiosk.circulation.library.counter import Counter
from kiosk.circulation.library.records import MemberRow, Now
from kiosk.circulation.library.store import BUSY_SECONDS, Store
from kiosk.circulation.names import first_name
from kiosk.circulation.port import (
    CheckinOutcome,
    CheckoutOutcome,
    Code,
    Item,
    Loan,
    Patron,
    PatronRef,
    Refusal,
    Refused,
    RenewOutcome,
    Secret,
    SystemStatus,
    Unknown,
)
from kiosk.circulation.probing import Copy, Happened

#: ``idempotent``: the same operation may be sent again at any time. ``happened``: it may have taken place before.
CAPABILITIES = frozenset({"renew", "renew-all", "fees", "pay", "pin", "holds", "idempotent", "happened"})


def nowhere(point: str) -> None:
    """The crash points' default: nothing happens there."""


class EmbeddedLibrary(Counter):
    """Implements ``kiosk.circulation.port.Circulation``. Use from any thread.

    ``zone`` decides which day it is. ``point`` is called at named places with nothing but the name; a test that
    wants to pull the plug there can.
    """

    def __init__(
        self,
        store: Store,
        *,
        zone: str | ZoneInfo = "Asia/Makassar",
        clock: Clock | None = None,
        point: Callable[[str], None] = nowhere,
    ) -> None:
        try:
            self._zone = ZoneInfo(zone) if isinstance(zone, str) else zone
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise LibraryError(f"There is no time zone '{zone}'. Use one like 'Asia/Makassar'.") from error
        self.store = store
        self._clock = clock or SystemClock()
        self._point = point

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        create: bool = False,
        zone: str | ZoneInfo = "Asia/Makassar",
        clock: Clock | None = None,
        busy_seconds: float = BUSY_SECONDS,
        point: Callable[[str], None] = nowhere,
    ) -> EmbeddedLibrary:
        """Open the library's file, making it first when ``create`` is set.

        Raises:
            LibraryError: it is not there, cannot be used, or the zone is unknown.
        """
        store = Store.open(path, create=create, busy_seconds=busy_seconds)
        return cls(store, zone=zone, clock=clock, point=point)

    def close(self) -> None:
        self.store.close()

    def now(self) -> Now:
        """The moment, and the day it is in the library."""
        at = self._clock.now()
        return Now(at, at.astimezone(self._zone).date())

    # who and what

    def patron(self, ref: PatronRef, pin: Secret | None) -> Patron | Refusal:
        now, number = self.now(), ref.number.strip()
        with self.store.reading() as db:
            who, always = records.member(db, number), pins.are_required(db)
        if who is not None and not who.pin and not always:
            return self._account(number, now)
        if pin is None:
            return self._ask_for_pin(now, number) if who is not None or always else Refusal(Code.NO_MATCH)
        stored = who.pin if who is not None else ""
        refusal = self._try_pin(now, number, pin, stored or pins.NOBODYS_PIN)
        return refusal if refusal is not None else self._account(number, now)

    def item(self, item_id: str) -> Item | Refusal:
        with self.store.reading() as db:
            copy = records.item(db, item_id.strip())
        return Refusal(Code.UNKNOWN_ITEM) if copy is None else copy.item

    # operations

    def checkout(self, op: str, ref: PatronRef, item_id: str, happened: Happened | None = None) -> CheckoutOutcome:
        number, item_id = ref.number.strip(), item_id.strip()

        def work(db: sqlite3.Connection, now: Now) -> list[Answer]:
            return [cast(Answer, lending.lend(db, self._when(now, happened), op, number, item_id, happened))]

        return cast(CheckoutOutcome, self._once(op, ("checkout", number, item_id), work)[0])

    def checkin(self, op: str, item_id: str, happened: Happened | None = None) -> CheckinOutcome:
        item_id = item_id.strip()

        def work(db: sqlite3.Connection, now: Now) -> list[Answer]:
            heard = now if happened is not None else None
            return [cast(Answer, lending.take_back(db, self._when(now, happened), op, item_id, heard))]

        return cast(CheckinOutcome, self._once(op, ("checkin", item_id), work)[0])

    def renew(self, op: str, ref: PatronRef, item_id: str, happened: Happened | None = None) -> RenewOutcome:
        number, item_id = ref.number.strip(), item_id.strip()

        def work(db: sqlite3.Connection, now: Now) -> list[Answer]:
            return [cast(Answer, lending.extend(db, self._when(now, happened), number, item_id, happened))]

        return cast(RenewOutcome, self._once(op, ("renew", number, item_id), work)[0])

    def renew_all(self, op: str, ref: PatronRef) -> Sequence[RenewOutcome] | Unknown:
        number = ref.number.strip()

        def work(db: sqlite3.Connection, now: Now) -> list[Answer]:
            running = records.loans_of(db, number)
            return [cast(Answer, lending.extend(db, now, number, loan.item)) for loan in running]

        return cast(list[RenewOutcome], self._once(op, ("renew-all", number), work))

    def fees(self, ref: PatronRef) -> int | Unknown:
        with self.store.reading() as db:
            return records.owed(db, ref.number.strip())

    def pay(self, op: str, ref: PatronRef, amount: int) -> int | Refused | Unknown:
        """Book a payment in whole rupiah. More than is owed, or nothing, is refused with what is owed."""
        number = ref.number.strip()

        def work(db: sqlite3.Connection, now: Now) -> list[Answer]:
            if records.member(db, number) is None:
                return [Refused(Refusal(Code.NO_MATCH))]
            owed = records.owed(db, number)
            if not 0 < amount <= owed:
                return [Refused(Refusal(Code.FEES, amount=owed))]
            db.execute(
                "INSERT INTO fees (member, amount, kind, at, op) VALUES (?, ?, 'payment', ?, ?)",
                [number, -amount, now.stamp(), op],
            )
            return [owed - amount]

        return cast("int | Refused", self._once(op, ("pay", number, amount), work)[0])

    def end_visit(self, ref: PatronRef) -> None:
        """Nothing to do: no session is kept."""

    def status(self) -> SystemStatus:
        with self.store.reading() as db:
            db.execute("SELECT COUNT(*) FROM policy").fetchone()
        return SystemStatus(online=True, name="library", capabilities=CAPABILITIES)

    # what replay, and whoever serves this library to others, asks (``probing.Probing``)

    def copy(self, item_id: str) -> Copy | Refusal:
        """Where the copy stands."""
        with self.store.reading() as db:
            found = copies.copy(db, item_id.strip(), self.now().today)
        return found if found is not None else Refusal(Code.UNKNOWN_ITEM)

    def has_on_loan(self, ref: PatronRef, item_id: str) -> bool:
        """Whether this member has this copy now."""
        with self.store.reading() as db:
            return copies.has_on_loan(db, ref.number.strip(), item_id.strip())

    def quiet_seconds(self) -> float:
        """0: a call that came back, however it came back, has no effect later."""
        return 0.0

    # what a kiosk that comes back after a crash asks first

    def answered(self, op: str) -> bool:
        """Whether this operation was carried out or refused; if not, it never will be without being sent again."""
        with self.store.reading() as db:
            return db.execute("SELECT 1 FROM answers WHERE op = ?", [op]).fetchone() is not None

    def fingerprint(self, item_id: str) -> str:
        """Names the item's newest loan and says whether it runs; empty if it never was on loan."""
        with self.store.reading() as db:
            return records.newest_loan(db, item_id.strip())

    # inside

    def _when(self, now: Now, happened: Happened | None) -> Now:
        """The moment of an operation; nothing happens in the future, whatever a kiosk's clock says."""
        if happened is None or happened.at >= now.at:
            return now
        at = happened.at.astimezone(UTC)
        return Now(at, at.astimezone(self._zone).date())

    def _once(
        self, op: str, body: tuple[str | int, ...], work: Callable[[sqlite3.Connection, Now], list[Answer]]
    ) -> list[Answer]:
        """Do ``work`` and keep its answer, or answer what was answered before.

        Raises:
            OperationMismatch: ``op`` was used before for something else.
        """
        asked, now = json.dumps(body), self.now()
        with self.store.writing() as db:
            kept = db.execute("SELECT body, answer FROM answers WHERE op = ?", [op]).fetchone()
            if kept is not None:
                if kept["body"] != asked:
                    raise OperationMismatch(f"Operation {op} was already used for something else; nothing was done.")
                return answers.decode(kept["answer"])
            retention.tidy(db, now)
            answer = work(db, now)
            db.execute(
                "INSERT INTO answers (op, body, answer, at) VALUES (?, ?, ?, ?)",
                [op, asked, answers.encode(answer), now.stamp()],
            )
            self._point("library: before commit")
        self._point("library: committed")
        return answer

    def _ask_for_pin(self, now: Now, number: str) -> Refusal:
        with self.store.writing() as db:
            lock = pins.locked(db, number, now.at)
        return _locked(lock) if lock is not None else Refusal(Code.PIN_REQUIRED)

    def _try_pin(self, now: Now, number: str, pin: Secret, stored: str) -> Refusal | None:
        with self.store.writing() as db:
            lock = pins.locked(db, number, now.at)
            if lock is not None:
                return _locked(lock)
            lock = pins.count_try(db, number, now.at)
        if pins.pin_matches(pin, stored):
            with self.store.writing() as db:
                pins.forget_tries(db, number)
            return None
        return _locked(lock) if lock is not None else Refusal(Code.NO_MATCH)

    def _account(self, number: str, now: Now) -> Patron | Refusal:
        with self.store.reading() as db:
            who = records.member(db, number)
            if who is None:
                return Refusal(Code.NO_MATCH)
            member = records.standing(db, who, now.today)
            return Patron(
                ref=PatronRef(who.number),
                first_name=first_name(who.name),
                loans=tuple(_loans(db, now, who)),
                holds=holds.of_member(db, number, now.today),
                can_borrow=max(0, member.limit - member.on_loan),
                fees=member.owed,
                blocked=rules.blocks(member, records.policy(db), now.today),
                language=who.language,
            )


def _locked(lock: pins.Lock) -> Refusal:
    return Refusal(Code.PIN_LOCKED, until_time=lock.until, limit=lock.tries)


def _loans(db: sqlite3.Connection, now: Now, who: MemberRow) -> list[Loan]:
    shown = []
    for running in records.loans_of(db, who.number):
        copy = records.item(db, running.item)
        assert copy is not None  # a foreign key of loans
        no = lending.refuses_renewal(db, now.today, who, copy, running)
        left = (running.due - now.today).days
        shown.append(Loan(copy.item, running.due, left, running.renewals, renewable=no is None))
    return shown
