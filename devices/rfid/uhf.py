"""UHF readers (EPC Gen2): what every family of them does in the same way, given its commands.

A tag is named by its EPC without the part that the alarm switches, and read from it; nothing else needs to be read. It
is written through a :class:`Target`: bits that its EPC has before and after, and no other tag in reach. A tag that a
round heard twice, or whose bits another tag shares, is not written at all: there may be two of them, and nobody could
say which of them was. Only the words that change are written, so an alarm bit is one word, which a tag stores whole or
not at all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final

from devices.rfid.family import Lapse
from devices.rfid.protocols.gen2 import EPC_BANK
from devices.rfid.settings import ReaderSettings
from devices.rfid.sightings import Heard, Sightings
from devices.rfid.tags.content import Model, TagContent
from devices.rfid.tags.epc import EpcLayout
from devices.rfid.uhf_settings import Alarm, afi_scheme, alarm, check, layouts

#: In the EPC bank: a word of checksum, the PC, then the EPC. NXP's chips have their configuration, with the alarm bit
#: last, at word 20 (UCODE G2iL, G2iM and 7: data sheets, "Config-Word"; MagicRF firmware manual, 2.35).
PC_WORD: Final = 1
NXP_CONFIG_WORD: Final = 0x20
#: PC: "an AFI follows in the low byte, this is no GS1 code" (ISO/IEC 18000-63).
_AFI_FOLLOWS: Final = 0x0100
#: Bits that a mask needs at least, or it is the whole EPC.
_FEWEST_BITS: Final = 64
_REMEMBERED: Final = 1024


@dataclass(frozen=True, slots=True)
class Target:
    """Where a write goes: tags whose EPC begins with ``bits`` bits of ``mask``, filled with 0 to whole bytes."""

    mask: bytes
    bits: int

    @property
    def epc(self) -> bytes:
        """The tag's EPC, where the reader addresses by whole EPCs alone."""
        return self.mask

    @classmethod
    def of(cls, epc: bytes, bits: int) -> Target:
        """Tags that share so many bits with this EPC."""
        count = -(-bits // 8)
        spare = 8 * count - bits
        return cls((int.from_bytes(epc[:count], "big") >> spare << spare).to_bytes(count, "big"), bits)

    @classmethod
    def whole(cls, epc: bytes) -> Target:
        """The tag with this EPC."""
        return cls(epc, 8 * len(epc))

    def fits(self, epc: bytes) -> bool:
        """Whether a tag with this EPC is meant."""
        return 8 * len(epc) >= self.bits and Target.of(epc, self.bits) == self


@dataclass(frozen=True, slots=True)
class Words:
    """Words read from a tag; ``epc`` is that of the tag that answered, empty where the reader does not name it."""

    data: bytes
    epc: bytes = b""


class UhfFamily(ABC):
    """See :class:`devices.rfid.family.Family`. The abstract methods are one command each.

    Raises:
        SetupError: ``[reader.uhf]`` asks for what there is not.
    """

    #: Whether the reader can address a tag by a part of its EPC. If not, every target is a whole EPC.
    masks: ClassVar[bool] = True

    def __init__(self, settings: ReaderSettings) -> None:
        check(settings)
        self._alarm = alarm(settings)
        self._afis = afi_scheme(settings)
        self._layouts = layouts(settings)
        self._aims: dict[str, tuple[Target, ...]] = {}  # the tag that was written and not read back yet
        self._explained = lru_cache(_REMEMBERED)(self._explain)
        self._sightings = Sightings(settings.uhf, self.name)

    @property
    def secures(self) -> bool:
        """Whether this site's gates look at the tags at all."""
        return self._alarm is not Alarm.NONE

    @abstractmethod
    def hello(self) -> str | None:
        """Find the reader and set it up."""

    @abstractmethod
    def inventory(self) -> tuple[str, ...] | Lapse:
        """Names of the tags on the pad, by way of :class:`~devices.rfid.sightings.Sightings`."""

    @abstractmethod
    def read_words(self, target: Target, bank: int, first: int, count: int) -> Words | Lapse:
        """``count`` words of 16 bits from ``first`` on."""

    @abstractmethod
    def write_words(self, target: Target, bank: int, first: int, data: bytes) -> Lapse | None:
        """Write whole words. ``None``: the reader says it is done, which is no proof."""

    def write_eas(self, target: Target, armed: bool) -> Lapse | None:
        """Ask for NXP's alarm bit to be changed; most readers cannot."""
        return Lapse.UNFIT

    def name(self, heard: Heard) -> str:
        """What the tag is called, whatever its alarm."""
        return self._explained(heard.pc, heard.epc)[1]

    def alone(self, uid: str) -> Heard | Lapse:
        """The tag as it was last heard, if it is on the pad and no other answers to the same EPC."""
        return self._alone(uid)

    def armed(self, heard: Heard) -> bool | None:
        """Whether the alarm in PC or EPC is on; ``None`` where it does not say."""
        return self._armed(heard)

    def secured(self, heard: Heard, armed: bool) -> Heard:
        """PC and EPC with the alarm as it has to be; as they are where the alarm lives elsewhere."""
        return heard if self._alarm in (Alarm.NONE, Alarm.EAS) else self._wanted(heard, armed) or heard

    def rssi(self, uid: str) -> int | None:
        """How strongly the tag was heard last, in dBm; ``None`` if the reader does not tell, or never heard it."""
        heard = self._sightings.last(uid)
        return heard.rssi if heard is not None else None

    def read(self, uid: str) -> TagContent | Lapse:
        """What the EPC says of the item; it was heard already."""
        heard = self._sightings.last(uid)
        if heard is None:
            return Lapse.REFUSED
        layout = self._layout(heard)
        content = layout.decode(heard.pc, heard.epc) if layout is not None else None
        return content or TagContent(Model.UNKNOWN if any(heard.epc) else Model.BLANK)

    def write_security(self, uid: str, armed: bool) -> Lapse | None:
        """Write what has to change, to this tag alone."""
        heard = self._alone(uid)
        if isinstance(heard, Lapse):
            return heard
        if self._alarm is Alarm.EAS:
            return self.write_eas(Target.whole(heard.epc), armed)
        wanted = self._wanted(heard, armed)
        if wanted is None:
            return Lapse.UNFIT
        first, data = _changes(heard, wanted)
        if not data:
            return None  # the tag has said so already; it is read back all the same
        target = self._target(uid, heard.epc, wanted.epc)
        # Where the tag is found afterwards, written or not.
        self._aims = {uid: (target,) if target.fits(wanted.epc) else (Target.whole(wanted.epc), target)}
        return self.write_words(target, EPC_BANK, first, data)

    def read_security(self, uid: str) -> bool | Lapse | None:
        """The words that hold the alarm, or NXP's bit, as they are in the tag's memory now."""
        aims = self._aims.pop(uid, ())
        heard = self._alone(uid)
        if isinstance(heard, Lapse):
            return heard
        if self._alarm is Alarm.EAS:
            return self._read_eas(uid, heard)
        found: Heard | Lapse | None = None
        for target in aims or (Target.whole(heard.epc),):
            found = self._read_epc(target, heard)
            if found is not Lapse.REFUSED:
                break
        if not isinstance(found, Heard):
            return found
        if self.name(found) != uid:
            return Lapse.OTHER
        self._sightings.learn(uid, Heard(found.epc, found.pc, heard.rssi))
        return self._armed(found)

    def _read_epc(self, target: Target, heard: Heard) -> Heard | Lapse:
        """The tag as it is now: the words of the alarm from its memory, the others as it answered or was addressed."""
        first, count = self._alarm_words(heard)
        words = self.read_words(target, EPC_BANK, first, count)
        if isinstance(words, Lapse):
            return words
        bank = heard.pc.to_bytes(2, "big") + (words.epc or target.epc)
        at = 2 * (first - PC_WORD)
        bank = bank[:at] + words.data + bank[at + len(words.data) :]
        return Heard(bank[2:], int.from_bytes(bank[:2], "big"))

    def _alarm_words(self, heard: Heard) -> tuple[int, int]:
        """The first word to read back, and how many."""
        on, off = self._wanted(heard, True), self._wanted(heard, False)
        if on is None or off is None:
            return PC_WORD, 1 + len(heard.epc) // 2
        first, data = _changes(on, off)
        return first, len(data) // 2

    def _read_eas(self, uid: str, heard: Heard) -> bool | Lapse:
        words = self.read_words(Target.whole(heard.epc), EPC_BANK, NXP_CONFIG_WORD, 1)
        if isinstance(words, Lapse):
            return words
        if words.epc and self.name(Heard(words.epc, heard.pc)) != uid:
            return Lapse.OTHER
        return bool(words.data[-1] & 1)

    def _alone(self, uid: str) -> Heard | Lapse:
        """The tag as it was last heard, if it is on the pad and there is but one of them."""
        heard = self._sightings.last(uid)
        if heard is None or not self._sightings.on_pad(uid) or self._sightings.doubled(uid):
            return Lapse.REFUSED
        if any(Target.whole(heard.epc).fits(epc) for epc in self._sightings.others(uid)):
            return Lapse.REFUSED  # a longer EPC begins with this one
        return heard

    def _target(self, uid: str, before: bytes, after: bytes) -> Target:
        """Bits that the tag has before and after, where they are enough to tell it from all others."""
        differ = int.from_bytes(before, "big") ^ int.from_bytes(after, "big")
        common = Target.of(before, 8 * len(before) - differ.bit_length() if len(before) == len(after) else 0)
        shared = any(common.fits(epc) for epc in self._sightings.others(uid))
        return common if self.masks and common.bits >= _FEWEST_BITS and not shared else Target.whole(before)

    def _layout(self, heard: Heard) -> EpcLayout | None:
        return self._explained(heard.pc, heard.epc)[0]

    def _explain(self, pc: int, epc: bytes) -> tuple[EpcLayout | None, str]:
        """Layout and name. Every round tells of the same tags again, so this is remembered."""
        layout = next((one for one in self._layouts if one.decode(pc, epc) is not None), None)
        return layout, layout.identity(epc) if layout is not None else epc.hex().upper()

    def _wanted(self, heard: Heard, armed: bool) -> Heard | None:
        """PC and EPC as they have to be; ``None`` if this tag has no place for the alarm."""
        if self._alarm is Alarm.AFI:
            afi = self._afis.afi(armed) or 0
            return Heard(heard.epc, heard.pc & 0xFE00 | _AFI_FOLLOWS | afi)
        layout = self._layout(heard)
        if layout is None:
            return None
        pc, epc = layout.with_alarm(heard.pc, heard.epc, armed)
        return Heard(epc, pc)

    def _armed(self, heard: Heard) -> bool | None:
        if self._alarm is Alarm.AFI:
            values = {self._afis.armed: True, self._afis.disarmed: False}
            return values.get(heard.pc & 0xFF) if heard.pc & _AFI_FOLLOWS else None
        layout = self._layout(heard)
        return layout.armed(heard.pc, heard.epc) if layout is not None else None


def _changes(before: Heard, after: Heard) -> tuple[int, bytes]:
    """The first word of the EPC bank that changes, and it and all up to the last that does; nothing if none does."""
    old, new = (heard.pc.to_bytes(2, "big") + heard.epc for heard in (before, after))
    words = [at for at in range(0, len(new), 2) if old[at : at + 2] != new[at : at + 2]]
    return (PC_WORD + words[0] // 2, new[words[0] : words[-1] + 2]) if words else (PC_WORD, b"")
