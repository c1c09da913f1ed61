"""3M/Bibliotheca pads 210 and 810: which commands make a pad."""

from __future__ import annotations

from typing import Final, TypeVar

from devices.rfid.exchange import Exchange
from devices.rfid.family import Lapse
from devices.rfid.hf import HfFamily, TagFacts
from devices.rfid.port import Port
from devices.rfid.protocols.m3 import commands as m3
from devices.rfid.protocols.m3.commands import ErrorCode, Failure
from devices.rfid.protocols.m3.frames import new_parser
from devices.rfid.settings import ReaderSettings

#: Seconds to wait for an answer. 50 tags take about half a second to find, and the reader may poll twice.
PATIENCE: Final = 0.4
INVENTORY_PATIENCE: Final = 1.0
#: Seconds more for each tag of the last list: so many are sure to be looked for again, at 8 to 10 ms on the air each.
_EACH: Final = 0.012
_HELLOS: Final = 2
#: Answers that mean "not with this option", from firmware older than the option.
_NO_SUCH_OPTION: Final = frozenset({ErrorCode.OPTION_NOT_SUPPORTED, ErrorCode.BAD_PARAMETER})
_UNFIT: Final = frozenset(
    {
        ErrorCode.NOT_IMPLEMENTED,
        ErrorCode.NOT_SUPPORTED,
        ErrorCode.TAG_COMMAND_NOT_SUPPORTED,
        ErrorCode.TAG_COMMAND_UNKNOWN,
        *_NO_SUCH_OPTION,
    }
)

T = TypeVar("T")


class M3Family(HfFamily):
    """Speaks :mod:`devices.rfid.protocols.m3` on a port. See :class:`devices.rfid.family.Family`."""

    def __init__(self, port: Port, settings: ReaderSettings) -> None:
        super().__init__(settings)
        self._exchange = Exchange(port, new_parser())
        self._compact = True
        self._listed = 0

    def hello(self) -> str | None:
        for command in (*(m3.Version(),) * _HELLOS, m3.OldProbe()):
            found = self._ask(command)
            if isinstance(found, m3.VersionAnswer):
                self._ask(m3.RfSetup())  # in no document: whatever it answers is fine
                return f"3M/Bibliotheca pad, firmware {found.major}.{found.minor}.{found.build}"
        return None

    def inventory(self) -> tuple[str, ...] | Lapse:
        found = self._ask(m3.Inventory(), INVENTORY_PATIENCE + _EACH * self._listed)
        if isinstance(found, m3.Tags):
            self._listed = len(found.tags)
            return tuple(tag.uid for tag in found.tags)
        return _lapse(found)

    def read_blocks(self, uid: str, first: int, count: int) -> bytes | Lapse:
        found = self._ask(m3.ReadBlocks(uid, first, count, self._compact))
        if self._compact and (found is Lapse.OTHER or (isinstance(found, Failure) and found.error in _NO_SUCH_OPTION)):
            found = self._ask(m3.ReadBlocks(uid, first, count))
            self._compact = not isinstance(found, m3.Blocks)
        if isinstance(found, m3.Blocks):
            return found.memory or Lapse.REFUSED
        return _lapse(found)

    def write_blocks(self, uid: str, first: int, data: bytes) -> Lapse | None:
        return _done(self._ask(m3.WriteBlocks(uid, first, data), INVENTORY_PATIENCE))

    def facts(self, uid: str) -> TagFacts | Lapse:
        found = self._ask(m3.TagInfo(uid))
        if isinstance(found, m3.Info):
            return TagFacts(uid, found.dsfid, found.afi, found.block_size, found.blocks)
        return _lapse(found)

    def read_afi(self, uid: str) -> int | Lapse:
        found = self._ask(m3.GetAfi(uid))
        return found.afi if isinstance(found, m3.Afi) else _lapse(found)

    def write_afi(self, uid: str, afi: int) -> Lapse | None:
        return _done(self._ask(m3.WriteAfi(uid, afi)))

    def write_dsfid(self, uid: str, dsfid: int) -> Lapse | None:
        return _done(self._ask(m3.WriteDsfid(uid, dsfid)))

    def read_eas(self, uid: str) -> bool | Lapse:
        found = self._ask(m3.CheckEas(uid))
        return found.armed if isinstance(found, m3.Eas) else _lapse(found)

    def write_eas(self, uid: str, armed: bool) -> Lapse | None:
        return _done(self._ask(m3.SetEas(uid, armed)))

    def _ask(self, command: m3.Command[T], patience: float = PATIENCE) -> T | Failure | Lapse:
        return self._exchange.ask(m3.encode(command), lambda frame: m3.parse(command, frame), patience)


def _done(found: object) -> Lapse | None:
    return None if isinstance(found, m3.Done | m3.Written) else _lapse(found)


def _lapse(found: object) -> Lapse:
    if isinstance(found, Lapse):
        return found
    if isinstance(found, Failure) and found.error is ErrorCode.LOCKED:
        return Lapse.LOCKED
    return Lapse.UNFIT if isinstance(found, Failure) and found.error in _UNFIT else Lapse.REFUSED
