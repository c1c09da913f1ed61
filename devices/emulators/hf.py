"""A tag of ISO 15693 as a reader works with it: its blocks, AFI, DSFID and alarm bit written.

Locks and the faults of writes are those of the field; how a reader says them is its firmware's.
"""

from __future__ import annotations

from collections.abc import Callable

from devices.emulators import air
from devices.emulators.faults import Fault, Faults
from devices.emulators.field import AFI_LOCK, BLOCK, Field, TagState
from devices.emulators.radio import Radio, Refusal


class Hf:
    """Tags on one HF antenna. ``command`` is the code that fault orders name."""

    def __init__(self, field: Field, faults: Faults) -> None:
        self.radio = Radio(field, faults)
        self._field = field
        self._faults = faults

    def write_block(self, tag: TagState, number: int, block: bytes, command: int) -> Refusal | None:
        """Write one block."""
        if number >= len(tag.blocks) or len(block) != BLOCK:
            return Refusal.NO_SUCH_MEMORY
        if number in tag.locked:
            return Refusal.LOCKED
        if self._faults.strikes(Fault.WRITE_FAILS, command, tag.uid):
            return Refusal.NOT_WRITTEN
        self._field.write_block(tag.uid, number, block)
        return None

    def write_afi(self, tag: TagState, afi: int, command: int) -> Refusal | None:
        """Write the AFI, unless a fault has it fail, or report what it did not do."""
        if AFI_LOCK in tag.locked:
            return Refusal.LOCKED
        if self._faults.strikes(Fault.WRITE_FAILS, command, tag.uid):
            return Refusal.NOT_WRITTEN
        if not self._faults.strikes(Fault.AFI_UNCHANGED, command, tag.uid):
            self._field.write_afi(tag.uid, afi)
        return None

    def write_dsfid(self, tag: TagState, dsfid: int) -> None:
        """Write the DSFID."""
        self._field.write_dsfid(tag.uid, dsfid)

    def write_eas(self, tag: TagState, armed: bool, command: int) -> Refusal | None:
        """Set or reset the alarm bit of NXP's chips."""
        if not tag.eas_able:
            return Refusal.UNABLE
        if self._faults.strikes(Fault.WRITE_FAILS, command, tag.uid):
            return Refusal.NOT_WRITTEN
        self._field.write_eas(tag.uid, armed)
        return None

    def storing_ms(self, time_ms: Callable[[float], float]) -> float:
        """How long a write takes on the air this time, of ``time_ms`` by the chip's programming time."""
        return time_ms(air.programming_ms(self._faults.chance))
