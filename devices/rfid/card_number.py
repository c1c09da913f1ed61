"""A card's bytes as the number that the library system knows: the same card is printed in many ways.

The number of a 125 kHz card (EM4100) has five bytes, of which cards mostly show the last four: 62E3086CED is
``3808980205`` in ten decimal digits and ``8,27885`` as facility and card. The UID of a 13.56 MHz card (ISO 14443A) has
4, 7 or 10 bytes, and readers disagree which end comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from devices.rfid.errors import SetupError
from devices.rfid.settings import CardSettings

Form = Callable[[bytes], str]

#: First byte of a UID of four bytes that is drawn anew each time the card comes into the field (ISO 14443-3, 6.5.4).
_DRAWN: Final = 0x08


def _hex(raw: bytes) -> str:
    return raw.hex().upper()


def _decimal(raw: bytes) -> str:
    """Ten digits with leading zeros, as printed on cards of four bytes; longer numbers take what they need."""
    return f"{int.from_bytes(raw, 'big'):010d}"


def _low_decimal(raw: bytes) -> str:
    return _decimal(raw[-4:])


def _facility(raw: bytes) -> str:
    return f"{raw[-3]},{int.from_bytes(raw[-2:], 'big')}"


#: By the names for ``form``; the first is the default. ``8h10d`` is what makers of desk readers call ``dec10``: eight
#: hex digits written as ten decimal ones.
EM4100: Final[Mapping[str, Form]] = {
    "dec10": _low_decimal,
    "8h10d": _low_decimal,
    "hex10": _hex,
    "facility": _facility,
}
#: ``reversed``: last byte first, as most desk readers of Mifare cards type them.
ISO14443: Final[Mapping[str, Form]] = {
    "hex": _hex,
    "hex-reversed": lambda raw: _hex(raw[::-1]),
    "dec": _decimal,
    "dec-reversed": lambda raw: _decimal(raw[::-1]),
}


def writer(card: CardSettings, forms: Mapping[str, Form]) -> Form:
    """What makes a card's bytes the number that ``card`` asks for, prefix and all.

    Raises:
        SetupError: there is no such form for these cards.
    """
    name = card.form or next(iter(forms))
    if name not in forms:
        raise SetupError(f"[card] form {card.form!r}: not known for these cards; known are {', '.join(forms)}")
    form = forms[name]
    return lambda raw: card.prefix + form(raw)


def is_drawn(uid: bytes) -> bool:
    """Whether this UID of ISO 14443A was drawn at random, as phones and passports do: it is nobody's number."""
    return len(uid) == 4 and uid[0] == _DRAWN
