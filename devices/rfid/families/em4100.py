"""125 kHz readers that only talk (RDM6300, ID-12LA and others): a card is there while its number keeps coming.

RDM6300 repeats it about every 65 to 100 ms, 7941E says it once for each approach; either way the pad has the card
leave some 0.4 s after the last frame (:data:`devices.rfid.pad.LINGER`).
"""

from __future__ import annotations

from typing import Final

from devices.rfid.cards import CardFamily
from devices.rfid.exchange import Exchange
from devices.rfid.family import Lapse
from devices.rfid.framing import Noise
from devices.rfid.port import Port
from devices.rfid.protocols.em4100.frames import Checksum, new_parser
from devices.rfid.settings import ReaderSettings

#: Seconds of one look: longer than a card takes to say its number again.
LOOK: Final = 0.12


class Em4100Family(CardFamily):
    """Listens to :mod:`devices.rfid.protocols.em4100` on a port. See :class:`devices.rfid.family.Family`."""

    def __init__(self, port: Port, settings: ReaderSettings) -> None:
        super().__init__(settings)
        self._clock = port.clock
        self._exchange = Exchange(port, new_parser(Checksum(settings.card.checksum)))

    def hello(self) -> str | None:
        """It cannot be asked anything: an open port is all that can be known."""
        return "125 kHz card reader (it only talks, so nobody can tell whether it is there)"

    def inventory(self) -> tuple[str, ...] | Lapse:
        """The card whose number comes next. What came damaged proves that a card is there, but not which."""
        lapse: Lapse | None = None
        end = self._clock() + LOOK
        while (left := end - self._clock()) > 0:
            for found in self._exchange.hear(left):
                if not isinstance(found, Noise):
                    return (found.number.hex().upper(),)
                lapse = Lapse.GARBLED
        return lapse or ()
