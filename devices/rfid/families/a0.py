"""UHF readers of the A0 protocol (Impinj R2000 and copies): which commands make a pad.

A round is one real-time inventory of one repeat: a frame for each tag as it is heard, then one that says how many
there were, so a lost frame is noticed. Readers may list a tag whose power failed in between twice; such a name is not
written (:mod:`devices.rfid.sightings`), for it may as well be two tags.
"""

from __future__ import annotations

from typing import ClassVar, Final, TypeVar

from devices.rfid.exchange import Exchange
from devices.rfid.family import Lapse
from devices.rfid.port import Port
from devices.rfid.protocols.a0 import commands as a0
from devices.rfid.protocols.a0.answers import Failure, Firmware, Operated, RoundEnd
from devices.rfid.protocols.a0.answers import Heard as Listed
from devices.rfid.protocols.a0.errors import Code
from devices.rfid.protocols.a0.frames import Frame, new_parser
from devices.rfid.rounds import listen
from devices.rfid.settings import ReaderSettings
from devices.rfid.sightings import Heard
from devices.rfid.uhf import Target, UhfFamily, Words

#: Seconds to wait for an answer, or for the next tag of a round; a tag may take 20 ms to store a word.
PATIENCE: Final = 0.4
_HELLOS: Final = 2
#: dBm that command 66 takes (the protocol paper: 14 to 21 hex).
POWERS: Final = (20, 33)
_UNFIT: Final = frozenset({Code.NO_SUCH_BANK, Code.TOO_MANY_WORDS, Code.TAG_NO_SUCH_MEMORY})

T = TypeVar("T")


class A0Family(UhfFamily):
    """Speaks :mod:`devices.rfid.protocols.a0` on a port. See :class:`devices.rfid.family.Family`."""

    masks: ClassVar[bool] = False

    def __init__(self, port: Port, settings: ReaderSettings) -> None:
        super().__init__(settings)
        self._power = settings.uhf.power_dbm
        self._clock = port.clock
        self._parser = new_parser()
        self._exchange = Exchange(port, self._parser)

    def hello(self) -> str | None:
        for _ in range(_HELLOS):
            found = self._ask(a0.Version())
            if isinstance(found, Firmware):
                return self._set_up(found)
        return None

    def inventory(self) -> tuple[str, ...] | Lapse:
        heard = listen(self._exchange, self._parser, self._clock, a0.encode(a0.Inventory()), _part, PATIENCE)
        if (lapse := heard.lapse) is not None:
            return lapse
        tags = [part for part in heard.parts if isinstance(part, Listed)]
        end = heard.parts[-1] if heard.over else None
        self._sightings.begin()
        for tag in tags:
            self._sightings.hear(Heard(tag.epc, tag.pc, tag.rssi_dbm))
        self._sightings.close(whole=heard.sound and isinstance(end, RoundEnd) and end.reads <= len(tags))
        return Lapse.REFUSED if isinstance(end, Failure) else self._sightings.present

    def read_words(self, target: Target, bank: int, first: int, count: int) -> Words | Lapse:
        found = self._operate(target, a0.Read(bank, first, count))
        return found if isinstance(found, Lapse) else Words(found.data, found.epc)

    def write_words(self, target: Target, bank: int, first: int, data: bytes) -> Lapse | None:
        found = self._operate(target, a0.Write(bank, first, data))
        return found if isinstance(found, Lapse) else None

    def _operate(self, target: Target, command: a0.Command[Operated]) -> Operated | Lapse:
        """Match the tag anew each time: a reader that was reset has forgotten, and would take any tag."""
        matched = self._ask(a0.Match(target.mask))
        if isinstance(matched, Failure | Lapse):
            return _lapse(matched)
        found = self._ask(command)
        if isinstance(found, Failure | Lapse):
            return _lapse(found)
        # Whether a write's answer names the tag as it was or as it is now, the papers do not say.
        return found if command.code == a0.Write.code or found.epc == target.mask else Lapse.OTHER

    def _set_up(self, firmware: Firmware) -> str:
        self._ask(a0.SetAntenna(0))
        said = [f"UHF reader (A0 protocol), firmware {firmware.major}.{firmware.minor}"]
        if self._power is not None:
            power = max(POWERS[0], min(round(self._power), POWERS[1]))
            found = self._ask(a0.SetPower(power))
            said += [f"power not set: {found.code.sentence}"] if isinstance(found, Failure) else [f"{power} dBm"]
        return ", ".join(said)

    def _ask(self, command: a0.Command[T]) -> T | Failure | Lapse:
        return self._exchange.ask(a0.encode(command), lambda frame: a0.parse(command, frame), PATIENCE)


def _part(frame: Frame) -> tuple[Listed | RoundEnd | Failure, bool] | None:
    found: Listed | RoundEnd | Failure | None = a0.parse(a0.Inventory(), frame)
    return None if found is None else (found, not isinstance(found, Listed))


def _lapse(found: Failure | Lapse) -> Lapse:
    if isinstance(found, Lapse):
        return found
    if found.code is Code.TAG_LOCKED:
        return Lapse.LOCKED
    return Lapse.UNFIT if found.code in _UNFIT else Lapse.REFUSED
