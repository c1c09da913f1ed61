"""A tag of EPC Gen2 as a reader works with it: found by its EPC, its banks read and written in words of two bytes.

Locks, dead and weak tags, and the faults of writes are those of the field; how a reader says them is its firmware's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from devices.emulators import air
from devices.emulators.faults import Fault, Faults
from devices.emulators.field import AFI_LOCK, BLOCK, Field, Kind, TagState
from devices.emulators.radio import Radio, Refusal
from devices.rfid import crc

RESERVED, EPC, TID, USER = range(4)
#: Bytes of EPC that a chip holds: 128 bits, as most library tags do.
EPC_BYTES: Final = 16
#: NXP's configuration word in the EPC bank; its last bit is the alarm.
CONFIG_WORD: Final = 0x20
#: dB by which one hearing of a tag differs from the next.
JITTER: Final = 2.0


class Gen2:
    """Tags on one UHF antenna."""

    def __init__(self, field: Field, faults: Faults) -> None:
        self.radio = Radio(field, faults, Kind.UHF)
        self._field = field
        self._faults = faults

    def find(self, epc: bytes, command: int) -> TagState | None:
        """The tag with this EPC, if it answers ``command`` now; of several, any. An empty EPC fits all."""
        return self.pick(lambda tag: epc in (b"", bytes.fromhex(tag.epc)), command)

    def pick(self, wanted: Callable[[TagState], bool], command: int) -> TagState | None:
        """The tag that is wanted, if it answers ``command`` now; of several, any."""
        fit = [tag for tag in self._field.on_pad if tag.kind is Kind.UHF and wanted(tag)]
        return self.radio.tag(self._faults.chance.choice(fit).uid, command) if fit else None

    def read(self, tag: TagState, bank: int, first: int, count: int) -> bytes | Refusal:
        """``count`` words from ``first`` on."""
        if bank == RESERVED:
            return Refusal.LOCKED
        if (bank, first, count) == (EPC, CONFIG_WORD, 1) and tag.eas_able:
            return bytes([0, tag.eas])
        data = memory(tag, bank)[2 * first : 2 * (first + count)]
        return data if count and len(data) == 2 * count else Refusal.NO_SUCH_MEMORY

    def write(self, tag: TagState, bank: int, first: int, data: bytes, command: int) -> Refusal | None:
        """Write whole words from ``first`` on, unless a fault has it fail, or report what it did not do."""
        if bank in (RESERVED, TID) or (bank == EPC and AFI_LOCK in tag.locked):
            return Refusal.LOCKED
        end = 2 * first + len(data)
        room = 4 + max(EPC_BYTES, len(tag.epc) // 2) if bank == EPC else len(memory(tag, USER))
        if end > room or (bank == EPC and not first):
            return Refusal.NO_SUCH_MEMORY
        if self._faults.strikes(Fault.WRITE_FAILS, command, tag.uid):
            return Refusal.NOT_WRITTEN
        if bank == USER:
            self._write_user(tag, 2 * first, data)
        elif not self._faults.strikes(Fault.AFI_UNCHANGED, command, tag.uid):
            self._write_epc(tag, 2 * first, data)
        return None

    def rssi(self, tag: TagState) -> int:
        """How strongly it is heard this time, in dBm."""
        return round(tag.rssi + self._faults.chance.uniform(-JITTER, JITTER))

    def access_s(self, words: int, *, store: bool = False) -> float:
        """How long an access takes on the air this time."""
        programming = air.gen2_programming_ms(self._faults.chance) if store else 0.0
        return air.gen2_access_ms(words, programming) / 1000

    def _write_user(self, tag: TagState, at: int, data: bytes) -> None:
        whole = bytearray(memory(tag, USER))
        whole[at : at + len(data)] = data
        for number in sorted({byte // BLOCK for byte in range(at, at + len(data))}):
            self._field.write_block(tag.uid, number, bytes(whole[number * BLOCK : (number + 1) * BLOCK]))

    def _write_epc(self, tag: TagState, at: int, data: bytes) -> None:
        whole = bytearray(memory(tag, EPC).ljust(4 + EPC_BYTES, b"\0"))
        whole[at : at + len(data)] = data
        pc = whole[2] << 8 | whole[3]
        self._field.write_epc(tag.uid, whole[4 : 4 + 2 * (pc >> 11)].hex(), pc)


def pc_epc(tag: TagState) -> bytes:
    """PC and EPC as the tag says them; the PC counts the EPC's words."""
    epc = bytes.fromhex(tag.epc)
    return (tag.pc & 0x07FF | len(epc) // 2 << 11).to_bytes(2, "big") + epc


def r2000_level(dbm: int) -> int:
    """Signal strength as the Impinj R2000 gives it: 98 is -31 dBm, 31 is -99 dBm, with a step between 89 and 90."""
    return max(0, min(dbm + (129 if dbm > -40 else 130), 0x7F))


def memory(tag: TagState, bank: int) -> bytes:
    """A whole bank: the EPC's begins with its checksum."""
    if bank == EPC:
        named = pc_epc(tag)
        return crc.genibus(named).to_bytes(2, "big") + named
    return {TID: bytes.fromhex(tag.uid), USER: bytes.fromhex(tag.memory)}.get(bank, b"")
