"""Which library system this kiosk works with, as its settings say: opened, and joined with the journal to a desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from kiosk.circulation.clock import Clock, SystemClock
from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.errors import CirculationError
from kiosk.circulation.journal import Journal
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.offline.settings import Policy
from kiosk.circulation.port import Circulation
from kiosk.circulation.promises import OfflineRules
from kiosk.circulation.sip2.settings import Sip2Settings
from kiosk.config import KioskSettings

#: The PIN verifiers of offline logins, in the kiosk's data folder.
VERIFIERS = "offline-verifiers.sqlite"


class System(Circulation, Protocol):
    """A library system that was opened, and is closed when it is no longer needed."""

    def close(self) -> None:
        """Hang up, or let go of the file."""
        ...


#: ``circulation.system`` -> how it is opened. One line a system.
SYSTEMS: dict[str, Callable[[KioskSettings, Clock], System]] = {
    "library": lambda settings, clock: _library(settings, clock),
    "sip2": lambda settings, clock: _sip2(settings, clock),
}


def open_system(settings: KioskSettings, clock: Clock | None = None) -> System:
    """The library system that the settings name. One that is reached over a network need not be there yet.

    Raises:
        CirculationError: there is no such kind of system, or its settings or file cannot be used.
    """
    wanted = settings.circulation.system
    if wanted not in SYSTEMS:
        raise CirculationError(f"circulation.system is '{wanted}'; possible are {', '.join(sorted(SYSTEMS))}.")
    return SYSTEMS[wanted](settings, clock or SystemClock())


def open_desk(settings: KioskSettings, journal: Journal, system: System, clock: Clock | None = None) -> CirculationDesk:
    """The desk over a system, with the library's offline rules beside it.

    Raises:
        CirculationError: the offline rules cannot be used as they are set.
    """
    clock = clock or SystemClock()
    return CirculationDesk(
        system,
        journal,
        offline=_offline_rules(settings, journal, clock),
        replay_forced=_no_block(settings),
        forget_after=timedelta(days=settings.circulation.forget_days),
    )


def sip2_line(settings: KioskSettings) -> Sip2Settings:
    """``[circulation.sip2]`` with its files where they are."""
    line = settings.circulation.sip2
    files = ("ca_file", "password_file", "terminal_password_file")
    given = {name: str(settings.in_data(path)) for name in files if (path := getattr(line, name))}
    return msgspec.structs.replace(line, **given)


def _library(settings: KioskSettings, clock: Clock) -> System:
    return EmbeddedLibrary.open(settings.in_data(settings.circulation.path), zone=settings.site.zone, clock=clock)


def _sip2(settings: KioskSettings, clock: Clock) -> System:
    from kiosk.circulation.sip2.circulation import SipCirculation
    from kiosk.circulation.sip2.profile import load_profile

    line = sip2_line(settings)
    profile = load_profile(line.profile, line.dialect)
    return SipCirculation(line, profile, clock=clock, zone=ZoneInfo(settings.site.zone))


def _no_block(settings: KioskSettings) -> bool:
    """Whether a replay may tell the system not to refuse: only where a commissioning test has shown what that does."""
    if settings.circulation.system != "sip2":
        return False
    from kiosk.circulation.sip2.profile import load_profile

    return load_profile(settings.circulation.sip2.profile, settings.circulation.sip2.dialect).no_block


def _offline_rules(settings: KioskSettings, journal: Journal, clock: Clock) -> OfflineRules | None:
    """``None`` where the policy is off, and for the embedded library, which is never away."""
    offline, circulation = settings.circulation.offline, settings.circulation
    if offline.policy is Policy.OFF or circulation.system == "library":
        return None
    from kiosk.circulation.offline.current import CurrentExtract
    from kiosk.circulation.offline.rules import OfflineDesk
    from kiosk.circulation.offline.verifiers import Verifiers

    data = Path(settings.data)
    return OfflineDesk(
        offline,
        CurrentExtract.configured(offline, data),
        Verifiers.open(data / VERIFIERS, clock) if offline.keep_verifiers else None,
        clock,
        ZoneInfo(settings.site.zone),
        journal=journal,
    )
