"""Faults a reader emulator can be told to have, each for a number of times; chance comes from the emulator's seed."""

from __future__ import annotations

import enum
import random

import msgspec


class Fault(enum.StrEnum):
    """What goes wrong. The first group is the line's, the second the reader's, the third the tags'."""

    DROP_BYTE = "drop_byte"  # one byte of the answer is lost
    FLIP_BIT = "flip_bit"  # one bit of the answer is wrong
    SPLIT = "split"  # the answer comes in pieces, ``ms`` apart
    LATE = "late"  # the answer comes ``ms`` later
    STALE_AT_OPEN = "stale_at_open"  # ``hex`` comes when somebody opens the port
    SILENCE = "silence"  # no answer

    DUPLICATE_UID = "duplicate_uid"  # an inventory lists its first tag twice
    INVENTORY_INSTEAD = "inventory_instead"  # an inventory's answer comes in place of a read's

    VANISH = "vanish"  # tag ``uid`` (or any) is taken away right behind an inventory that lists it
    AFI_UNCHANGED = "afi_unchanged"  # a write of the AFI is reported as done and was not
    WRITE_FAILS = "write_fails"  # a write is reported as failed


class FaultOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Switch a fault on. ``times``: how often, 0 switches it off, ``None`` until then.

    ``command`` limits it to one command code; ``ms`` and ``hex`` and ``uid`` as the fault needs.
    """

    name: Fault
    times: int | None = 1
    command: int | None = None
    ms: int = 700
    hex: str = ""
    uid: str = ""


class Faults:
    """The faults switched on now."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self._on: dict[Fault, FaultOrder] = {}

    def order(self, order: FaultOrder) -> None:
        """Switch on, change or switch off."""
        if order.times == 0:
            self._on.pop(order.name, None)
        else:
            self._on[order.name] = order

    def strikes(self, name: Fault, command: int | None = None) -> FaultOrder | None:
        """Whether it happens now, to this command; if so it is used up by one."""
        order = self.on(name)
        if order is None or (order.command is not None and order.command != command):
            return None
        if order.times is not None:
            self.order(msgspec.structs.replace(order, times=order.times - 1))
        return order

    def on(self, name: Fault) -> FaultOrder | None:
        """Whether it is switched on, without using it up."""
        return self._on.get(name)
