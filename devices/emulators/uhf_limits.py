"""What line and air need for a pile on an M100 desk, frame by frame, with a driver that takes no time at all.

Sizes are those of the vendors' frames, of which 7 bytes are no fields; times on the air are those of
:mod:`devices.emulators.air`. A tag is known when ``seen`` rounds have heard it; its notice is on the line while the
next tag is in the air, so only the last one's counts. An alarm is one selection for the tag, the one word that changes
written, and PC and EPC read back.
"""

from __future__ import annotations

import statistics
from typing import Final

from devices.emulators import air
from devices.emulators.air import Turn

_FRAME: Final = 7
_POLL: Final = _FRAME + 3
_DONE: Final = _FRAME + 1
_SELECT: Final = _FRAME + 7
_ACCESS: Final = _FRAME + 9
#: The length of what follows, and the PC: an answer names the tag with these and the EPC.
_NAMED: Final = 3
#: RSSI, PC and checksum around the EPC.
_NOTICE: Final = _FRAME + 5


def known_s(tags: int, seen: int, epc_bytes: int, byte_s: float) -> float:
    """Seconds until so many tags, laid down at once, have each been heard in ``seen`` rounds."""
    polls = seen * air.exchange_s(_POLL, 0, air.gen2_inventory_ms(tags), byte_s)
    return polls + (_NOTICE + epc_bytes) * byte_s


def secured_s(tags: int, epc_bytes: int, byte_s: float) -> float:
    """Seconds until the alarms of so many tags are written and read back; a word takes its mean time to be stored."""
    words = 1 + epc_bytes // 2
    stored_ms = statistics.fmean(air.GEN2_PROGRAMMING_MS)
    turns = (
        Turn(_SELECT + epc_bytes, _DONE),
        Turn(_ACCESS + 2, _DONE + _NAMED + epc_bytes, air.gen2_access_ms(1, stored_ms)),
        Turn(_ACCESS, _FRAME + _NAMED + epc_bytes + 2 * words, air.gen2_access_ms(words)),
    )
    return tags * air.sequence_s(turns, byte_s)
