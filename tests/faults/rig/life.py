"""A day in the small world, action by action: patrons, staff, and everything that goes wrong.

The same actions are chosen by hypothesis (``test_state_machine.py``) and by dice (``walk``), and judged by the same
oracle at the day's end.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rig.oracle import Verdict, judge, settle
from rig.world import DIALECT, ITEMS, PATRONS, World

from kiosk.circulation.port import PatronRef
from kiosk.circulation.sip2.emulator import Dialect, Fault, Wrong
from kiosk.circulation.sip2.emulator.faults import REQUEST_FAULTS

#: Where a kiosk may die.
POINTS = (
    "desk: asked",
    "desk: recorded",
    "desk: answered",
    "desk: promised",
    "desk: parked",
    "desk: written",
    "replay: looked",
    "replay: sending",
    "replay: answered",
    "replay: written",
)
#: What may hit an operation; questions are hit too, when no codes are named.
CODES = ((), ("11",), ("09",), ("29",), ("63",), ("17",), ("99",), ("93",), ("connect",))
WAITS = (0.5, 3.0, 31.0, 130.0, 900.0, 5 * 3600.0, 26 * 3600.0)
JUMPS = (timedelta(0), timedelta(days=1), timedelta(days=-1), timedelta(days=-20000), timedelta(hours=-3))


@dataclass
class Life:
    """One world with two kiosks. ``options`` go to each kiosk (another desk, another profile)."""

    dialect: Dialect = DIALECT
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self._folder.name), self.dialect)
        self.story: list[str] = []
        for _ in range(2):
            self.world.add_kiosk(**self.options)

    def did(self, *what: object) -> None:
        """Into the story. A second goes by, so that no two actions happen at once."""
        self.world.time.wait(1)
        at = self.world.time.seconds
        self.story.append(f"{at:9.1f} s  " + " ".join(str(part) for part in what))

    # patrons

    def checkout(self, kiosk: int, patron: str, item: str) -> None:
        self.did("kiosk", kiosk, "checkout", patron, item, "->", self.world.kiosks[kiosk].checkout(patron, item))

    def checkin(self, kiosk: int, item: str) -> None:
        self.did("kiosk", kiosk, "checkin", item, "->", self.world.kiosks[kiosk].checkin(item))

    def renew(self, kiosk: int, patron: str, item: str) -> None:
        self.did("kiosk", kiosk, "renew", patron, item, "->", self.world.kiosks[kiosk].renew(patron, item))

    def pay(self, kiosk: int, patron: str) -> None:
        self.did("kiosk", kiosk, "pay", patron, "->", self.world.kiosks[kiosk].pay(patron, 1000))

    def ask(self, kiosk: int, patron: str, item: str) -> None:
        """Questions have no effect, but may find the system away, or back."""
        one = self.world.kiosks[kiosk]
        for question in (
            lambda: one.desk.patron(PatronRef(patron)),
            lambda: one.desk.item(item),
            lambda: one.desk.end_visit(PatronRef(patron)),
        ):
            one.living(question)
        self.did("kiosk", kiosk, "asks about", patron, item)

    # staff

    def staff_checkout(self, patron: str, item: str) -> None:
        self.did("staff checkout", patron, item, "->", self.world.ils.staff_checkout(patron, item))

    def staff_checkin(self, item: str) -> None:
        self.did("staff checkin", item, "->", self.world.ils.staff_checkin(item))

    def staff_renew(self, item: str) -> None:
        self.did("staff renew", item, "->", self.world.ils.staff_renew(item))

    def block(self, patron: str, blocked: bool) -> None:
        self.did("block" if blocked else "unblock", patron)
        self.world.ils.holdings.members[patron].blocked = blocked

    # the network, the power, the clock

    def fault(self, wrong: Wrong, codes: tuple[str, ...], seconds: float) -> None:
        self.did("next", codes or "request", "will be", wrong, f"{seconds:.0f} s")
        self.world.ils.faults.add(wrong, *codes, seconds=seconds)

    def outage(self, away: bool) -> None:
        self.did("system away" if away else "system back")
        self.world.ils.down = away
        self.world.ils.plan = (lambda code: Fault(Wrong.DROP_BEFORE)) if away else None

    def wait(self, seconds: float) -> None:
        self.did("wait", seconds)
        self.world.time.wait(seconds)
        self.world.ils.run_due()

    def tend(self, kiosk: int, times: int = 1) -> None:
        """Background work, as often as it wants to be called."""
        for _ in range(times):
            pause = self.world.kiosks[kiosk].tend()
            self.did("kiosk", kiosk, "tends ->", f"{pause:.1f}")
            self.world.time.wait(min(pause, 15.0))

    def crash_at(self, kiosk: int, point: str, skip: int) -> None:
        self.did("kiosk", kiosk, "will die at", point, "after", skip)
        self.world.kiosks[kiosk].die_at = (point, skip)

    def switch(self, kiosk: int) -> None:
        """On if it is dead, else off and on."""
        self.did("kiosk", kiosk, "is switched off and on")
        self.world.kiosks[kiosk].restart()

    def jump(self, kiosk: int, by: timedelta, synced: bool) -> None:
        self.did("kiosk", kiosk, "clock is off by", by, "synced" if synced else "unsynced")
        clock = self.world.kiosks[kiosk].clock
        clock.off_by = max(by, datetime(1970, 1, 2, tzinfo=UTC) - self.world.time.now())
        clock.synced = synced

    # the end

    def end(self) -> Verdict:
        """Everything heals; what is wrong then?"""
        self.did("everything heals")
        settle(self.world)
        return judge(self.world)

    def close(self) -> None:
        self.world.close()
        self._folder.cleanup()

    def faults(self) -> Counter[str]:
        """What has gone wrong so far, by kind."""
        found = Counter(fault.wrong.value for fault in self.world.ils.injected)
        return found + Counter({f"crash at {point}": count for point, count in self.world.crashes.items()})


def random_step(life: Life, dice: random.Random) -> None:
    """One action by dice: patrons most of all, and something goes wrong every few steps."""
    kiosk, patron, item = (
        dice.randrange(2),
        dice.choice(PATRONS),
        dice.choice(ITEMS[:2] if dice.random() < 0.6 else ITEMS),
    )
    roll = dice.random()
    if roll < 0.16:
        life.checkout(kiosk, patron, item)
    elif roll < 0.28:
        life.checkin(kiosk, item)
    elif roll < 0.32:
        life.renew(kiosk, patron, item)
    elif roll < 0.33:
        life.pay(kiosk, patron)
    elif roll < 0.36:
        life.ask(kiosk, patron, item)
    elif roll < 0.44:
        _staff_step(life, dice, patron, item)
    elif roll < 0.64:
        _fault_step(life, dice)
    elif roll < 0.70:
        life.outage(dice.random() < 0.5)
    elif roll < 0.78:
        life.wait(dice.choice(WAITS))
    elif roll < 0.93:
        life.tend(kiosk, dice.choice((1, 1, 3, 8)))
    elif roll < 0.96:
        life.crash_at(kiosk, dice.choice(POINTS), dice.randrange(2))
    elif roll < 0.99:
        life.switch(kiosk)
    else:
        life.jump(kiosk, dice.choice(JUMPS), dice.random() < 0.5)


def _fault_step(life: Life, dice: random.Random) -> None:
    """Most often to an operation; late execution most of all, because it is the hardest to live with."""
    codes = dice.choice(CODES[:4] if dice.random() < 0.8 else CODES)
    if codes == ("connect",):
        life.fault(dice.choice((Wrong.REFUSED, Wrong.CLOSED_AT_ONCE)), codes, 0.0)
    elif dice.random() < 0.25:
        life.fault(Wrong.EXECUTED_LATE, codes, dice.uniform(2, 29) if dice.random() < 0.7 else dice.uniform(30, 120))
    else:
        life.fault(dice.choice(REQUEST_FAULTS), codes, dice.uniform(0, 120))


def _staff_step(life: Life, dice: random.Random, patron: str, item: str) -> None:
    roll = dice.random()
    if roll < 0.35:
        life.staff_checkout(patron, item)
    elif roll < 0.75:
        life.staff_checkin(item)
    elif roll < 0.85:
        life.staff_renew(item)
    else:
        life.block(patron, dice.random() < 0.4)


def walk(life: Life, seed: int, steps: int = 40) -> Verdict:
    """A day by dice, and its end."""
    dice = random.Random(seed)
    for _ in range(steps):
        random_step(life, dice)
    return life.end()
