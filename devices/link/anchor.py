"""When a device must write down that its boot clock and UTC belong together. Pure."""

from __future__ import annotations

from typing import Final

from devices.contract import Anchor
from devices.contract import Clock as Quality
from devices.link.clock import Moment

#: A clock that drifts less than this from the last anchor has not stepped: 2 s, and 100 parts in a million.
STEP_MS: Final = 2_000
DRIFT: Final = 100e-6


def anchor_due(previous: Anchor | None, now: Moment) -> bool:
    """Whether an anchor row is due: the first synced moment of a boot, and again after a step of the clock.

    ``previous`` is the last anchor of the same boot. Rows of that boot written before the first anchor get their UTC
    from it afterwards; after a step both anchors stay, and a reader uses the nearest.
    """
    if now.utc is None or now.clk is not Quality.SYNCED:
        return False
    if previous is None:
        return True
    elapsed = now.bt - previous.bt
    off = abs(now.utc - previous.utc - elapsed)
    return off > STEP_MS + DRIFT * abs(elapsed)
