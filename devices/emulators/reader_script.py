"""Scripts for an emulated reader: what happens to it and its tags, and when. Text in, orders out; no clock in here.

One idea a line::

    # Three parts of one item, and somebody in a hurry.
    tag A E004010031230A01 item BK0001 part 1 of 2
    tag B E004010031230B02 item BK0001 part 2 of 2
    clock from inventory
    at 0 put A B
    at 1.2 take B
    after inventory 9 put B
    at 2 fault afi_unchanged times 3
    at 3 hang up
    at 3.5 come back as pad2

``tag NAME UID`` gives a tag a name; words behind the UID make it anew: ``item ID``, ``part N of M``, ``isil CODE``,
``afi HEX``, ``blank``, ``card`` (a patron's), ``dead``, ``reach P``, ``locked`` (its AFI) and ``no eas``; ``epc HEX``
and ``rssi DBM`` for a UHF tag, ``bare`` for a card that is only a number.

Times are seconds from the start, or from the first inventory if a line ``clock from inventory`` says so; ``after
inventory N`` is right behind the Nth. A fault is a name of :class:`~devices.emulators.faults.Fault` and what it needs:
``times N`` (else once), ``always``, ``off``, ``ms N``, ``command HEX``, ``tag NAME``, ``spared N``, ``odds P``,
``at N``, ``hex BYTES``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from devices.emulators.reader_control import Order
from devices.emulators.script_words import Reading, ScriptError, Step, Words

__all__ = ["Playing", "Script", "ScriptError", "Step", "parse"]


@dataclass(frozen=True, slots=True)
class Script:
    """``first`` before anything else; then the ``steps``. ``from_inventory``: the clock waits for the first one."""

    first: tuple[Order, ...] = ()
    steps: tuple[Step, ...] = ()
    from_inventory: bool = False


class Playing:
    """A script under way; it is told the time and the number of inventories, and says what is to be done."""

    def __init__(self, script: Script, start: float) -> None:
        self._zero = None if script.from_inventory else start
        self._left = list(script.steps)

    def due(self, now: float, inventories: int) -> list[Order]:
        """The orders whose time has come, in the script's order of time."""
        if self._zero is None and inventories:
            self._zero = now
        ripe = [step for step in self._left if self._ripe(step, now, inventories)]
        self._left = [step for step in self._left if step not in ripe]
        return [order for step in sorted(ripe, key=lambda step: step.at) for order in step.orders]

    def next(self) -> float | None:
        """When to ask again, unless an inventory comes first."""
        if self._zero is None:
            return None
        return min((self._zero + step.at for step in self._left if not step.inventory), default=None)

    def _ripe(self, step: Step, now: float, inventories: int) -> bool:
        if step.inventory:
            return inventories >= step.inventory
        return self._zero is not None and self._zero + step.at <= now


def parse(script: str | Iterable[str]) -> Script:
    """Read a script: a text, or its lines.

    Raises:
        ScriptError: naming the line and the word that means nothing.
    """
    reading = Reading()
    for number, line in enumerate(script.splitlines() if isinstance(script, str) else script, start=1):
        words = line.partition("#")[0].split()
        if words:
            Words(number, words).read(reading)
    return Script(tuple(reading.first), tuple(reading.steps), reading.from_inventory)
