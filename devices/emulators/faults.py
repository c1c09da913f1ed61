"""Faults a reader emulator can be told to have, each for a number of times; chance comes from the emulator's seed."""

from __future__ import annotations

import enum
import random

import msgspec


class Fault(enum.StrEnum):
    """What goes wrong. The first group is the line's, the second the reader's, the third the tags'.

    A tag that answers nothing or only now and then, and a chip without EAS, are no faults of the reader: see ``dead``,
    ``reach`` and ``eas_able`` of :class:`~devices.emulators.field.TagState`.
    """

    DROP_BYTE = "drop_byte"  # one byte of the answer is lost
    FLIP_BIT = "flip_bit"  # one bit of the answer is wrong
    FLIP_HOST_BIT = "flip_host_bit"  # one bit of the command is wrong when it reaches the reader
    SPLIT = "split"  # the answer comes in two pieces, ``ms`` apart, cut at ``at`` or by chance
    SHRED = "shred"  # every byte of the answer comes by itself, ``ms`` apart: split at every offset
    GLUE = "glue"  # the answer is held back until there is another, and both come in one piece
    LATE = "late"  # the answer comes ``ms`` later
    STALE_AT_OPEN = "stale_at_open"  # ``hex`` comes when somebody opens the port
    SILENCE = "silence"  # no answer, though the command was carried out
    HANG_UP = "hang_up"  # the port goes instead of the answer, though the command was carried out

    BUSY = "busy"  # the reader is busy with itself and never hears what was sent
    DUPLICATE_UID = "duplicate_uid"  # an inventory lists its first tag twice
    INVENTORY_INSTEAD = "inventory_instead"  # an inventory's answer comes in place of a read's
    MORE_DATA = "more_data"  # an inventory's answer comes in parts that have to be asked for (FEIG, 94)

    RF_ERROR = "rf_error"  # a list lacks a tag, or data is damaged, and the reader says so (FEIG, 83)

    VANISH = "vanish"  # tag ``uid`` (or any) is taken away right behind an inventory that lists it
    VANISH_BEFORE = "vanish_before"  # tag ``uid`` (or any) is taken away when ``command`` is about to reach it
    AFI_UNCHANGED = "afi_unchanged"  # a write of the AFI (UHF: of the alarm) is reported as done and was not
    WRITE_FAILS = "write_fails"  # a write is reported as failed


class FaultOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Switch a fault on. ``times``: how often, 0 switches it off, ``None`` until then; ``after`` so many were spared.

    ``command`` limits it to one command code and ``uid`` to one tag, where the fault is a command's or a tag's.
    ``odds`` is the chance that it happens when it could; ``ms``, ``hex`` and ``at`` are as the fault needs.
    :data:`Fault.BUSY` and :data:`Fault.FLIP_HOST_BIT` come before the reader knows which command it is.
    """

    name: Fault
    times: int | None = 1
    command: int | None = None
    ms: int = 700
    hex: str = ""
    uid: str = ""
    at: int | None = None
    after: int = 0
    odds: float = 1.0


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

    def strikes(self, name: Fault, command: int | None = None, uid: str = "") -> FaultOrder | None:
        """Whether it happens now, to this command and tag; if so it is used up by one."""
        order = self.on(name)
        if order is None or (order.command is not None and order.command != command):
            return None
        if order.uid and uid and order.uid.upper() != uid.upper():
            return None
        if order.after:
            self.order(msgspec.structs.replace(order, after=order.after - 1))
            return None
        if order.odds < 1 and self.chance.random() >= order.odds:
            return None
        if order.times is not None:
            self.order(msgspec.structs.replace(order, times=order.times - 1))
        return order

    def on(self, name: Fault) -> FaultOrder | None:
        """Whether it is switched on, without using it up."""
        return self._on.get(name)
