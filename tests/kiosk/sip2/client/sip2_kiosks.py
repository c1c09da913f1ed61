"""A small world: an emulated library system, time that passes only when somebody waits, and kiosks beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from kiosk.circulation.errors import SystemAway
from kiosk.circulation.port import PatronRef, Refusal, Refused, Secret
from kiosk.circulation.sip2.circulation import SipCirculation
from kiosk.circulation.sip2.emulator import EmulatedIls
from kiosk.circulation.sip2.emulator.wire import EmulatedWire, KioskClock, Time
from kiosk.circulation.sip2.profile import Profile
from kiosk.circulation.sip2.settings import Sip2Settings

ZONE = ZoneInfo("Asia/Makassar")
SARI = PatronRef("P-001")
BUDI = PatronRef("P-002")
PIN = Secret("1234")
YESTERDAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

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
    sent: list[bytes] = field(default_factory=list)

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


def refusal_of(answer: object) -> Refusal:
    """The refusal that this answer has to be."""
    assert isinstance(answer, Refused)
    return answer.refusal


def why_away(kiosk: SipCirculation) -> str:
    """The sentence in which a checkout says that the system is away."""
    with pytest.raises(SystemAway) as caught:
        kiosk.checkout("op", SARI, "B-1")
    return str(caught.value)


def sent(world: World, code: str) -> list[bytes]:
    """The requests of one kind, as they went out; of a world that keeps them (``seen``)."""
    return [data for data in world.sent if data.startswith(code.encode())]
