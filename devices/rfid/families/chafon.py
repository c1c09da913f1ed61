"""UHF readers of the Chafon/UHFReader18 and 288 families: which commands make a pad.

``chafon18`` (UHFReader18, RU5102 and others) lists EPCs alone; without signal strength the threshold of
``[reader.uhf]`` does not apply, and low power has to keep a neighbour's bag away. ``chafon288`` (288M, 86, CF-MU90x)
tells how strongly it heard each tag.

One command is as many Gen2 rounds as fit into the scan time, and a tag may come in several of them; a name that is
listed twice is therefore one tag here. An inventory that ran out of time proves nothing about tags it did not list,
unless it listed few: then it had time for them many times over.
"""

from __future__ import annotations

from typing import ClassVar, Final, TypeVar

from devices.rfid.exchange import Exchange
from devices.rfid.family import Lapse
from devices.rfid.port import Port
from devices.rfid.protocols.chafon import commands as chafon
from devices.rfid.protocols.chafon.answers import Done, Failure, Heap, Memory, ReaderInfo
from devices.rfid.protocols.chafon.errors import Status
from devices.rfid.protocols.chafon.frames import Frame, new_parser
from devices.rfid.protocols.gen2 import TagError
from devices.rfid.rounds import listen
from devices.rfid.settings import ReaderSettings
from devices.rfid.sightings import Heard
from devices.rfid.tags.epc import pc_of
from devices.rfid.uhf import Target, UhfFamily, Words

#: Seconds to wait for an answer; a tag may take 20 ms to store a word.
PATIENCE: Final = 0.5
#: Seconds that an inventory may last: the least that the 18 family can be set to; and to wait for its end beyond that.
SCAN: Final = 0.3
SCAN_PATIENCE: Final = SCAN + 0.2
#: Tags that an inventory finds in a fraction of its time.
FEW: Final = 16
_HELLOS: Final = 2
_WITHOUT_RSSI: Final = "chafon18"
_MODELS: Final = {0x09: "UHFReader18", 0x0C: "UHFReader288M", 0x0F: "UHFReader86", 0x10: "UHFReader86"}
_UNFIT: Final = frozenset({Status.NOT_SUPPORTED, Status.NOT_SUPPORTED_BY_TAG, Status.PASSWORD_ZERO})

T = TypeVar("T")


class ChafonFamily(UhfFamily):
    """Speaks :mod:`devices.rfid.protocols.chafon` on a port. See :class:`devices.rfid.family.Family`."""

    masks: ClassVar[bool] = False
    names: ClassVar[bool] = False

    def __init__(self, port: Port, settings: ReaderSettings) -> None:
        super().__init__(settings)
        self._power = settings.uhf.power_dbm
        self._tells_rssi = settings.protocol != _WITHOUT_RSSI
        self._clock = port.clock
        self._parser = new_parser()
        self._exchange = Exchange(port, self._parser)
        self._inventory: chafon.Command[Heap] = (
            chafon.Inventory288(scan_s=SCAN) if self._tells_rssi else chafon.Inventory18()
        )

    def hello(self) -> str | None:
        for _ in range(_HELLOS):
            found = self._ask(chafon.Info())
            if isinstance(found, ReaderInfo):
                return self._set_up(found)
        return None

    def inventory(self) -> tuple[str, ...] | Lapse:
        heard = listen(
            self._exchange, self._parser, self._clock, chafon.encode(self._inventory), self._part, SCAN_PATIENCE
        )
        if (lapse := heard.lapse) is not None:
            return lapse
        heaps = [part for part in heard.parts if isinstance(part, Heap)]
        tags = {tag.epc: tag for heap in heaps for tag in heap.tags}
        self._sightings.begin()
        for tag in tags.values():
            self._sightings.hear(Heard(tag.epc, pc_of(tag.epc), tag.rssi_dbm))
        through = heard.over and heard.sound and len(heaps) == len(heard.parts)
        self._sightings.close(whole=through and (heaps[-1].whole or len(tags) <= FEW))
        return self._sightings.present if heaps else Lapse.REFUSED

    def read_words(self, target: Target, bank: int, first: int, count: int) -> Words | Lapse:
        found = self._ask(chafon.Read(target.mask, bank, first, count))
        return Words(found.data) if isinstance(found, Memory) else _lapse(found)

    def write_words(self, target: Target, bank: int, first: int, data: bytes) -> Lapse | None:
        found = self._ask(chafon.Write(target.mask, bank, first, data))
        return None if isinstance(found, Done) else _lapse(found)

    def _part(self, frame: Frame) -> tuple[Heap | Failure, bool] | None:
        found = chafon.parse(self._inventory, frame)
        if found is None:
            return None
        return found, not (isinstance(found, Heap) and found.more)

    def _set_up(self, info: ReaderInfo) -> str:
        said = [f"{_MODELS.get(info.kind, f'UHF reader of kind {info.kind:02X}')}, firmware {info.major}.{info.minor}"]
        if not self._tells_rssi and info.scan_s > SCAN:
            self._ask(chafon.SetScanTime(SCAN))
        power = info.power_dbm
        if self._power is not None and round(self._power) != power:
            found = self._ask(chafon.SetPower(max(0, min(round(self._power), 33))))
            if isinstance(found, Done):
                power = round(self._power)
            elif isinstance(found, Failure):
                said.append(f"power not set: {found.status.sentence}")
        return ", ".join([*said, f"{power} dBm"])

    def _ask(self, command: chafon.Command[T]) -> T | Failure | Lapse:
        return self._exchange.ask(chafon.encode(command), lambda frame: chafon.parse(command, frame), PATIENCE)


def _lapse(found: object) -> Lapse:
    if isinstance(found, Lapse):
        return found
    if not isinstance(found, Failure):
        return Lapse.OTHER
    if found.tag is TagError.LOCKED or found.status is Status.LOCKED_BYTES:
        return Lapse.LOCKED
    return Lapse.UNFIT if found.status in _UNFIT or found.tag is TagError.NO_SUCH_MEMORY else Lapse.REFUSED
