"""Days of one kiosk whose books have tags: laid down, pulled away, stubborn; the plug pulled at every step.

What is judged at the end of a day, from the library system's record and the tags alone: a book on loan whose alarm is
on, or a book not on loan whose alarm is off, must be on the kiosk's list. And at every moment: no alarm goes off on a
book that is neither on loan in the system nor promised here. Last, every book is laid down once more, and all is right.

Staff see to a book whose operation was a conflict, and leave one alone whose operation is still open here: a loan that
is replayed after the book came back over the counter is on record wrongly, whatever its tag says.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig.life import POINTS
from rig.oracle import heal, tend_until_idle
from rig.world import ITEMS, PATRONS, LivingKiosk, World

from kiosk.circulation.journal import Kind
from kiosk.circulation.port import Borrowed, PatronRef, Returned
from kiosk.circulation.sip2.emulator import Fault, Wrong
from kiosk.circulation.sip2.emulator.holdings import Denied
from kiosk.session.gate import Gate
from kiosk.session.model import Stuck

#: Where a kiosk may die because of its tags, beside the desk's own points.
TAG_POINTS = tuple(
    f"{when} {what}"
    for what in ("security_ask", "security_want", "security_done", "write")
    for when in ("before", "after")
)
BOOKS = ITEMS[:3]
_WRONG = (Wrong.SILENT, Wrong.DEAF, Wrong.DROP_BEFORE, Wrong.DROP_AFTER, Wrong.EXECUTED_LATE, Wrong.HALF_DROP)


def uid_of(item: str) -> str:
    """The one tag of a book."""
    return f"E00401000000{item.encode().hex().upper()}"


class TaggedKiosk(LivingKiosk):
    """A kiosk with a pad. ``lying`` are the books on it, ``stubborn`` how often each next write fails."""

    def __init__(self, day: Day, gate: type[Gate]) -> None:
        self.day, self._gate_type = day, gate
        self.lying: set[str] = set()
        self.stubborn = 0
        self.visit = 1
        super().__init__(day.world, "kiosk-1", durability="OFF")  # it is killed, the power stays

    def start(self) -> None:
        """Switch it on. Whatever lies there is read again."""
        super().start()
        self.living(self._begin)

    def _begin(self) -> None:
        for name in ("security_ask", "security_want", "security_done"):
            setattr(self.journal, name, self._mortal(name, getattr(self.journal, name)))
        self.gate = self._gate_type(
            self.desk,
            self.journal,
            secure=self._write,
            submit=lambda _, job: job(),
            visit=lambda: self.visit,
            clock=lambda: self.world.time.seconds,
        )
        self.gate.begin()
        for item in sorted(self.lying):
            self.gate.lies(uid_of(item), item)

    def _mortal(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def around(*given: Any) -> Any:
            self._point(f"before {name}")
            answer = call(*given)
            self._point(f"after {name}")
            return answer

        return around

    def _write(self, uid: str, armed: bool) -> None:
        item = next(item for item in BOOKS if uid_of(item) == uid)
        if item not in self.lying:
            self.gate.written(uid, armed, False, Stuck.LEFT)
        elif self.stubborn:
            self.stubborn -= 1
            self.gate.written(uid, armed, False, Stuck.MOVE)
        else:
            self._point("before write")
            self.day.wrote(item, armed)
            self._point("after write")
            self.gate.written(uid, armed, True, Stuck.LEFT)

    def tend(self) -> float:
        """What the worker does between patrons."""
        pause = super().tend()
        self.living(lambda: self.gate.tend())
        return pause

    # what people do

    def lay(self, item: str) -> None:
        """The pad reads the tag."""
        self.lying.add(item)
        self.living(lambda: self.gate.lies(uid_of(item), item))

    def lift(self, item: str) -> None:
        """The tag leaves."""
        self.lying.discard(item)
        if not self.dead:
            self.gate.left(uid_of(item))

    def lend(self, patron: str, item: str, *, pulled: bool) -> Any:
        """A loan of what lies there; ``pulled``: the patron has it in hand again before the answer."""
        uids = (uid_of(item),)
        outcome = self._told(
            Kind.CHECKOUT, patron, item, lambda: self.gate.checkout(self.visit, PatronRef(patron), item, uids)
        )
        self._settle(item, outcome, pulled=pulled, armed=False)
        return outcome

    def take_in(self, item: str, *, pulled: bool) -> Any:
        """A return of what lies there."""
        outcome = self._told(Kind.CHECKIN, "", item, lambda: self.gate.checkin(self.visit, item, (uid_of(item),)))
        self._settle(item, outcome, pulled=pulled, armed=True)
        return outcome

    def _settle(self, item: str, outcome: Any, *, pulled: bool, armed: bool) -> None:
        if pulled:
            self.lift(item)
        if isinstance(outcome, Borrowed | Returned) and item in self.lying:
            self.living(lambda: self.gate.order(self.visit, uid_of(item), armed))


@dataclass
class Day:
    """One world with one kiosk; ``armed`` is what the tags hold, ``with_staff`` the books that were in a conflict."""

    gate: type[Gate] = Gate

    def __post_init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self._folder.name))
        self.armed = dict.fromkeys(BOOKS, True)
        self.with_staff: set[str] = set()
        self.violations: list[str] = []
        self.story: list[str] = []
        self.kiosk = TaggedKiosk(self, self.gate)
        self.world.kiosks.append(self.kiosk)

    def did(self, *what: object) -> None:
        """Into the story."""
        self.world.time.wait(1)
        self.story.append(f"{self.world.time.seconds:8.0f} s  " + " ".join(map(str, what)))

    def wrote(self, item: str, armed: bool) -> None:
        """A tag takes a value, and somebody watches."""
        self.armed[item] = armed
        self.did("tag of", item, "on" if armed else "off")
        if armed or self.on_loan(item):
            return
        open_here = [entry for entry in self.kiosk.journal.unsettled() if entry.item == item]
        if not any(entry.promised and entry.kind == Kind.CHECKOUT for entry in open_here):
            self.violations.append(f"the alarm of {item} went off, and nobody has it")

    def on_loan(self, item: str) -> bool:
        """By the library system's record."""
        return item in self.world.ils.holdings.loans

    # actions

    def visit(self, dice: random.Random) -> None:
        """Somebody borrows or returns one book, in one visit."""
        item, patron = dice.choice(BOOKS), dice.choice(PATRONS)
        self.kiosk.lay(item)
        pulled, stays = dice.random() < 0.3, dice.random() < 0.15
        self.kiosk.stubborn = dice.choice((0, 0, 0, 1, 4))
        if dice.random() < 0.55:
            self.did("borrow", patron, item, "pulled" * pulled, "->", self.kiosk.lend(patron, item, pulled=pulled))
        else:
            self.did("return", item, "pulled" * pulled, "->", self.kiosk.take_in(item, pulled=pulled))
        if dice.random() < 0.3:
            self.kiosk.lay(item)  # put back in the same visit
            self.did("put back", item)
        self.kiosk.visit += 1
        if not stays:
            self.kiosk.lift(item)

    def lay(self, item: str) -> None:
        """A book is laid down in passing, and taken away."""
        self.kiosk.lay(item)
        self.did("laid down", item)
        self.kiosk.lift(item)

    def staff(self, dice: random.Random) -> None:
        """Over the counter, with a station that sets the tag right; not while an operation here is open."""
        item = dice.choice(BOOKS)
        if self.kiosk.dead or any(entry.item == item for entry in self.kiosk.journal.unsettled()):
            return
        lends = dice.random() < 0.5
        ils = self.world.ils
        done = ils.staff_checkout(dice.choice(PATRONS), item) if lends else ils.staff_checkin(item)
        if not isinstance(done, Denied):
            self.armed[item] = not lends
            self.did("staff", "lend" if lends else "take in", item)

    def trouble(self, dice: random.Random) -> None:
        """Something goes wrong, now or at the next chance."""
        roll = dice.random()
        if roll < 0.35:
            self.kiosk.die_at = (dice.choice((*POINTS, *TAG_POINTS, *TAG_POINTS)), 0)
            self.did("will die", self.kiosk.die_at)
        elif roll < 0.6:
            wrong = dice.choice(_WRONG)
            self.world.ils.faults.add(wrong, *dice.choice((("11",), ("09",), ("17",))), seconds=dice.uniform(1, 25))
            self.did("next will be", wrong)
        elif roll < 0.75:
            away = dice.random() < 0.5
            self.world.ils.down = away
            self.world.ils.plan = (lambda code: Fault(Wrong.DROP_BEFORE)) if away else None
            self.did("system", "away" if away else "back")
        else:
            self.did("switched off and on")
            self.kiosk.restart()

    def step(self, dice: random.Random) -> None:
        """One action by dice."""
        roll = dice.random()
        if self.kiosk.dead and dice.random() < 0.7:
            self.kiosk.restart()
            self.did("on again")
        elif roll < 0.4:
            self.visit(dice)
        elif roll < 0.5:
            self.lay(dice.choice(BOOKS))
        elif roll < 0.58:
            self.staff(dice)
        elif roll < 0.78:
            self.trouble(dice)
        else:
            self.tend(dice.choice((1, 3, 8)))

    def tend(self, times: int) -> None:
        """Time passes, and the kiosk does its background work."""
        for _ in range(times):
            self.world.time.wait(max(1.0, min(self.kiosk.tend(), 40.0)))
            self.world.ils.run_due()

    # the end

    def end(self) -> list[str]:
        """Everything heals; what is wrong then?"""
        heal(self.world)
        self.kiosk.stubborn = 0
        for item in BOOKS:
            self.kiosk.lift(item)
        for _ in range(20):
            tend_until_idle(self.world)
            conflicts = self.kiosk.journal.entries("conflict")
            if not conflicts:
                break
            for entry in conflicts:
                self.with_staff.add(entry.item)
                self.kiosk.journal.resolve(entry.op, who="Rina", why="settled, and the book was set right")
        self.kiosk.tend()
        listed = self.kiosk.journal.security_wanted()
        for item in BOOKS:
            if item in self.with_staff:
                self.armed[item] = not self.on_loan(item)
            elif self.armed[item] is self.on_loan(item) and uid_of(item) not in listed:
                record = "on loan" if self.on_loan(item) else "in the library"
                self.violations.append(f"{item} is {record}, its bit is wrong, and it is not on the list")
        for item in BOOKS:
            self.lay(item)
        for item in set(BOOKS) - self.with_staff:
            if self.armed[item] is self.on_loan(item):
                self.violations.append(f"{item} was laid down and its bit is still wrong")
        if self.kiosk.journal.security_wanted():
            self.violations.append("every book was laid down, and the list is not empty")
        return self.violations

    def close(self) -> None:
        """Away with it."""
        self.world.close()
        self._folder.cleanup()


def walk_tags(seed: int, gate: type[Gate] = Gate, steps: int = 30) -> tuple[list[str], list[str], int]:
    """A day by dice: what was violated, the story, and how often something went wrong."""
    day, dice = Day(gate), random.Random(seed)
    try:
        for _ in range(steps):
            day.step(dice)
        violations = day.end()
        return violations, day.story, sum(day.world.crashes.values()) + len(day.world.ils.injected)
    finally:
        day.close()


class Forgetful(Gate):
    """Control: writes no tags down before it asks."""

    def _asked(self, uids: Any, item: str, *, armed: bool) -> bool:
        return True


class Rash(Gate):
    """Control: carries an old wish out without asking."""

    def _right_value(self, where: Any, wish: Any, *, promised: bool) -> bool | None:
        return bool(wish.armed)


#: Name of the defect -> the gate that has it.
TAG_CONTROLS: dict[str, type[Gate]] = {"writes nothing down first": Forgetful, "does not ask again": Rash}
