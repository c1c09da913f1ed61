"""A town's library system in memory, rules for when it is away, and a clock whose time since boot moves with it.

The system remembers nothing of operations and renews a loan that is asked for twice, as common systems do: only looking
first keeps it from harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.errors import SystemAway
from kiosk.circulation.journal import Journal
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.port import (
    Borrowed,
    CheckinOutcome,
    CheckoutOutcome,
    Code,
    Item,
    Patron,
    PatronRef,
    Refusal,
    Refused,
    Renewed,
    RenewOutcome,
    Returned,
    Secret,
    SystemStatus,
    Unknown,
)
from kiosk.circulation.probing import Copy, CopyStatus, Happened
from kiosk.circulation.promises import Promise


class Clock:
    """Monday 23 November 2026, 09.00 in Samarinda, one hour after the machine was started."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
        self.since_boot = timedelta(hours=1)
        self.boot = "boot-1"
        self.set_from = "ntp"

    def pass_(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.since_boot += timedelta(seconds=seconds)

    def restart(self) -> None:
        """The machine is started anew, a minute later."""
        self.boot += "'"
        self.since_boot = timedelta(seconds=10)
        self.at += timedelta(minutes=1)

    def now(self) -> datetime:
        return self.at

    def monotonic_ns(self) -> int:
        return round(self.since_boot.total_seconds() * 1e9)

    def boot_id(self) -> str:
        return self.boot

    def quality(self) -> str:
        return self.set_from


@dataclass
class Effect:
    """Something that changed in the system."""

    kind: str
    item: str
    patron: str


@dataclass
class Lent:
    patron: str
    due: date
    serial: int


@dataclass
class TownLibrary:
    """``fault`` is what happens to the next operation: ``silent before`` or ``silent after`` its effect, ``late`` (the
    effect comes when ``land`` is called), ``away`` (nothing was sent), ``broken`` (raises)."""

    clock: Clock
    up: bool = True
    fault: str = ""
    loans: dict[str, Lent] = field(default_factory=dict)
    items: set[str] = field(default_factory=lambda: {f"B{number}" for number in range(1, 40)})
    lost: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    effects: list[Effect] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    told: list[Happened | None] = field(default_factory=list)
    days: int = 14
    quiet: float = 30.0
    lists: bool = True
    garbled: set[str] = field(default_factory=set)
    under_way: list[Callable[[], object]] = field(default_factory=list)
    debts: dict[str, int] = field(default_factory=dict)
    tended: int = 0

    # questions

    def patron(self, ref: PatronRef, pin: Secret | None) -> Patron | Refusal:
        self._reach("patron")
        loans = sum(lent.patron == ref.number for lent in self.loans.values())
        return Patron(ref, "Sari", can_borrow=5 - loans)

    def item(self, item_id: str) -> Item | Refusal:
        self._reach("item")
        return Item(item_id, "A book") if item_id in self.items else Refusal(Code.UNKNOWN_ITEM)

    def fees(self, ref: PatronRef) -> int | Unknown:
        self._reach("fees")
        return self.debts.get(ref.number, 0)

    def end_visit(self, ref: PatronRef) -> None:
        self._reach("end")

    def status(self) -> SystemStatus:
        self.asked.append("status")
        return SystemStatus(online=self.up, name="town")

    def tend(self) -> float:
        self._reach("tend")
        self.tended += 1
        return 60.0

    def copy(self, item_id: str) -> Copy | Refusal | Unknown:
        self._reach("copy")
        if item_id in self.garbled:
            return Unknown("garbled")
        if item_id not in self.items:
            return Refusal(Code.UNKNOWN_ITEM)
        book, lent = Item(item_id, "A book"), self.loans.get(item_id)
        if lent is None:
            return Copy(book, CopyStatus.LOST if item_id in self.lost else CopyStatus.AVAILABLE)
        return Copy(book, CopyStatus.CHARGED, lent.due, f"{lent.due:%Y%m%d}")

    def has_on_loan(self, ref: PatronRef, item_id: str) -> bool | Unknown:
        self._reach("has")
        if not self.lists:
            return Unknown("no list")
        lent = self.loans.get(item_id)
        return lent is not None and lent.patron == ref.number

    def quiet_seconds(self) -> float:
        return self.quiet

    # operations

    def checkout(self, op: str, ref: PatronRef, item_id: str, happened: Happened | None = None) -> CheckoutOutcome:
        self.told.append(happened)
        return self._answer("checkout", lambda: self.lend(ref.number, item_id))

    def checkin(self, op: str, item_id: str, happened: Happened | None = None) -> CheckinOutcome:
        self.told.append(happened)
        return self._answer("checkin", lambda: self.take(item_id))

    def renew(self, op: str, ref: PatronRef, item_id: str) -> RenewOutcome:
        return self._answer("renew", lambda: self.extend(ref.number, item_id))

    def renew_all(self, op: str, ref: PatronRef) -> Sequence[RenewOutcome] | Unknown:
        mine = [item for item, lent in self.loans.items() if lent.patron == ref.number]
        return self._answer("renew-all", lambda: [self.extend(ref.number, item) for item in mine])

    def pay(self, op: str, ref: PatronRef, amount: int) -> int | Refused | Unknown:
        return self._answer("pay", lambda: self.book(ref.number, amount))

    # what they do; other desks of the town use these, too

    def lend(self, patron: str, item: str) -> CheckoutOutcome:
        if item not in self.items:
            return Refused(Refusal(Code.UNKNOWN_ITEM))
        if patron in self.blocked:
            return Refused(Refusal(Code.BLOCKED))
        lent = self.loans.get(item)
        if lent is not None and lent.patron != patron:
            return Refused(Refusal(Code.ON_LOAN))
        due = (self.clock.now() + timedelta(days=self.days)).date()
        self.loans[item] = Lent(patron, due, len(self.effects))
        self.lost.discard(item)
        self.effects.append(Effect("renew" if lent is not None else "checkout", item, patron))
        return Borrowed(Item(item, "A book"), due, again=lent is not None)

    def take(self, item: str) -> CheckinOutcome:
        if item not in self.items:
            return Refused(Refusal(Code.UNKNOWN_ITEM))
        lent = self.loans.pop(item, None)
        if lent is not None or item in self.lost:
            self.effects.append(Effect("checkin", item, lent.patron if lent is not None else ""))
        self.lost.discard(item)
        return Returned(Item(item, "A book"), again=lent is None)

    def extend(self, patron: str, item: str) -> RenewOutcome:
        lent = self.loans.get(item)
        if lent is None or lent.patron != patron:
            return Refused(Refusal(Code.NOT_ON_LOAN))
        lent.due += timedelta(days=7)
        self.effects.append(Effect("renew", item, patron))
        return Renewed(Item(item, "A book"), lent.due)

    def book(self, patron: str, amount: int) -> int:
        self.debts[patron] = self.debts.get(patron, 0) - amount
        self.effects.append(Effect("pay", "", patron))
        return self.debts[patron]

    def land(self) -> None:
        """What was under way takes effect now."""
        while self.under_way:
            self.under_way.pop(0)()

    def _reach(self, what: str) -> None:
        self.asked.append(what)
        if not self.up:
            raise SystemAway("The library system cannot be reached.")

    def _answer(self, what: str, work: Callable[[], Any]) -> Any:
        self._reach(what)
        fault, self.fault = self.fault, ""
        if fault == "away":
            raise SystemAway("The library system cannot be reached.")
        if fault == "broken":
            work()
            raise ValueError("somebody's number")
        if fault == "late":
            self.under_way.append(work)
        elif fault != "silent before":
            answer = work()
            if fault != "silent after":
                return answer
        return Unknown("timeout")


@dataclass
class VanRules:
    """Lends and takes in everything it knows, for ten days; marks are those of an extract from ``marks``."""

    clock: Clock
    snapshot: str = "extract-1"
    refuse: Refusal | None = None
    marks: dict[str, str] = field(default_factory=dict)
    waiting: list[list[str]] = field(default_factory=list)
    lessons: list[str] = field(default_factory=list)
    broken: bool = False

    def patron(self, ref: PatronRef, pin: Secret | None) -> Patron | Refusal:
        self._work()
        return Patron(ref, "", can_borrow=10)

    def item(self, item_id: str) -> Item | Refusal:
        self._work()
        return Item(item_id, "A book of the van")

    def checkout(self, ref: PatronRef, item_id: str, waiting: Sequence[Entry]) -> Promise | Refusal:
        self._work()
        self.waiting.append([entry.op for entry in waiting])
        due = (self.clock.now() + timedelta(days=10)).date()
        return self.refuse or Promise(Item(item_id, "A book of the van"), due, self.marks.get(item_id, ""))

    def checkin(self, item_id: str, waiting: Sequence[Entry]) -> Promise | Refusal:
        self._work()
        self.waiting.append([entry.op for entry in waiting])
        return self.refuse or Promise(Item(item_id, "A book of the van"), None, self.marks.get(item_id, ""))

    def learned(self, ref: PatronRef, pin: Secret, patron: Patron) -> None:
        self._work()
        self.lessons.append(ref.number)

    def _work(self) -> None:
        if self.broken:
            raise OSError(5, "I/O error")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def town(clock: Clock) -> TownLibrary:
    return TownLibrary(clock)


@pytest.fixture
def rules(clock: Clock) -> VanRules:
    return VanRules(clock)


@pytest.fixture
def journal_path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(journal_path: Path, clock: Clock) -> Iterator[Journal]:
    journal = Journal.open(journal_path, kiosk="kiosk-1", clock=clock)
    yield journal
    journal.close()


class Kiosk:
    """A desk with all that stands behind it; operations are numbered ``op-1``, ``op-2`` …"""

    def __init__(self, town: Any, journal: Journal, rules: VanRules | None, clock: Clock, **options: Any) -> None:
        self.town, self.journal, self.rules, self.clock = town, journal, rules, clock
        self.heard: list[bool] = []
        options = {"changed": self.heard.append, "jitter": lambda: 0.0, "make_op": self._number, **options}
        self.desk = CirculationDesk(town, journal, offline=rules, **options)

    def _number(self) -> str:
        return f"op-{len(self.journal.entries()) + 1}"

    def tend(self, seconds: float = 0.0) -> None:
        """Let the desk work for so long, as its thread would."""
        until = self.clock.since_boot + timedelta(seconds=seconds)
        for _ in range(10_000):
            wait = self.desk.tend()
            if self.clock.since_boot + timedelta(seconds=wait) > until:
                self.clock.since_boot, left = until, until - self.clock.since_boot
                self.clock.at += left
                return
            self.clock.pass_(wait)
        raise AssertionError("the desk never rests")

    def states(self) -> list[str]:
        return [entry.state for entry in self.journal.entries()]

    def why(self) -> list[str]:
        return [entry.why for entry in self.journal.entries("conflict")]


@pytest.fixture
def kiosk(town: TownLibrary, journal: Journal, rules: VanRules, clock: Clock) -> Kiosk:
    return Kiosk(town, journal, rules, clock)


@pytest.fixture
def make_kiosk(town: TownLibrary, journal: Journal, clock: Clock) -> Callable[..., Kiosk]:
    """A kiosk with other rules, another system or other options."""

    def make(rules: VanRules | None = None, *, system: Any = None, **options: Any) -> Kiosk:
        return Kiosk(system if system is not None else town, journal, rules, clock, **options)

    return make


@pytest.fixture
def kiosk_over(town: TownLibrary, rules: VanRules, clock: Clock) -> Callable[[Journal], Kiosk]:
    """A kiosk over another journal than the usual one."""
    return lambda journal: Kiosk(town, journal, rules, clock)


@pytest.fixture
def kiosk_with(town: TownLibrary, clock: Clock) -> Callable[..., Kiosk]:
    """A kiosk over another journal than the usual one, with these rules and options."""
    return lambda journal, rules, **options: Kiosk(town, journal, rules, clock, **options)
