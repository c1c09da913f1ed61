"""Whole tags on a reader: everything read, everything written, and nothing believed that was not read back."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import msgspec

from devices.rfid.family import Lapse
from devices.rfid.hf import BLOCK, HfFamily
from devices.rfid.port import PortLost
from devices.rfid.station.held import Held, SetAfi, SetBlocks, SetDsfid, SetEas, Step, steps

T = TypeVar("T")

#: Times that what differs is written before giving up; each is followed by a reading of the whole tag.
TRIES: Final = 4
#: Readings of a tag that answers badly, and inventories without it before it counts as gone.
READS: Final = 3
#: Blocks in one reading: within what every reader's buffer takes.
_PIECE: Final = 16
_MOST: Final = 256  # blocks that a tag can have
_SILENCES: Final = 3


class Trouble(enum.StrEnum):
    """Why a tag could not be read or written; ``sentence`` says what to do."""

    LEFT = "left"
    UNREADABLE = "unreadable"
    NOT_WRITTEN = "not-written"
    LOCKED = "locked"
    AFI_LOCKED = "afi-locked"
    EAS_LOCKED = "eas-locked"
    SHARED = "shared"

    @property
    def sentence(self) -> str:
        """The trouble in words."""
        return _SENTENCES[self]

    @property
    def final(self) -> bool:
        """Nothing that can be done with this tag will change it."""
        return self in (Trouble.LOCKED, Trouble.AFI_LOCKED, Trouble.EAS_LOCKED)


_SENTENCES: Final = {
    Trouble.LEFT: "The tag has left the pad: put it back.",
    Trouble.UNREADABLE: "The tag answers, but its memory cannot be read: move it a little, or use another tag.",
    Trouble.NOT_WRITTEN: "The tag does not take what is written: move it a little, or use another tag.",
    Trouble.LOCKED: "The tag is locked for ever: use another tag.",
    Trouble.AFI_LOCKED: "The tag's AFI is locked for ever, so the gate could never be told: use another tag.",
    Trouble.SHARED: "More than one tag answers to this EPC, or its chip does not tell who it is: leave only one.",
    Trouble.EAS_LOCKED: "The tag's EAS bit cannot be changed, so the gate could never be told: use another tag.",
}


@dataclass(frozen=True, slots=True)
class Failed:
    """What kept a tag from being read or written; ``blocks`` are the locked ones."""

    trouble: Trouble
    blocks: tuple[int, ...] = ()

    @property
    def sentence(self) -> str:
        """In words, with the blocks named."""
        if self.trouble is Trouble.LOCKED and self.blocks:
            named = ", ".join(map(str, self.blocks))
            return f"Locked for ever: block{'s' * (len(self.blocks) > 1)} {named}. Use another tag."
        return self.trouble.sentence


@dataclass(frozen=True, slots=True)
class Gate:
    """What the site's gates are to find. ``armed``: as in the library, as on loan, or ``None``: as it is.

    ``afi`` and ``eas`` say the same of an HF tag: values to write, ``None`` to leave them.
    """

    armed: bool | None = None
    afi: int | None = None
    eas: bool | None = None


class Hand(Protocol):
    """What does a desk's work on a reader's tags; ``uid`` is what a tag is called for good.

    Every method raises :class:`~devices.rfid.port.PortLost` when the reader goes or falls silent.
    """

    def uids(self, names: tuple[str, ...]) -> frozenset[str]:
        """The tags that an inventory has listed."""
        ...

    def look(self, uid: str) -> Held | Failed:
        """Everything that the tag holds."""
        ...

    def write(self, uid: str, now: Held, wanted: Held) -> Failed | None:
        """Make a tag that holds ``now`` hold ``wanted``; ``None`` once it was read back and does."""
        ...

    def secured(self, now: Held, wanted: Held, gate: Gate) -> Held:
        """``wanted`` with the alarm as ``gate`` says, on a tag that holds ``now``."""
        ...


class Tagger:
    """The :class:`Hand` of an HF reader, which names tags by their UID. ``eas``: the gates look at that bit, too."""

    def __init__(self, family: HfFamily, *, eas: bool = False) -> None:
        self._family = family
        self._eas = eas
        self._silences = 0

    def uids(self, names: tuple[str, ...]) -> frozenset[str]:
        """See :class:`Hand`."""
        return frozenset(names)

    def secured(self, now: Held, wanted: Held, gate: Gate) -> Held:
        """See :class:`Hand`."""
        return msgspec.structs.replace(wanted, afi=gate.afi, eas=gate.eas)

    def look(self, uid: str) -> Held | Failed:
        """Everything that the tag holds."""
        for _ in range(READS):
            held = self._look(uid)
            if held is not None:
                return held
        return Failed(Trouble.UNREADABLE if self._there(uid) else Trouble.LEFT)

    def write(self, uid: str, now: Held, wanted: Held) -> Failed | None:
        """Make a tag that holds ``now`` hold ``wanted``; ``None`` once it was read back and does.

        A DSFID that cannot be changed is left as it is: no software needs it.
        """
        locked: set[int] = set()
        for _ in range(TRIES):
            for step in steps(now, wanted):
                failed = self._put(uid, step, wanted.block_size, locked)
                if failed is Lapse.LOCKED or failed is Lapse.UNFIT:
                    if isinstance(step, SetDsfid):
                        wanted = msgspec.structs.replace(wanted, dsfid=None)
                    elif isinstance(step, SetAfi):
                        return Failed(Trouble.AFI_LOCKED)
                    elif isinstance(step, SetEas):
                        return Failed(Trouble.EAS_LOCKED)
            if locked:
                return Failed(Trouble.LOCKED, tuple(sorted(locked)))
            found = self.look(uid)
            if isinstance(found, Failed):
                return found
            if found.meets(wanted):
                return None
            now = found
        return Failed(Trouble.NOT_WRITTEN)

    def _look(self, uid: str) -> Held | None:
        facts = self._heard(self._family.facts(uid))
        if isinstance(facts, Lapse):
            return None
        size = facts.block_size or BLOCK
        memory = self._memory(uid, facts.blocks)
        afi = facts.afi if facts.afi is not None else self._heard(self._family.read_afi(uid))
        eas = self._heard(self._family.read_eas(uid)) if self._eas else None
        if memory is None or isinstance(afi, Lapse) or isinstance(eas, Lapse):
            return None
        return Held(memory=memory.hex().upper(), block_size=size, afi=afi, dsfid=facts.dsfid, eas=eas)

    def _memory(self, uid: str, blocks: int | None) -> bytes | None:
        """All of it. A tag that does not tell its size is read until it refuses."""
        memory = b""
        at, piece = 0, _PIECE
        while at < (blocks or _MOST):
            data = self._heard(self._family.read_blocks(uid, at, min(piece, (blocks or _MOST) - at)))
            if isinstance(data, Lapse):
                if blocks is None and at and data is Lapse.REFUSED and piece == 1:
                    break
                if blocks is not None or data is not Lapse.REFUSED or piece == 1:
                    return None
                piece = 1
                continue
            memory += data
            at += min(piece, (blocks or _MOST) - at)
        return memory or None

    def _put(self, uid: str, step: Step, size: int, locked: set[int]) -> Lapse | None:
        match step:
            case SetDsfid(value):
                return self._heard(self._family.write_dsfid(uid, value))
            case SetAfi(value):
                return self._heard(self._family.write_afi(uid, value))
            case SetEas(armed):
                return self._heard(self._family.write_eas(uid, armed))
            case SetBlocks(first, data):
                failed = self._heard(self._family.write_blocks(uid, first, data))
                if failed is Lapse.LOCKED:
                    # Which of them? Each by itself tells; those that were written are given back later.
                    for at in range(0, len(data), size):
                        one = self._heard(self._family.write_blocks(uid, first + at // size, data[at : at + size]))
                        if one is Lapse.LOCKED:
                            locked.add(first + at // size)
                return failed

    def _there(self, uid: str) -> bool:
        for _ in range(READS):
            seen = self._heard(self._family.inventory())
            if not isinstance(seen, Lapse) and uid in seen:
                return True
        return False

    def _heard(self, found: T) -> T:
        """Pass on what an exchange gave; several silent ones in a row are a reader that is gone."""
        self._silences = self._silences + 1 if found is Lapse.SILENT else 0
        if self._silences >= _SILENCES:
            raise PortLost("The reader has stopped answering. Check its power.")
        return found
