"""A small world: a library system, kiosks on it, patrons and staff, and time that passes only when somebody waits.

The kiosks are the real thing (journal, desk, SIP2 client); the library system is the emulated one, which shares
nothing with them but the wire. Everything a patron is told is written down as a *receipt*, for the oracle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.journal import Journal, Kind
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.port import (
    Borrowed,
    Code,
    Item,
    Patron,
    PatronRef,
    Refusal,
    Renewed,
    Returned,
    Secret,
)
from kiosk.circulation.promises import Promise
from kiosk.circulation.sip2.circulation import SipCirculation
from kiosk.circulation.sip2.emulator import Copy, Dialect, EmulatedIls, Member
from kiosk.circulation.sip2.emulator.wire import EmulatedWire, KioskClock, Time
from kiosk.circulation.sip2.profile import PinRule, Profile
from kiosk.circulation.sip2.settings import Sip2Settings

ZONE = ZoneInfo("Asia/Makassar")
PATRONS = ("P1", "P2", "P3")
ITEMS = ("B1", "B2", "B3", "B4")
QUIET = 30.0
PROFILE = Profile(name="world", pin=PinRule.NONE, quiet_seconds=QUIET)
#: 98 tells no time-out and no retries, so that the quiet time is the profile's.
DIALECT = Dialect(timeout="000", retries="000", login=("kiosk", "rahasia"))


class PulledPlugError(BaseException):
    """The kiosk is dead: nothing may catch it."""


@dataclass(frozen=True)
class Receipt:
    """What a patron was told: yes, by operation ``op``."""

    op: str
    kind: Kind
    patron: str
    item: str
    at: datetime
    promised: bool
    due: date | None = None


class Lenient:
    """Offline rules that say yes to nearly everything: the harder it is for the replay.

    Only what this kiosk itself lent in this outage is not lent to another patron.
    """

    snapshot = "extract-1"

    def __init__(self, time: Time, *, lends: bool = True) -> None:
        self._time, self._lends = time, lends

    def patron(self, ref: PatronRef, pin: Secret | None) -> Patron | Refusal:
        return Patron(ref, "Sari", offline=True)

    def item(self, item_id: str) -> Item | Refusal:
        return Item(item_id, "a book")

    def checkout(self, ref: PatronRef, item_id: str, waiting: Sequence[Entry]) -> Promise | Refusal:
        mine = [entry for entry in waiting if entry.item == item_id and entry.kind in (Kind.CHECKOUT, Kind.CHECKIN)]
        if not self._lends:
            return Refusal(Code.OFFLINE)
        if mine and mine[-1].kind == Kind.CHECKOUT:
            return Refusal(Code.ON_LOAN)
        return Promise(Item(item_id, "a book"), (self._time.now() + timedelta(days=7)).astimezone(ZONE).date())

    def checkin(self, item_id: str, waiting: Sequence[Entry]) -> Promise | Refusal:
        return Promise(Item(item_id, "a book"))

    def learned(self, ref: PatronRef, pin: Secret, patron: Patron) -> None:
        pass


class NamedSip(SipCirculation):
    """The real client; the world hears which operation it is busy with, so that effects can be told apart."""

    busy_with: list[str]

    def _named(self, op: str, call: Callable[[], Any]) -> Any:
        self.busy_with.append(op)
        try:
            return call()
        finally:
            self.busy_with.pop()

    def checkout(self, op: str, *arguments: Any, **options: Any) -> Any:
        return self._named(op, lambda: super(NamedSip, self).checkout(op, *arguments, **options))

    def checkin(self, op: str, *arguments: Any, **options: Any) -> Any:
        return self._named(op, lambda: super(NamedSip, self).checkin(op, *arguments, **options))

    def renew(self, op: str, *arguments: Any, **options: Any) -> Any:
        return self._named(op, lambda: super(NamedSip, self).renew(op, *arguments, **options))

    def pay(self, op: str, *arguments: Any, **options: Any) -> Any:
        return self._named(op, lambda: super(NamedSip, self).pay(op, *arguments, **options))


@dataclass
class World:
    """Everything that is shared. ``kiosks`` are added by ``add_kiosk``."""

    folder: Path
    dialect: Dialect = DIALECT
    time: Time = field(default_factory=Time)
    receipts: list[Receipt] = field(default_factory=list)
    kiosks: list[LivingKiosk] = field(default_factory=list)
    conflicts: Counter[str] = field(default_factory=Counter)  # reason -> how often staff had to settle it
    crashes: Counter[str] = field(default_factory=Counter)
    busy_with: list[str] = field(default_factory=list)
    asked: dict[str, datetime] = field(default_factory=dict)  # operation -> the true time at which it was asked for
    asking: dict[str, str] = field(default_factory=dict)  # operation -> the patron who asked, also when it is forgotten

    def __post_init__(self) -> None:
        members = [Member(number, fines=10_000) for number in PATRONS]
        self.ils = EmulatedIls(members, [Copy(barcode) for barcode in ITEMS], self.dialect, self.time, zone=ZONE)
        self.ils.whose = lambda: self.busy_with[-1] if self.busy_with else ""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "password").write_text((self.dialect.login or ("", ""))[1], encoding="utf-8")

    def add_kiosk(self, **options: Any) -> LivingKiosk:
        """One more kiosk, with its own journal, started."""
        kiosk = LivingKiosk(self, f"kiosk-{len(self.kiosks) + 1}", **options)
        self.kiosks.append(kiosk)
        return kiosk

    def close(self) -> None:
        for kiosk in self.kiosks:
            kiosk.stop()


class LivingKiosk:
    """A kiosk that may be killed at any named point and started again. ``die_at``: the point, and how often it may be
    passed before."""

    def __init__(
        self,
        world: World,
        name: str,
        *,
        profile: Profile = PROFILE,
        lends_offline: bool = True,
        connect: Callable[..., Any] | None = None,
        durability: str = "FULL",
        desk: type[CirculationDesk] = CirculationDesk,
        wire: Callable[[], Any] | None = None,
        answer_seconds: float = 2.5,
    ) -> None:
        self.world, self.name = world, name
        self.clock = KioskClock(world.time)
        self.die_at: tuple[str, int] | None = None
        self.passed: list[str] = []
        self.dead = True
        self._profile, self._connect, self._desk_type = profile, connect, desk
        self.on_point: Callable[[str], None] = lambda name: None
        self._wire = wire or (lambda: EmulatedWire(world.ils, world.time))
        self._answer_seconds, self._durability = answer_seconds, durability
        self._rules = Lenient(world.time, lends=lends_offline)
        self._ops = 0
        self._patron = ""
        self.start()

    # life

    @property
    def path(self) -> Path:
        return self.world.folder / self.name / "journal.sqlite"

    def start(self) -> None:
        """Switch it on."""
        assert self.dead
        more = {} if self._connect is None else {"connect": self._connect}
        self.journal = Journal.open(self.path, kiosk=self.name, clock=self.clock, durability=self._durability, **more)
        settings = Sip2Settings(
            host="ils",
            tls="off",
            login="kiosk",
            password_file=str(self.world.folder / "password"),
            institution=self.world.dialect.institution or "SMR",
            answer_seconds=self._answer_seconds,
        )
        self.system = NamedSip(settings, self._profile, wire=self._wire, clock=self.clock, zone=ZONE)
        self.system.busy_with = self.world.busy_with
        self.desk = self._desk_type(
            self.system,
            self.journal,
            offline=self._rules,
            make_op=self._next_op,
            point=self._point,
            jitter=lambda: 0.5,
        )
        self.dead = False
        self.living(self.desk.recover)

    def connect_to(self, connect: Callable[..., Any]) -> None:
        """From its next start it has another disk."""
        self._connect = connect

    def stop(self) -> None:
        """Switch it off, or bury it: nothing of its memory survives."""
        if not self.dead:
            self.dead = True
            self.system.close()
            self.journal.close()
            self.world.busy_with.clear()

    def restart(self) -> None:
        """The machine starts again."""
        self.stop()
        self.clock.reboot()
        self.start()

    def _point(self, name: str) -> None:
        self.passed.append(name)
        self.on_point(name)
        if self.die_at is None or self.die_at[0] != name:
            return
        if self.die_at[1] > 0:
            self.die_at = (name, self.die_at[1] - 1)
            return
        self.die_at = None
        self.world.crashes[name] += 1
        raise PulledPlugError

    def _next_op(self) -> str:
        self._ops += 1
        op = f"{self.name}/op-{self._ops}"
        self.world.asked[op], self.world.asking[op] = self.world.time.now(), self._patron
        return op

    def living(self, call: Callable[[], Any]) -> Any:
        """Call; ``None`` when the kiosk died of it (it is buried then) or is dead."""
        if self.dead:
            return None
        try:
            return call()
        except PulledPlugError:
            self.stop()
            return None

    # patrons

    def checkout(self, patron: str, item: str) -> Any:
        return self._told(Kind.CHECKOUT, patron, item, lambda: self.desk.checkout(PatronRef(patron), item))

    def checkin(self, item: str) -> Any:
        return self._told(Kind.CHECKIN, "", item, lambda: self.desk.checkin(item))

    def renew(self, patron: str, item: str) -> Any:
        return self._told(Kind.RENEW, patron, item, lambda: self.desk.renew(PatronRef(patron), item))

    def pay(self, patron: str, amount: int) -> Any:
        return self._told(Kind.PAY, patron, "", lambda: self.desk.pay(PatronRef(patron), amount))

    def tend(self) -> float:
        """One piece of background work; seconds until the next."""
        return float(self.living(self.desk.tend) or 0.0)

    def _told(self, kind: Kind, patron: str, item: str, call: Callable[[], Any]) -> Any:
        self._patron = patron
        at, ops = self.world.time.now(), self._ops
        outcome = self.living(call)
        if isinstance(outcome, Borrowed | Returned | Renewed) or (kind is Kind.PAY and isinstance(outcome, int)):
            op = f"{self.name}/op-{self._ops}" if self._ops > ops else self._settled_before(kind, patron, item)
            entry = self.journal.entry(op)
            promised = entry is not None and entry.promised
            self.world.receipts.append(Receipt(op, kind, patron, item, at, promised, getattr(outcome, "due", None)))
        return outcome

    def _settled_before(self, kind: Kind, patron: str, item: str) -> str:
        """The earlier operation that a patron asked for again, and which was settled by that."""
        same = [e.op for e in self.journal.entries("done") if (e.kind, e.item) == (kind.value, item)]
        return next((op for op in reversed(same) if self.world.asking[op] == patron), "none")
