"""What the campaigns have found, each as the smallest story that shows it."""

from __future__ import annotations

from pathlib import Path

from rig.oracle import judge, settle
from rig.world import World

from kiosk.circulation.port import Returned, Unknown
from kiosk.circulation.sip2.emulator import Wrong


def test_a_renewal_that_only_looks_done_does_not_make_a_newer_loan_ours(tmp_path: Path) -> None:
    """P1 asks to renew what P2 has, and no answer comes. The copy comes back at the kiosk while the line is down;
    staff take it in, and days later lend it to P1. To the return that waits in the kiosk that loan is none of ours."""
    world = World(tmp_path)
    kiosk = world.add_kiosk()
    world.ils.staff_checkout("P2", "B1")
    world.time.wait(60)
    world.ils.faults.add(Wrong.DROP_AFTER, "29")
    assert isinstance(kiosk.renew("P1", "B1"), Unknown)
    world.ils.down = True
    world.time.wait(60)
    returned = kiosk.checkin("B1")
    assert isinstance(returned, Returned)
    assert returned.estimated
    world.time.wait(60)
    world.ils.staff_checkin("B1")
    world.time.wait(2 * 24 * 3600)
    world.ils.staff_checkout("P1", "B1")
    settle(world)
    loan = world.ils.loan("B1")
    assert loan is not None
    assert loan.member == "P1"
    assert judge(world).violations == []
    world.close()
