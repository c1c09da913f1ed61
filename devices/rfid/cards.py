"""Card readers: a card is a number and nothing else. What all of them do in the same way, given how cards are found."""

from __future__ import annotations

from abc import ABC, abstractmethod

from devices.rfid.card_number import EM4100, ISO14443, Form, writer
from devices.rfid.errors import SetupError
from devices.rfid.family import Lapse
from devices.rfid.settings import ReaderSettings
from devices.rfid.tags.content import Model, TagContent, Usage

#: How numbers may be written, by the names for ``protocol``.
FORMS = {"em4100": EM4100, "pn532": ISO14443}
#: Names of the checksum that 125 kHz readers send.
CHECKSUMS = ("xor", "sum8")


def check(settings: ReaderSettings) -> None:
    """Refuse settings of a card reader that cannot work; those of other readers pass.

    Raises:
        SetupError: no such checksum, or form of numbers (:func:`devices.rfid.card_number.writer`).
    """
    if settings.card.checksum not in CHECKSUMS:
        known = " or ".join(CHECKSUMS)
        raise SetupError(f"[card] checksum {settings.card.checksum!r}: not known; it is {known}")
    if settings.protocol in FORMS:
        writer(settings.card, FORMS[settings.protocol])


class CardFamily(ABC):
    """See :class:`devices.rfid.family.Family`. A card is named by its bytes, upper-case hex."""

    def __init__(self, settings: ReaderSettings) -> None:
        """Raises :class:`~devices.rfid.errors.SetupError`: no such form of numbers for these cards."""
        self._write: Form = writer(settings.card, FORMS[settings.protocol])

    @property
    def secures(self) -> bool:
        """Cards have no alarm."""
        return False

    @abstractmethod
    def hello(self) -> str | None:
        """Find the reader and set it up."""

    @abstractmethod
    def inventory(self) -> tuple[str, ...] | Lapse:
        """The cards there now."""

    def no_identity(self, card: bytes) -> bool:
        """Whether these bytes are another time others, and so nobody's number."""
        return False

    def read(self, uid: str) -> TagContent | Lapse:
        """The number, written as the library system knows it; nothing is asked of the card."""
        card = bytes.fromhex(uid)
        number = "" if self.no_identity(card) else self._write(card)
        return TagContent(Model.CARD_NUMBER, number, usage=Usage.PATRON_CARD, crc_ok=True)

    def write_security(self, uid: str, armed: bool) -> Lapse | None:
        """There is nothing to switch."""
        return Lapse.UNFIT

    def read_security(self, uid: str) -> bool | Lapse | None:
        """There is nothing to switch."""
        return Lapse.UNFIT
