"""What must hold of a world when everything has calmed down, judged from its receipts, journals and effects alone.

The oracle knows nothing of how a replay decides. It compares what patrons were told (receipts), what the kiosks wrote
down (journals), and what really happened (the system's log of effects, in true time).

Four things no kiosk can know over SIP2 are *hazards*: counted and printed, never hidden, and not violations:

* ``late``: the system carried out a request later than the quiet time after it came;
* ``overtaken``: a request on its way was overtaken by somebody else's change, and then carried out on top of it;
* ``moved``: somebody undid an operation before its fate could be looked at, so that it looks as if it never happened;
* ``same-mark``: a loan ended and another one of the same due date, or to the same patron, began; SIP2 shows no more.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from rig.world import QUIET, Receipt, World

from kiosk.circulation.journal import Kind
from kiosk.circulation.journal_file import Entry
from kiosk.circulation.sip2.emulator import Effect

#: The longest that a kiosk waits before it tries something again, in seconds, and a little more.
LONGEST_WAIT = 700.0
_ENDS = {"done", "conflict", "refused", "resolved"}


@dataclass
class Verdict:
    """Sentences about what is wrong, and counts of what nobody could have known."""

    violations: list[str] = field(default_factory=list)
    hazards: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Loan:
    """A loan of one copy, from the log. ``taken``: when the patron truly took the copy, which the system may have
    heard of only later."""

    member: str
    due: date | None
    begun: datetime
    ended: datetime | None
    taken: datetime


class Oracle:
    """Judges one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._effects = list(world.ils.effects)
        self._of_op: dict[str, list[Effect]] = defaultdict(list)
        self._of_item: dict[str, list[Effect]] = defaultdict(list)
        for effect in self._effects:
            self._of_op[effect.op].append(effect)
            self._of_item[effect.item].append(effect)
        self._entries: dict[str, Entry] = {}
        self.verdict = Verdict()

    def judge(self) -> Verdict:
        """Everything."""
        for kiosk in self._world.kiosks:
            for problem in kiosk.journal.verify():
                self._wrong(f"{kiosk.name}'s journal: {problem}")
            for entry in kiosk.journal.entries():
                self._entries[entry.op] = entry
        for receipt in self._world.receipts:
            self._receipt(receipt)
        for entry in self._entries.values():
            self._ending(entry)
            self._once(entry)
            if entry.kind == Kind.CHECKIN:
                self._others_loans(entry)
        for op in self._of_op.keys() - self._entries.keys() - {""}:
            self._wrong(f"{op} had an effect and is in no journal")
        return self.verdict

    def _wrong(self, sentence: str) -> None:
        self.verdict.violations.append(sentence)

    # receipts

    def _receipt(self, receipt: Receipt) -> None:
        entry = self._entries.get(receipt.op)
        if entry is None:
            self._wrong(f"{receipt.op}: a receipt without a row")
        elif not (entry.promised or entry.state == "done"):
            self._wrong(f"{receipt.op}: a receipt, but the journal says {entry.state} and no promise")
        elif (entry.kind, entry.item) != (receipt.kind.value, receipt.item):
            self._wrong(
                f"{receipt.op}: a receipt for {receipt.kind} {receipt.item}, a row for {entry.kind} {entry.item}"
            )

    # how each operation ended

    def _ending(self, entry: Entry) -> None:
        said = any(receipt.op == entry.op for receipt in self._world.receipts)
        if entry.state not in _ENDS:
            self._wrong(f"{entry.op}: still {entry.state} when all was over")
        if entry.state == "refused" and (said or entry.promised):
            self._wrong(f"{entry.op}: refused, but somebody was promised it")
        if entry.state == "refused" and self._of_op[entry.op]:
            self._refused_after_all(entry)
        if entry.state == "done" and not self._is_true(entry):
            self._wrong(f"{entry.op}: done, but it never was so ({entry.kind} {entry.item})")
        if entry.state == "done" and entry.promised and entry.kind == Kind.CHECKOUT:
            self._promise_kept(entry)

    def _refused_after_all(self, entry: Entry) -> None:
        effect = self._of_op[entry.op][-1]
        if effect.late > QUIET:
            self.verdict.hazards["late"] += 1
        elif any(
            other.at >= effect.at and other.op != entry.op and other.kind in ("checkin", "checkout")
            for other in self._of_item[entry.item]
        ):
            self.verdict.hazards["moved"] += 1
        else:
            self._wrong(f"{entry.op}: refused, but it happened")

    def _promise_kept(self, entry: Entry) -> None:
        dues = [effect.due for effect in self._of_op[entry.op] if effect.kind == "checkout" and effect.due is not None]
        if dues and entry.promised_due is not None and dues[0] < entry.promised_due:
            self._wrong(f"{entry.op}: done, but due {dues[0]} instead of the promised {entry.promised_due}")

    def _is_true(self, entry: Entry) -> bool:
        """Whether what the patron wanted was so at some time after it was asked for."""
        if self._of_op[entry.op]:
            return True
        asked = self._world.asked[entry.op]
        loans = self._loans(entry.item)
        later = [loan for loan in loans if loan.ended is None or loan.ended >= asked]
        if entry.kind == Kind.CHECKOUT:
            return any(loan.member == self._world.asking[entry.op] for loan in later)
        if entry.kind == Kind.CHECKIN:
            ended = any(loan.ended is not None and loan.ended >= asked for loan in loans)
            return ended or not any(loan.begun <= asked for loan in later)
        if entry.kind == Kind.RENEW:
            return any(
                effect.kind in ("renew", "checkout") and effect.at >= asked for effect in self._of_item[entry.item]
            )
        return False

    # at most one effect

    def _once(self, entry: Entry) -> None:
        effects = sorted(self._of_op[entry.op], key=lambda effect: effect.at)
        for first, second in itertools.pairwise(effects):
            if max(first.late, second.late) > QUIET:
                self.verdict.hazards["late"] += 1
            elif self._somebody_between(first, second):
                self.verdict.hazards["moved"] += 1
            else:
                self._wrong(f"{entry.op}: {first.kind} and {second.kind} of {entry.item} from one {entry.kind}")

    def _somebody_between(self, first: Effect, second: Effect) -> bool:
        return any(
            effect.op != first.op and first.at <= effect.at <= second.at and effect.kind in ("checkin", "checkout")
            for effect in self._of_item[first.item]
        )

    # nobody else's loan

    def _others_loans(self, entry: Entry) -> None:
        """A return ends the loan that was there when the book was given back, and no newer one."""
        asked = self._world.asked[entry.op]
        for effect in self._of_op[entry.op]:
            loan = next(loan for loan in self._loans(entry.item) if loan.ended == effect.at)
            if loan.taken <= asked:
                continue
            if effect.late and loan.begun >= effect.at - timedelta(seconds=effect.late):
                self.verdict.hazards["late" if effect.late > QUIET else "overtaken"] += 1
            elif self._looks_the_same(entry, loan):
                self.verdict.hazards["same-mark"] += 1
            else:
                self._wrong(f"{entry.op}: ended a loan of {loan.member} that began after the book was given back")

    def _looks_the_same(self, entry: Entry, loan: _Loan) -> bool:
        same_due = loan.due is not None and loan.due == self._due_before(entry)
        return same_due or self._looked_like_ours(entry, loan)

    def _looked_like_ours(self, entry: Entry, loan: _Loan) -> bool:
        """The last thing this kiosk did with the copy was to lend it to the same patron: it took the newer loan for
        that one."""
        kiosk = entry.op.partition("/")[0]
        mine = [other for other in self._entries.values() if other.op.partition("/")[0] == kiosk]
        moved = [other for other in mine if other.item == entry.item and other.state != "refused"]
        before = max((other for other in moved if other.seq < entry.seq), key=lambda other: other.seq, default=None)
        if before is None or before.kind != Kind.CHECKOUT or before.state != "done":
            return False
        return self._world.asking[before.op] == loan.member

    def _due_before(self, entry: Entry) -> date | None:
        """The due date that the system showed when the return was asked for, if the copy was on loan."""
        due: date | None = None
        for effect in self._of_item[entry.item]:
            if effect.at > self._world.asked[entry.op] or effect.op == entry.op:
                break
            due = effect.due
        return due

    def _loans(self, item: str) -> list[_Loan]:
        loans: list[_Loan] = []
        for effect in self._of_item[item]:
            if effect.kind == "checkout":
                taken = self._world.asked.get(effect.op, effect.at)
                loans.append(_Loan(effect.member, effect.due, effect.at, None, taken))
            elif loans:
                last = loans[-1]
                ended = effect.at if effect.kind == "checkin" else None
                due = effect.due if effect.kind == "renew" else last.due
                loans[-1] = replace(last, due=due, ended=ended)
        return loans


def judge(world: World) -> Verdict:
    """What is wrong with this world."""
    return Oracle(world).judge()


def heal(world: World) -> None:
    """The network is whole, clocks are right, and every kiosk is on."""
    world.ils.faults.clear()
    world.ils.plan = None
    world.ils.down = False
    for kiosk in world.kiosks:
        kiosk.die_at = None
        kiosk.clock.off_by = timedelta(0)
        if kiosk.dead:
            kiosk.clock.reboot()
            kiosk.start()
    world.time.wait(200)


def tend_until_idle(world: World, *, rounds: int = 3000) -> None:
    """Each kiosk does its background work, and time passes, until nothing has changed for longer than any wait."""
    changed_at = world.time.seconds
    for _ in range(rounds):
        before = _open(world)
        pause = min(kiosk.tend() for kiosk in world.kiosks)
        world.time.wait(min(max(pause, 0.5), 60.0))
        if before != _open(world) or not all(kiosk.desk.online for kiosk in world.kiosks):
            changed_at = world.time.seconds
        waits = any(kiosk.journal.waiting() for kiosk in world.kiosks)
        if world.time.seconds - changed_at > (LONGEST_WAIT if waits else 1.0):
            return


def settle(world: World) -> None:
    """Everything heals and is led on; staff settle each conflict, and what waited behind it is led on too."""
    heal(world)
    for _ in range(50):
        tend_until_idle(world)
        conflicts = [(kiosk, entry) for kiosk in world.kiosks for entry in kiosk.journal.entries("conflict")]
        if not conflicts:
            break
        for kiosk, entry in conflicts:
            world.conflicts[entry.why.partition(":")[0]] += 1
            kiosk.journal.resolve(entry.op, who="Rina", why="settled by hand")
    world.time.wait(200)
    world.ils.run_due()


def _open(world: World) -> list[list[tuple[str, str]]]:
    return [[(entry.op, entry.state) for entry in kiosk.journal.unsettled()] for kiosk in world.kiosks]
