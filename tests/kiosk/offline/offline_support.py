"""What the offline tests are made of: a movable clock, and the desk at which extracts are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.circulation.offline.extract import About
from kiosk.circulation.offline.keys import CardKey
from kiosk.circulation.offline.make import Making, make
from kiosk.circulation.offline.writer import Identity

WITA = ZoneInfo("Asia/Makassar")
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09.00 in Samarinda


@dataclass
class MovableClock:
    """A clock without a battery when a test says so."""

    at: datetime = MORNING
    ticks: int = 0
    boot: str = "boot-1"
    synced: bool = True

    def move(self, **by: float) -> None:
        step = timedelta(**by)
        self.at += step
        self.ticks += int(step.total_seconds() * 1_000_000_000)

    def now(self) -> datetime:
        return self.at

    def monotonic_ns(self) -> int:
        self.ticks += 1
        return self.ticks

    def boot_id(self) -> str:
        return self.boot

    def quality(self) -> str:
        return "ntp" if self.synced else "unsynced"


@dataclass
class Maker:
    """Where extracts are made: the library, and the keys."""

    library: Path
    folder: Path
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    cards: CardKey = field(default_factory=lambda: CardKey(bytes(range(32))))
    sequence: int = 0

    def make(
        self,
        name: str = "today.extract",
        *,
        made: datetime = MORNING,
        names: bool = False,
        fees: bool = False,
        blocked: frozenset[str] = frozenset(),
        sequence: int | None = None,
    ) -> Path:
        """A new extract of the library."""
        path = self.folder / name
        self.about(path, made=made, names=names, fees=fees, blocked=blocked, sequence=sequence)
        return path

    def about(
        self,
        path: Path,
        *,
        made: datetime = MORNING,
        names: bool = False,
        fees: bool = False,
        blocked: frozenset[str] = frozenset(),
        sequence: int | None = None,
    ) -> About:
        self.sequence += 1
        identity = Identity(made, self.sequence if sequence is None else sequence, "library", names, fees)
        today: date = made.astimezone(WITA).date()
        return make(self.library, path, Making(identity, today, self.cards, self.private, blocked))
