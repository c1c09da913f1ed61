"""FEIG OBID readers in ISO host mode (CPR, ISC.MR, ISC.PR, ISC.LR): which commands make a pad.

Five things set them apart.

*Answers name no tag.* Nothing but its moment ties most answers to their command. So the reader is given longer than
it may take for anything, and after an answer that did not come, or came damaged, the next command waits until the
reader has answered "are you there?": it answers in order, and what comes before is dropped.

*Blocks are turned round.* The manual sends data "MSB first" (H20800-16e, 3.1), so every block comes last byte first, as
three independent drivers found (Biblio-RFID, bibbox-rfid, node-rfid-server). Here it is turned back, reading and
writing, so a tag's memory is what any other reader calls it. A model that does not turn its blocks shows in its tags:
all of them then carry the note that a backwards tag has, and what is written to them is turned by that note.

*Tags may be listed only once* (CFG5, ONT; so from the factory in the CPR family). When a tag is missed, the field is
reset and the list taken again; if it is back, every further list begins with a reset.

*A list may come in pieces* (status 94), or be cut short (83, 93). Then the next ones go on where it ended, and until
they are through, the tags of the last whole list count as there.

*The alarm bit* is reached in one of two ways (:mod:`devices.rfid.protocols.feig.eas`).
"""

from __future__ import annotations

from typing import Final, TypeVar

from devices.rfid.exchange import Exchange
from devices.rfid.family import Lapse
from devices.rfid.hf import BLOCK, HfFamily, TagFacts
from devices.rfid.port import Port, PortLost
from devices.rfid.protocols.feig import commands as feig
from devices.rfid.protocols.feig.commands import Failure, Status, TagError
from devices.rfid.protocols.feig.frames import new_parser
from devices.rfid.protocols.feig.models import model
from devices.rfid.settings import ReaderSettings

#: Seconds that the reader needs after its answer before it hears again (PSST).
PAUSE: Final = 0.005
#: Seconds to wait for an answer. The reader gives up on a tag after one (TR-RESPONSE-TIME), and then says so.
PATIENCE: Final = 1.2
CONTROL_PATIENCE: Final = 0.25
#: Advanced frames or not, in this order, until a reader answers: a LAN reader may know no other.
_HELLOS: Final = (False, False, True)
#: How often it is asked whether it is there, after something went wrong.
_HEARINGS: Final = 3
#: Pieces of one list: 500 tags from a reader whose answers hold no more than a dozen.
_PIECES: Final = 42
#: Lists in a row that were cut short and brought nothing new, after which there is no more to be had.
_CUT_SHORT: Final = 3
#: Bytes of an answer's frame besides the blocks, and of a write's besides the data (advanced frames, rounded up).
_READ_FRAME: Final = 12
_WRITE_FRAME: Final = 22

_LOCKED: Final = frozenset({TagError.LOCKED, TagError.ALREADY_LOCKED})
_UNFIT: Final = frozenset({Status.WRONG_TYPE, Status.UNKNOWN_COMMAND, Status.LENGTH, Status.NOT_AVAILABLE})
_TAG_UNFIT: Final = frozenset({TagError.NOT_SUPPORTED, TagError.NOT_RECOGNISED, TagError.OPTION_NOT_SUPPORTED})
_DISTURBED: Final = frozenset({Status.DATA_FALSE, Status.RF_COMMUNICATION})
#: The UID of no tag, for a command that changes nothing.
_NOBODY: Final = "E0" + "00" * 7
_NXP: Final = "E004"  # how the UIDs of the only maker begin whose alarm bit is reached here

T = TypeVar("T")


class FeigFamily(HfFamily):
    """Speaks :mod:`devices.rfid.protocols.feig` on a port. See :class:`devices.rfid.family.Family`."""

    def __init__(self, port: Port, settings: ReaderSettings) -> None:
        super().__init__(settings)
        self._name = settings.port
        self._exchange = Exchange(port, new_parser(), pause=PAUSE)
        self._advanced = False
        self._address: int | None = None
        self._doubt = False
        self._custom = True
        self._buffers = (0xFF, 0xFF)  # bytes it takes and gives at once
        self._sizes: dict[str, int] = {}  # of blocks, where they are not the usual 4 bytes
        self._mutes = False
        self._last: dict[str, None] = {}  # the last whole list
        self._sweep: dict[str, None] | None = None  # the list that was cut short
        self._barren = 0
        self._unheard = False  # a list was lost, and whoever was on it may be told to be quiet

    def hello(self) -> str | None:
        """Find the reader and set it up.

        Raises:
            PortLost: it is in scan mode, so it reports tags by itself and does as it likes.
        """
        self._address = None
        for self._advanced in _HELLOS:
            found = self._say(feig.Detect(), CONTROL_PATIENCE)
            if isinstance(found, feig.Present):
                self._address = found.address
                return self._set_up()
        return None

    def _set_up(self) -> str:
        found = self._ask(feig.ReaderInfo(), CONTROL_PATIENCE)
        if isinstance(found, feig.Software):
            self._buffers = (found.receive_buffer or 0xFF, found.send_buffer or 0xFF)
        else:
            found = self._ask(feig.SoftwareVersion(), CONTROL_PATIENCE)
        scans = self._ask(feig.ResetToReady(_NOBODY))
        if isinstance(scans, Failure) and scans.status is Status.NOT_AVAILABLE:
            raise PortLost(f"{self._name}: the reader is in scan mode. Set it to ISO host mode with its maker's tool.")
        self._ask(feig.RfReset(), CONTROL_PATIENCE)  # tags that whoever came before has told to be quiet
        if not isinstance(found, feig.Software):
            return "FEIG OBID reader"
        return f"FEIG {model(found.model)}, firmware {found.version[0]}.{found.version[1]:02}"

    # Who is there.

    def inventory(self) -> tuple[str, ...] | Lapse:
        going_on = self._sweep is not None
        afresh = self._unheard or (self._mutes and not going_on)
        if afresh and (lapse := self._reset()) is not None:
            return lapse
        found = self._list()
        if isinstance(found, Lapse):
            return found
        tags, sure = found
        if sure and not going_on and not self._mutes and any(uid not in tags for uid in self._last):
            # Gone, or only listed before? Without the field nobody remembers.
            if (lapse := self._reset()) is not None:
                return lapse
            again = self._list()
            if isinstance(again, Lapse):
                return again
            self._mutes = any(uid in again[0] and uid not in tags for uid in self._last)
            tags, sure = {**tags, **again[0]}, again[1]
        return self._whole(tags, sure)

    def _whole(self, tags: dict[str, None], sure: bool) -> tuple[str, ...]:
        """What is there, by this list and those it goes on from."""
        before = self._sweep or {}
        swept = {**before, **tags}
        self._barren = 0 if sure or len(swept) > len(before) else self._barren + 1
        if sure or self._barren >= _CUT_SHORT:
            self._last, self._sweep, self._barren = swept, None, 0
            return tuple(swept)
        self._sweep = swept
        return tuple({**self._last, **swept})

    def _list(self) -> tuple[dict[str, None], bool] | Lapse:
        """One inventory in all its pieces, and whether nothing was missed."""
        tags: dict[str, None] = {}
        sure = self._unheard = True
        for piece in range(_PIECES):
            found = self._ask(feig.Inventory(more=piece > 0))
            if not isinstance(found, feig.Found):
                return _lapse(found)
            tags.update(dict.fromkeys(seen.uid for seen in found.tags))
            sure = sure and found.sure
            if not found.more:
                break
        else:
            sure = False
        self._unheard = False
        return tags, sure

    def _reset(self) -> Lapse | None:
        return _done(self._ask(feig.RfReset(), CONTROL_PATIENCE))

    # What is on a tag.

    def read_blocks(self, uid: str, first: int, count: int) -> bytes | Lapse:
        memory = b""
        end = first + count
        while first < end:
            size = self._size(uid)
            some = min(end - first, feig.MOST_DATA // size, max(1, (self._buffers[1] - _READ_FRAME) // (size + 1)))
            found = self._read(feig.ReadBlocks(uid, first, some))
            if isinstance(found, Lapse):
                return found
            if (size := len(found.blocks[0].data)) != BLOCK:
                self._sizes[uid] = size
            memory += _turned(found.memory, size)
            first += some
        return memory

    def _read(self, command: feig.ReadBlocks) -> feig.Blocks | Lapse:
        """Read some blocks. What the reader is not sure of has to come twice."""
        found = self._ask(command)
        if isinstance(found, feig.Blocks) and not found.sure:
            again = self._ask(command)
            if isinstance(again, feig.Blocks) and not again.sure and again.blocks != found.blocks:
                return Lapse.GARBLED
            found = again
        return found if isinstance(found, feig.Blocks) else _lapse(found)

    def write_blocks(self, uid: str, first: int, data: bytes) -> Lapse | None:
        size = self._size(uid)
        most = min(feig.MOST_DATA, max(size, self._buffers[0] - _WRITE_FRAME)) // size * size
        turned = _turned(data, size)
        for at in range(0, len(turned), most):
            command = feig.WriteBlocks(uid, first + at // size, turned[at : at + most], size)
            if (lapse := _done(self._ask(command))) is not None:
                return lapse
        return None

    def _size(self, uid: str) -> int:
        return self._sizes.get(uid, BLOCK)

    def facts(self, uid: str) -> TagFacts | Lapse:
        found = self._ask(feig.GetSystemInformation(uid))
        if isinstance(found, feig.SystemInformation):
            return TagFacts(uid, found.dsfid, found.afi, found.block_size, found.blocks)
        return _lapse(found)

    def read_afi(self, uid: str) -> int | Lapse:
        found = self._ask(feig.GetSystemInformation(uid))
        return found.afi if isinstance(found, feig.SystemInformation) else _lapse(found)

    def write_afi(self, uid: str, afi: int) -> Lapse | None:
        return _done(self._ask(feig.WriteAfi(uid, afi)))

    def write_dsfid(self, uid: str, dsfid: int) -> Lapse | None:
        return _done(self._ask(feig.WriteDsfid(uid, dsfid)))

    def read_eas(self, uid: str) -> bool | Lapse:
        found = self._ask_nxp(uid, feig.EasAlarm(uid), feig.AirEasAlarm(uid))
        return found.armed if isinstance(found, feig.Eas) else _lapse(found)

    def write_eas(self, uid: str, armed: bool) -> Lapse | None:
        return _done(self._ask_nxp(uid, feig.SetEas(uid, armed), feig.AirSetEas(uid, armed)))

    # Asking.

    def _ask_nxp(self, uid: str, custom: feig.Command[T], air: feig.Command[T]) -> T | Failure | Lapse:
        """By the custom command, or by the transparent one where the firmware does not know custom commands."""
        if not uid.startswith(_NXP):
            return Lapse.UNFIT
        if self._custom:
            found = self._ask(custom)
            if not (isinstance(found, Failure) and found.status is Status.UNKNOWN_COMMAND):
                return found
            self._custom = False
        return self._ask(air)

    def _ask(self, command: feig.Command[T], patience: float = PATIENCE) -> T | Failure | Lapse:
        if self._doubt and (lapse := self._hear_out()) is not None:
            return lapse
        found = self._say(command, patience)
        self._doubt = isinstance(found, Lapse)
        return found

    def _hear_out(self) -> Lapse | None:
        """Ask whether the reader is there, until it says so: what it has said before belongs to nobody any more."""
        found: object = None
        for _ in range(_HEARINGS):
            found = self._say(feig.Detect(), CONTROL_PATIENCE)
            if isinstance(found, feig.Present):
                return None
        return _lapse(found)

    def _say(self, command: feig.Command[T], patience: float) -> T | Failure | Lapse:
        wire = feig.encode(command, advanced=self._advanced)
        return self._exchange.ask(wire, lambda frame: feig.parse(command, frame, self._address), patience)


def _turned(memory: bytes, size: int) -> bytes:
    """Every block of ``size`` bytes the other way round."""
    return b"".join(memory[at : at + size][::-1] for at in range(0, len(memory), size))


def _done(found: object) -> Lapse | None:
    return None if isinstance(found, feig.Done) else _lapse(found)


def _lapse(found: object) -> Lapse:
    if isinstance(found, Lapse):
        return found
    if not isinstance(found, Failure):
        return Lapse.REFUSED
    if found.tag in _LOCKED:
        return Lapse.LOCKED
    if found.status in _DISTURBED:
        return Lapse.GARBLED
    return Lapse.UNFIT if found.status in _UNFIT or found.tag in _TAG_UNFIT else Lapse.REFUSED
