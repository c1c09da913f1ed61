"""A probe of the emulated library system over a line without a socket, on which silence takes no time."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from kiosk.circulation.port import Secret
from kiosk.circulation.sip2.asking import Asking
from kiosk.circulation.sip2.emulator.dialect import GENERIC, Dialect
from kiosk.circulation.sip2.emulator.holdings import Copy, Member
from kiosk.circulation.sip2.emulator.ils import EmulatedIls
from kiosk.circulation.sip2.emulator.wire import EmulatedWire, KioskClock, Time
from kiosk.circulation.sip2.probe.detectives import findings
from kiosk.circulation.sip2.probe.dialogue import Dialogue
from kiosk.circulation.sip2.probe.evidence import Evidence, Step
from kiosk.circulation.sip2.probe.finding import Finding
from kiosk.circulation.sip2.probe.gather import Wishes, gather
from kiosk.circulation.sip2.profile import Profile
from kiosk.circulation.sip2.terminal import Terminal

ZONE = ZoneInfo("Asia/Makassar")
#: Everything named; the patron has two loans, a hold that is ready and one that is not.
ALL = Wishes("A1", Secret("1234"), item="B1", loan_item="B2")
TRIAL = Wishes("A1", Secret("1234"), item="B1", loan_item="B2", trial=True)
BLOCKED_TRIAL = Wishes("A3", Secret("1234"), item="B1", trial=True)


def library(dialect: Dialect = GENERIC, time: Time | None = None) -> EmulatedIls:
    """A small town's library."""
    ils = EmulatedIls(
        [Member("A1"), Member("A2"), Member("A3", blocked=True)],
        [
            Copy("B1", "Crème brûlée"),
            Copy("B2"),
            Copy("B3"),
            Copy("B4", holds=["A2", "A1"]),
            Copy("B5", holds=["A1"]),
        ],
        dialect,
        time or Time(),
        zone=ZONE,
    )
    ils.staff_checkout("A1", "B2")
    ils.staff_checkout("A1", "B3")
    return ils


@dataclass
class Probed:
    """What a probe led to."""

    ils: EmulatedIls
    seen: Evidence
    steps: list[Step]
    found: list[Finding] = field(default_factory=list)

    def __getitem__(self, key: str) -> Finding:
        return {finding.key: finding for finding in self.found}[key]

    def value(self, key: str) -> object:
        return self[key].value


def probe(
    dialect: Dialect = GENERIC, wishes: Wishes = ALL, *, ils: EmulatedIls | None = None, login: str = "kiosk"
) -> Probed:
    """Probe a library that speaks this dialect."""
    time = Time()
    ils = ils or library(dialect, time)
    time = ils._clock  # type: ignore[assignment]  # one world, one time
    clock = KioskClock(time)
    terminal = Terminal(login=login, password="rahasia", institution=ils.dialect.institution or "SMR", place="K-01")
    steps: list[Step] = []
    dialogue = Dialogue(lambda: EmulatedWire(ils, time), clock, 5.0, steps.append)
    seen = gather(dialogue, Asking(terminal, Profile(), clock, ZONE), wishes)
    return Probed(ils, seen, steps, findings(seen))
