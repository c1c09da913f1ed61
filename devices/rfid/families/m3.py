"""3M/Bibliotheca pads 210 and 810: which commands make a pad.

The reader ignores what it is told while it works, so there is one command at a time, and its answer is waited for
even when it comes late. An answer that belongs to another command or tag is dropped.
"""

from __future__ import annotations

from typing import Final, TypeVar

from devices.rfid.family import Lapse
from devices.rfid.port import Port
from devices.rfid.protocols.m3 import commands as m3
from devices.rfid.protocols.m3.commands import ErrorCode, Failure, Frame, Parser
from devices.rfid.tags.recognise import FIRST_BLOCKS, more_blocks

#: Seconds to wait for an answer. 50 tags take about half a second to find, and the reader may poll twice.
PATIENCE: Final = 0.4
INVENTORY_PATIENCE: Final = 1.0
#: Seconds of silence behind a damaged answer after which nothing more will come.
GAP: Final = 0.1
_HELLOS: Final = 2
#: Answers that mean "not with this option", from firmware older than the option.
_NO_SUCH_OPTION: Final = frozenset({ErrorCode.OPTION_NOT_SUPPORTED, ErrorCode.BAD_PARAMETER})

T = TypeVar("T")


class M3Family:
    """Speaks :mod:`devices.rfid.protocols.m3` on a port. See :class:`devices.rfid.family.Family`."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._compact = True

    def hello(self) -> str | None:
        for command in (*(m3.Version(),) * _HELLOS, m3.OldProbe()):
            found = self._ask(command)
            if isinstance(found, m3.VersionAnswer):
                self._ask(m3.RfSetup())  # in no document: whatever it answers is fine
                return f"3M/Bibliotheca pad, firmware {found.major}.{found.minor}.{found.build}"
        return None

    def inventory(self) -> tuple[str, ...] | Lapse:
        found = self._ask(m3.Inventory(), INVENTORY_PATIENCE)
        if isinstance(found, m3.Tags):
            return tuple(tag.uid for tag in found.tags)
        return _lapse(found)

    def read(self, uid: str) -> bytes | Lapse:
        memory = self._read_blocks(uid, 0, FIRST_BLOCKS)
        if isinstance(memory, Lapse):
            return memory
        more = more_blocks(memory)
        rest = self._read_blocks(uid, FIRST_BLOCKS, more) if more else b""
        # A tag may end here; then what was read is all there is, and its checksum decides.
        return memory if isinstance(rest, Lapse) else memory + rest

    def write_afi(self, uid: str, afi: int) -> Lapse | None:
        found = self._ask(m3.WriteAfi(uid, afi))
        return None if isinstance(found, m3.Done) else _lapse(found)

    def read_afi(self, uid: str) -> int | Lapse:
        found = self._ask(m3.GetAfi(uid))
        return found.afi if isinstance(found, m3.Afi) else _lapse(found)

    def _read_blocks(self, uid: str, first: int, count: int) -> bytes | Lapse:
        found = self._ask(m3.ReadBlocks(uid, first, count, self._compact))
        if self._compact and (found is Lapse.OTHER or (isinstance(found, Failure) and found.error in _NO_SUCH_OPTION)):
            found = self._ask(m3.ReadBlocks(uid, first, count))
            self._compact = not isinstance(found, m3.Blocks)
        if isinstance(found, m3.Blocks):
            return found.memory or Lapse.REFUSED
        return _lapse(found)

    def _ask(self, command: m3.Command[T], patience: float = PATIENCE) -> T | Failure | Lapse:
        self._port.write(m3.encode(command))
        parser, lapse = Parser(), Lapse.SILENT
        start = last = self._port.clock()
        while True:
            data = self._port.read()
            now = self._port.clock()
            over = now - start > patience or (lapse is Lapse.GARBLED and now - last > GAP)
            last = now if data else last
            over = over and not data
            for found in parser.give_up() if over else parser.receive(data):
                answer = m3.parse(command, found) if isinstance(found, Frame) else None
                if answer is not None:
                    return answer
                lapse = Lapse.OTHER if isinstance(found, Frame) else Lapse.GARBLED
            if over:
                return lapse
            if parser.pending:
                lapse = Lapse.GARBLED  # until it turns out to be a frame


def _lapse(found: object) -> Lapse:
    if isinstance(found, Lapse):
        return found
    return Lapse.LOCKED if isinstance(found, Failure) and found.error is ErrorCode.LOCKED else Lapse.REFUSED
