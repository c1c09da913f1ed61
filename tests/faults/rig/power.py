"""Power cuts in the journal: cut before every step the disk makes, look at what the next start finds.

A *workload* writes into a journal and says, after each call that returned, what was acknowledged by it. Whatever was
acknowledged must be there after any cut; whatever was not may be there or not, but never in part.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from rig.apsw_as_sqlite3 import connecting_to
from rig.cuts import Cuts, cut_before_each_step
from rig.disk import Disk, PowerCutError

from kiosk.circulation.errors import JournalError
from kiosk.circulation.journal import Journal, Kind, Operation, State
from kiosk.circulation.port import Item, PatronRef
from kiosk.circulation.promises import Promise

#: A checkpoint after this many pages of WAL instead of 1000, so that cuts fall into checkpoints too.
_CHECKPOINT = "PRAGMA wal_autocheckpoint=6"
#: The control: what a journal that does not wait for the disk would do.
_CONTROL = "NORMAL"


class StillClock:
    """A clock that ticks when asked."""

    def __init__(self) -> None:
        self._ticks = itertools.count(1)
        self.at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def monotonic_ns(self) -> int:
        return next(self._ticks)

    def boot_id(self) -> str:
        return "boot"

    def quality(self) -> str:
        return "ntp"


@dataclass
class Acknowledged:
    """What the journal has said yes to: operation -> its states so far, the wishes for security bits, and whose number
    is forgotten."""

    states: dict[str, list[str]] = field(default_factory=dict)
    bits: dict[str, bool] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)

    def add(self, op: str, *states: State) -> None:
        self.states.setdefault(op, []).extend(state.value for state in states)


#: How patrons' numbers begin here.
_NUMBER = b"A000"
PROMISE = Promise(Item("B2", "a book"), date(2026, 12, 1))
Workload = Callable[[Journal, Acknowledged], None]


def operations(journal: Journal, said: Acknowledged) -> None:
    """Everything a journal does in a day, once or twice."""
    for n in range(3):
        op = f"op-{n}"
        journal.record(Operation(op, Kind.CHECKOUT, PatronRef(f"{_NUMBER.decode()}{n}"), f"B{n}"), then=State.SENDING)
        said.add(op, State.RECORDED, State.SENDING)
        end = (State.DONE, State.REFUSED, State.UNKNOWN)[n]
        journal.move(op, end, promise=PROMISE if end is State.UNKNOWN else None)
        said.add(op, end)
    for uid in ("E004", "E005"):
        journal.security_want([uid], True, "B0", "checkin")
        said.bits[uid] = True
    for step in (State.PROBING, State.CONFLICT):
        journal.move("op-2", step, why="on-loan")
        said.add("op-2", step)
    journal.resolve("op-2", who="Rina", why="book was on the shelf")
    said.add("op-2", State.RESOLVED)
    del said.bits["E004"]
    journal.security_done("E004")
    journal.forget(datetime(2027, 1, 1, tzinfo=UTC))
    said.forgotten |= {"op-0", "op-1", "op-2"}
    journal.record(Operation("op-3", Kind.CHECKIN, None, "B7"))
    said.add("op-3", State.RECORDED)


def run_until_cut(
    workload: Workload, folder: Path, cut_at: int | None, *, control: bool, files: dict[str, bytes] | None = None
) -> tuple[Disk, Acknowledged]:
    """One run; the disk tells afterwards whether the power went (``dead``)."""
    disk, said = Disk(files, cut_at=cut_at), Acknowledged()
    connect, durability = connecting_to(disk, _CHECKPOINT), _CONTROL if control else "FULL"
    journal: Journal | None = None
    try:
        journal = Journal.open(
            folder / "journal.sqlite", kiosk="kiosk-1", clock=StillClock(), connect=connect, durability=durability
        )
        workload(journal, said)
        journal.close()
    except PowerCutError:
        if journal is not None:
            journal.close()
    return disk, said


def problems_after(
    image: dict[str, bytes], folder: Path, said: Acknowledged, *, cut_at: int | None = None
) -> list[str]:
    """What the next start finds wrong. With ``cut_at`` that start is cut too, and it is the one after it that looks."""
    if said.forgotten and any(_NUMBER in content for content in image.values()):
        return ["a patron's number that was forgotten is still on the disk"]
    disk = Disk(image, cut_at=cut_at)
    try:
        journal = _reopen(folder, disk)
    except PowerCutError:
        return problems_after(disk.image(cut_at or 0), folder, said)
    except JournalError as error:
        return [f"the journal does not open: {error}"]
    try:
        found = _problems(journal, said)
        journal.close()
        return found
    except PowerCutError:
        journal.close()
        return problems_after(disk.image(cut_at or 0), folder, said)


def _reopen(folder: Path, disk: Disk) -> Journal:
    return Journal.open(folder / "journal.sqlite", kiosk="kiosk-1", clock=StillClock(), connect=connecting_to(disk))


def _problems(journal: Journal, said: Acknowledged) -> list[str]:
    found = [f"chain: {problem}" for problem in journal.verify()]
    entries = {entry.op: entry for entry in journal.entries()}
    for op, states in said.states.items():
        there = journal.history(op)
        if there[: len(states)] != states:
            found.append(f"{op} was acknowledged as {states}, but is {there}")
        elif op in said.forgotten and entries[op].patron is not None:
            found.append(f"{op}: the patron's number was forgotten and is there again")
    if len(entries.keys() - said.states.keys()) > 1:
        found.append("several operations are there that nobody acknowledged")
    wanted = journal.security_wanted()
    found += [f"the wish for the bit of {uid} is gone" for uid in said.bits if uid not in wanted]
    return found


def cut_everywhere(workload: Workload, seeds: range, *, control: bool = False) -> Cuts:
    """Cuts in a workload."""
    return cut_before_each_step(partial(run_until_cut, workload, control=control), problems_after, seeds)
