"""A small world: an emulated library system, time that passes only when somebody waits, and kiosks beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from kiosk.circulation.port import Patron, PatronRef, Secret
from kiosk.circulation.sip2.circulation import SipCirculation
from kiosk.circulation.sip2.emulator import Copy, Dialect, EmulatedIls, Member
from kiosk.circulation.sip2.emulator.wire import EmulatedWire, KioskClock, Time
from kiosk.circulation.sip2.profile import Profile
from kiosk.circulation.sip2.settings import Sip2Settings

ZONE = ZoneInfo("Asia/Makassar")
SARI = PatronRef("P-001")
PIN = Secret("1234")

#: Something to be sent, and what comes of it: bytes at once, ``None`` for silence, an exception.
Said = bytes | None | OSError


@dataclass
class ScriptedWire:
    """Answers request after request from a list; keeps what was sent. ``b""`` hangs up."""

    answers: list[Said]
    sent: list[bytes] = field(default_factory=list)
    refuses_to_send: OSError | None = None
    closed: bool = False
    waiting: list[Said] = field(default_factory=list)

    def open(self, seconds: float) -> None:
        pass

    def send(self, data: bytes, seconds: float) -> None:
        if self.refuses_to_send is not None:
            raise self.refuses_to_send
        self.sent.append(data)
        self.waiting.append(self.answers.pop(0) if self.answers else None)

    def receive(self, seconds: float) -> bytes:
        coming = self.waiting.pop(0) if self.waiting else None
        if coming is None:
            raise TimeoutError("nothing there")
        if isinstance(coming, OSError):
            raise coming
        return coming

    def close(self) -> None:
        self.closed = True


@dataclass
class World:
    """The system, its time, and a kiosk made on demand."""

    ils: EmulatedIls
    time: Time
    clock: KioskClock
    settings: Sip2Settings
    wires: int = 0

    def kiosk(self, profile: Profile | None = None, **changes: object) -> SipCirculation:
        """A kiosk with this profile, some keys of it changed."""
        wanted = msgspec.structs.replace(profile or Profile(), **changes)
        return SipCirculation(self.settings, wanted, clock=self.clock, zone=ZONE, wire=self.wire)

    def wire(self) -> EmulatedWire:
        self.wires += 1
        return EmulatedWire(self.ils, self.time)

    def kinds(self) -> list[tuple[str, str]]:
        """What has happened in the system: kind and copy."""
        return [(effect.kind, effect.item) for effect in self.ils.effects]


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("rahasia\n", encoding="utf-8")
    return path


@pytest.fixture
def make_world(password_file: Path) -> Callable[..., World]:
    """A world whose system speaks in a dialect; ``P-001`` is Sari, PIN 1234, and ``B-1`` to ``B-9`` are copies."""

    def make(
        dialect: Dialect | None = None,
        members: list[Member] | None = None,
        items: list[Copy] | None = None,
        **habits: object,
    ) -> World:
        time = Time()
        ils = EmulatedIls(
            members or [Member("P-001"), Member("P-002", "Budi")],
            items or [Copy(f"B-{n}", f"Judul {n}") for n in range(1, 10)],
            (dialect or Dialect()).but(**habits),
            time,
            zone=ZONE,
        )
        settings = Sip2Settings(
            host="ils.example", login="kiosk", password_file=str(password_file), institution=ils.dialect.institution
        )
        return World(ils, time, KioskClock(time), settings)

    return make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


@pytest.fixture
def arrive() -> Callable[[SipCirculation], Patron]:
    """Sari comes in and gives her PIN."""

    def arrive(kiosk: SipCirculation) -> Patron:
        patron = kiosk.patron(SARI, PIN)
        assert isinstance(patron, Patron)
        return patron

    return arrive


@pytest.fixture
def scripted() -> type[ScriptedWire]:
    return ScriptedWire
