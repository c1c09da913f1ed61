"""A whole kiosk on a disk that loses power: a loan, the work in between, a return, and what the oracle says of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rig.apsw_as_sqlite3 import connecting_to
from rig.disk import Disk, PowerCutError
from rig.oracle import Verdict, judge, settle
from rig.world import World

from kiosk.circulation.sip2.emulator import Wrong


@dataclass(frozen=True)
class Visited:
    """How many steps the disk made before the power went, or before the visit's end; and what was wrong afterwards."""

    steps: int
    cut: bool
    verdict: Verdict


def visit(folder: Path, wrong: Wrong | None, cut_at: int | None, seed: int = 0, *, durability: str = "FULL") -> Visited:
    """``wrong`` happens to the loan; the power goes before step ``cut_at``; ``seed`` dices what the disk keeps.

    ``durability``: SQLite's ``synchronous``, for a control.
    """
    world, disk = World(folder), Disk(cut_at=cut_at)
    try:
        kiosk = world.add_kiosk(connect=connecting_to(disk), durability=durability)
    except PowerCutError:
        return Visited(disk.steps, True, Verdict())  # before there was a kiosk
    try:
        if wrong is not None:
            world.ils.faults.add(wrong, "11")
        kiosk.checkout("P1", "B1")
        world.time.wait(1)
        for _ in range(8):
            world.time.wait(min(kiosk.tend(), 20))
        kiosk.checkin("B1")
        world.time.wait(1)
    except PowerCutError:
        world.busy_with.clear()
    steps, cut = disk.steps, disk.dead
    disk.calm()
    if cut:
        kiosk.stop()
        kiosk.connect_to(connecting_to(Disk(disk.image(seed))))
    settle(world)
    verdict = judge(world)
    world.close()
    return Visited(steps, cut, verdict)
