"""All that a tag holds, as values that can be compared, logged and written back."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from devices.rfid.tags.content import TagContent
from devices.rfid.tags.epc import recognise_epc
from devices.rfid.tags.iso28560_3 import BLOCK, reverse_blocks
from devices.rfid.tags.recognise import recognise


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """``memory`` in hex, in the order of bytes of the reader that read it; ``block_size`` in bytes.

    ``epc``: this is a UHF tag, and ``memory`` its PC and EPC, which end with the last word of the EPC.

    ``afi``, ``dsfid`` and ``eas`` are ``None`` where they are not known or, in what is to be written, not to be
    touched.
    """

    memory: str
    block_size: int = BLOCK
    afi: int | None = None
    dsfid: int | None = None
    eas: bool | None = None
    epc: bool = False

    @property
    def content(self) -> TagContent:
        """What it says of its item."""
        if self.epc:
            return recognise_epc(int.from_bytes(self.raw[:2], "big"), self.raw[2:])
        return recognise(self.raw, self.dsfid)

    @property
    def raw(self) -> bytes:
        """The memory."""
        return bytes.fromhex(self.memory)

    @property
    def turned(self) -> Held:
        """The same as another reader sees it that hands out every block backwards."""
        return msgspec.structs.replace(self, memory=reverse_blocks(self.raw).hex().upper())

    def meets(self, wanted: Held) -> bool:
        """Whether a tag that holds this needs nothing more written."""
        return not steps(self, wanted)


@dataclass(frozen=True, slots=True)
class SetDsfid:
    """Write the DSFID."""

    value: int


@dataclass(frozen=True, slots=True)
class SetAfi:
    """Write the AFI."""

    value: int


@dataclass(frozen=True, slots=True)
class SetEas:
    """Write the EAS bit."""

    value: bool


@dataclass(frozen=True, slots=True)
class SetBlocks:
    """Write whole blocks from ``first`` on."""

    first: int
    data: bytes


Step = SetDsfid | SetAfi | SetEas | SetBlocks

#: Blocks in one write: a tag that is pulled away loses little, and every reader takes as many.
_RUN = 4


def steps(now: Held, wanted: Held) -> list[Step]:
    """What has to be written so that a tag holding ``now`` holds ``wanted``.

    The bytes outside the memory come first, for where one of them is locked the memory is better left alone. Of the
    memory only blocks that differ are written, the first ones last: they say what kind of tag it is, and should not
    say so before the rest is there.
    """
    found: list[Step] = []
    if wanted.dsfid is not None and now.dsfid != wanted.dsfid:
        found.append(SetDsfid(wanted.dsfid))
    if wanted.afi is not None and now.afi != wanted.afi:
        found.append(SetAfi(wanted.afi))
    if wanted.eas is not None and now.eas != wanted.eas:
        found.append(SetEas(wanted.eas))
    size = wanted.block_size
    old, new = now.raw, wanted.raw
    blocks = [slice(at, at + size) for at in range(0, len(new), size)]
    differ = [number for number, block in enumerate(blocks) if old[block] != new[block]]
    runs: list[list[int]] = []
    for number in differ:
        if runs and number == runs[-1][-1] + 1 and len(runs[-1]) < _RUN:
            runs[-1].append(number)
        else:
            runs.append([number])
    found += [SetBlocks(run[0], new[run[0] * size : (run[-1] + 1) * size]) for run in reversed(runs)]
    return found
