"""NXP PN532 on a serial line: 13.56 MHz cards by their UID."""

from __future__ import annotations

from typing import Final, TypeVar

from devices.rfid.card_number import is_drawn
from devices.rfid.cards import CardFamily
from devices.rfid.exchange import Exchange
from devices.rfid.family import Lapse
from devices.rfid.port import Port
from devices.rfid.protocols.pn532 import commands as pn532
from devices.rfid.protocols.pn532.commands import Failure
from devices.rfid.protocols.pn532.frames import new_parser
from devices.rfid.settings import ReaderSettings

#: Seconds to wait for an answer. The chip calls for a card twice, which takes it some 20 ms.
PATIENCE: Final = 0.25
_HELLOS: Final = 2
#: Calls beyond the first before the chip says "none"; its own setting is for ever.
_RETRIES: Final = 1

T = TypeVar("T")


class Pn532Family(CardFamily):
    """Speaks :mod:`devices.rfid.protocols.pn532` on a port. See :class:`devices.rfid.family.Family`."""

    def __init__(self, port: Port, settings: ReaderSettings) -> None:
        super().__init__(settings)
        self._exchange = Exchange(port, new_parser())

    def hello(self) -> str | None:
        for _ in range(_HELLOS):
            # It may be asleep, or still be calling for a card on behalf of whoever had the port before.
            self._exchange.send(pn532.ABORT)
            if isinstance(self._ask(pn532.SamConfig(), wake=True), pn532.Done):
                break
        else:
            return None
        found = self._ask(pn532.GetFirmware())
        if not isinstance(found, pn532.Firmware) or not isinstance(self._ask(pn532.SetRetries(_RETRIES)), pn532.Done):
            return None
        return f"NXP PN5{found.chip:02X}, firmware {found.major}.{found.minor}"

    def inventory(self) -> tuple[str, ...] | Lapse:
        found = self._ask(pn532.ListCards())
        if isinstance(found, pn532.Cards):
            return tuple(card.uid.hex().upper() for card in found.cards)
        self._exchange.send(pn532.ABORT)
        return Lapse.REFUSED if isinstance(found, Failure) else found

    def no_identity(self, card: bytes) -> bool:
        return is_drawn(card)

    def _ask(self, command: pn532.Command[T], *, wake: bool = False) -> T | Failure | Lapse:
        sent = pn532.encode(command, wake=wake)
        return self._exchange.ask(sent, lambda frame: pn532.parse(command, frame), PATIENCE)
