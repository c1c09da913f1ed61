"""Worlds and kiosks for the client's tests; lets them import the helpers beside this file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.circulation.port import Patron
from kiosk.circulation.sip2.circulation import SipCirculation
from kiosk.circulation.sip2.emulator import Copy, Dialect, EmulatedIls, Member
from kiosk.circulation.sip2.emulator.wire import KioskClock, Time
from kiosk.circulation.sip2.settings import Sip2Settings

sys.path.insert(0, str(Path(__file__).parent))

from sip2_kiosks import PIN, SARI, ZONE, ScriptedWire, World


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


@pytest.fixture
def seen(world, monkeypatch: pytest.MonkeyPatch):
    """A world that keeps the bytes of every request."""
    make = world.wire

    def wire():
        made = make()
        send = made.send
        made.send = lambda data, seconds: (world.sent.append(data), send(data, seconds))[1]
        return made

    monkeypatch.setattr(world, "wire", wire)
    return world
