"""UHF tags at the station. Their EPC is their name and their content at once, so here they go by their chip's TID.

The TID is in the chip for good. It is read when a name is heard for the first time, and again right before a write,
which is addressed by the EPC as it was then. A chip whose TID is no serial number (32 bits) cannot be told from its
neighbour and is not written.
"""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from devices.rfid.family import Lapse
from devices.rfid.port import PortLost
from devices.rfid.protocols.gen2 import EPC_BANK, TID_BANK
from devices.rfid.sightings import Heard
from devices.rfid.station.held import Held, steps
from devices.rfid.station.tagger import TRIES, Failed, Gate, Trouble
from devices.rfid.uhf import PC_WORD, Target, UhfFamily

T = TypeVar("T")

#: Words of a TID with a serial number: 96 bits, or 64 in older chips (GS1 EPC Tag Data Standard, 16).
_TID_WORDS: Final = (6, 4)
_WORD: Final = 2
#: Rounds in which a tag is looked for. A new EPC has to be heard a few times before it counts as on the pad.
_ROUNDS: Final = 12
_SILENCES: Final = 3


class UhfTagger:
    """The :class:`~devices.rfid.station.tagger.Hand` of a UHF reader."""

    def __init__(self, family: UhfFamily) -> None:
        self._family = family
        self._tids: dict[str, str] = {}  # by the family's names, of tags on the pad
        self._silences = 0

    def uids(self, names: tuple[str, ...]) -> frozenset[str]:
        """TIDs; a tag that does not tell its own goes by its EPC, and is counted but never written."""
        self._tids = {name: tid for name, tid in self._tids.items() if name in names}
        for name in names:
            if name not in self._tids and (tid := self._tid(name)):
                self._tids[name] = tid
        return frozenset(self._tids.get(name, name) for name in names)

    def secured(self, now: Held, wanted: Held, gate: Gate) -> Held:
        """The alarm as the gate wants it, or as it was."""
        before = self._family.armed(_heard(now))
        armed = gate.armed if gate.armed is not None else before is None or before
        secured = self._family.secured(_heard(wanted), armed)
        return msgspec.structs.replace(wanted, memory=(secured.pc.to_bytes(2, "big") + secured.epc).hex().upper())

    def look(self, uid: str) -> Held | Failed:
        """PC and EPC, as the chip's memory has them."""
        seen = False
        for _ in range(_ROUNDS):
            names = self._names()
            mine = [name for name in names if self._tids.get(name) == uid]
            seen = bool(mine) or uid in names  # the latter by its EPC: nobody knows its TID
            for name in mine:
                found = self._family.alone(name)
                if not isinstance(found, Lapse) and (held := self._read(found, uid)) is not None:
                    return held
        return Failed(Trouble.SHARED if seen else Trouble.LEFT)

    def write(self, uid: str, now: Held, wanted: Held) -> Failed | None:
        """What differs goes in one write, by the EPC that the tag has now."""
        for _ in range(TRIES):
            if steps(now, wanted):
                before, after = now.raw, wanted.raw
                target = Target.whole(before[_WORD:])
                if self._read_tid(target) == uid:
                    first, data = _difference(before, after)
                    failed = self._heard(self._family.write_words(target, EPC_BANK, PC_WORD + first, data))
                    if failed is Lapse.LOCKED:
                        return Failed(Trouble.LOCKED)
            found = self.look(uid)
            if isinstance(found, Failed):
                return found
            if found.raw == wanted.raw:
                return None
            now = found
        return Failed(Trouble.NOT_WRITTEN)

    def _names(self) -> tuple[str, ...]:
        names = self._heard(self._family.inventory())
        if isinstance(names, Lapse):
            return ()
        self.uids(names)
        return names

    def _read(self, heard: Heard, uid: str) -> Held | None:
        if self._read_tid(Target.whole(heard.epc)) != uid:
            return None  # another chip with the same EPC lies there instead
        count = 1 + len(heard.epc) // _WORD
        words = self._heard(self._family.read_words(Target.whole(heard.epc), EPC_BANK, PC_WORD, count))
        if isinstance(words, Lapse) or words.data[_WORD:] != heard.epc:
            return None
        return Held(memory=words.data.hex().upper(), block_size=_WORD, epc=True)

    def _tid(self, name: str) -> str:
        heard = self._family.alone(name)
        return "" if isinstance(heard, Lapse) else self._read_tid(Target.whole(heard.epc))

    def _read_tid(self, target: Target) -> str:
        for count in _TID_WORDS:
            words = self._heard(self._family.read_words(target, TID_BANK, 0, count))
            if not isinstance(words, Lapse):
                return words.data.hex().upper()
        return ""

    def _heard(self, found: T) -> T:
        self._silences = self._silences + 1 if found is Lapse.SILENT else 0
        if self._silences >= _SILENCES:
            raise PortLost("The reader has stopped answering. Check its power.")
        return found


def _heard(held: Held) -> Heard:
    return Heard(held.raw[_WORD:], int.from_bytes(held.raw[:_WORD], "big"))


def _difference(before: bytes, after: bytes) -> tuple[int, bytes]:
    """The first word that differs, and all words from there to the last that does."""
    words = range(0, len(after), _WORD)
    differ = [at for at in words if before[at : at + _WORD] != after[at : at + _WORD]]
    return differ[0] // _WORD, after[differ[0] : differ[-1] + _WORD]
